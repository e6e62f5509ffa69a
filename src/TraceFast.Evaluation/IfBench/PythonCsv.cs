using System.Text;

namespace TraceFast.Evaluation.IfBench;

/// <summary>
/// csv.reader over io.StringIO, as Python 3.11 has them: the dialect "excel", where a field may start after a quote, a quote is doubled,
/// and whatever follows a closing quote is part of the field; an empty line is a row without fields.
/// </summary>
internal static class PythonCsv
{
    private const int LongestField = 131_072; // characters: csv.field_size_limit()

    private enum State
    {
        StartOfField,
        InField,
        InQuotes,
        QuoteInQuotes,
    }

    /// <summary>Each quote three times: a quoted field is read with its quotes.</summary>
    public static string KeepingQuotes(string text) => text.Replace("\"", "\"\"\"", StringComparison.Ordinal);

    /// <returns>Null where csv.reader raises an error: text after a carriage return outside of quotes, a field that is too long.</returns>
    public static IReadOnlyList<IReadOnlyList<string>>? Read(string text, char delimiter)
    {
        List<IReadOnlyList<string>> rows = [];
        List<string> row = [];
        StringBuilder field = new();
        State state = State.StartOfField;
        for (int at = 0; at < text.Length;)
        {
            char c = text[at++];
            switch (state)
            {
                case State.InQuotes:
                    if (c == '"')
                        state = State.QuoteInQuotes;
                    else
                        field.Append(c);
                    break;
                case State.QuoteInQuotes when c == '"':
                    field.Append(c);
                    state = State.InQuotes;
                    break;
                case State.StartOfField when c == '"':
                    state = State.InQuotes;
                    break;
                default:
                    if (c == delimiter)
                        EndField();
                    else if (c is '\n' or '\r')
                    {
                        if (state != State.StartOfField || row.Count > 0)
                            EndField();
                        while (at < text.Length && c != '\n' && text[at] is '\n' or '\r')
                            c = text[at++];
                        if (c == '\r' && at < text.Length)
                            return null;
                        EndRow();
                    }
                    else
                    {
                        field.Append(c);
                        state = State.InField;
                    }
                    break;
            }
            if (field.Length > LongestField)
                return null;
        }
        if (state != State.StartOfField || row.Count > 0)
        {
            EndField();
            EndRow();
        }
        return rows;

        void EndField()
        {
            row.Add(field.ToString());
            field.Clear();
            state = State.StartOfField;
        }

        void EndRow()
        {
            rows.Add(row);
            row = [];
        }
    }
}
