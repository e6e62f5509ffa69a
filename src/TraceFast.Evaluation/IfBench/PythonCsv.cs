using System.Text;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.IfEval.Python;

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

    /// <summary>A header and so many rows, quoted fields with their quotes: each quote is read three times.</summary>
    /// <param name="wrong">Where it is none.</param>
    public static bool TryReadQuoted(
        string text, PythonRegex header, char delimiter, int count, out IReadOnlyList<IReadOnlyList<string>> rows, out Finding wrong)
    {
        (rows, wrong) = ([], default);
        if (!header.IsMatch(PythonString.Strip(text.Split('\n')[0])))
            wrong = new Finding(false, "the first line is another");
        else if (Read(text.Replace("\"", "\"\"\"", StringComparison.Ordinal), delimiter) is { } read && read.Count == count + 1)
        {
            rows = read;
            return true;
        }
        else
            wrong = new Finding(false, $"it has not {count} rows");
        return false;
    }

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
