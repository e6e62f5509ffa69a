using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;

namespace TraceFast.Evaluation.IfBench;

// Tasks of one prompt each.

/// <summary>custom:multiples (PrintMultiplesChecker): the text's numbers are 14, 21, 28, 35, 42, 49.</summary>
internal sealed class Multiples : IInstruction
{
    private static readonly string[] s_expected = ["14", "21", "28", "35", "42", "49"];

    public string Request => "the multiples of 7 between 10 and 50 and no other number";

    public Finding Check(string text)
    {
        string[] numbers = [.. PlainText.Numbers(text)];
        return new Finding(numbers.SequenceEqual(s_expected), $"the numbers {string.Join(' ', numbers)}");
    }
}

/// <summary>
/// custom:mcq_count_length (MultipleChoiceQuestionsChecker): starts with "Question"; four questions with five options A to E each; each
/// question's text longer than the one before.
/// </summary>
internal sealed class MultipleChoice : IInstruction
{
    private const int Questions = 4, Options = 5;
    private const string Label = "Question";

    private static readonly PythonRegex s_start = PythonRegex.Parse(@"\n*(?:Question \d+[\.|\):;]?\s*)"),
        s_option = PythonRegex.Parse(@"\A[A-Ea-e][\.|\)]\s*\w+");

    public string Request => $"{Questions} questions with {Options} options each, ever longer";

    public Finding Check(string text)
    {
        if (!text.StartsWith(Label, StringComparison.Ordinal))
            return new Finding(false, $"it does not start with {Label}");
        string[] questions =
        [
            .. TextParts.Between(s_start, text).Select(p => PythonString.Strip(text.Substring(p.Start, p.Length))).Where(q => q.Length > 0),
        ];
        if (questions.Length != Questions)
            return new Finding(false, $"{questions.Length} questions");
        (int[] lengths, int[] options) = ([.. questions.Select(LengthOf)], [.. questions.Select(q => Lines(q).Count(s_option.IsMatch))]);
        return options.Any(o => o != Options)
            ? new Finding(false, $"{string.Join(", ", options)} options")
            : new Finding(lengths.Zip(lengths.Skip(1)).All(l => l.First < l.Second), $"lengths {string.Join(", ", lengths)}");
    }

    /// <summary>Of the lines before the first option, one space between them.</summary>
    private static int LengthOf(string question) =>
        PlainText.Length(PythonString.Strip(string.Join(' ', Lines(question).TakeWhile(l => !s_option.IsMatch(l)))));

    private static IEnumerable<string> Lines(string question) => question.Split('\n').Select(PythonString.Strip);
}

/// <summary>
/// custom:reverse_newline (ReverseNewlineChecker): 52 lines or more from the one with Zimbabwe on, in descending order without accents.
/// </summary>
internal sealed class CountriesReversed : IInstruction
{
    private const int Least = 52;

    public string Request => "the countries of Africa from Z to A, each on a line";

    public Finding Check(string text)
    {
        string[] lines =
        [
            .. text.Split('\n').Select(PlainText.StripMarks).Where(l => l.Length > 0)
                .SkipWhile(l => !l.Contains("Zimbabwe", StringComparison.Ordinal)).Select(PlainText.ToAscii),
        ];
        return lines.Length < Least
            ? new Finding(false, $"{lines.Length} lines from Zimbabwe on")
            : new Finding(
                lines.Zip(lines.Skip(1)).All(l => string.CompareOrdinal(l.First, l.Second) >= 0), $"{lines.Length} lines from Zimbabwe on");
    }
}

/// <summary>custom:word_reverse (WordReverseOrderChecker): "bald eagle" is in the text with its words from last to first.</summary>
internal sealed class WordsReversed : IInstruction
{
    public string Request => "the answer with its words in reverse order";

    public Finding Check(string text)
    {
        string forward = string.Join(' ', PythonString.Split(PlainText.WithoutMarks(PythonString.Lower(text))).Reverse());
        bool found = forward.Contains("bald eagle", StringComparison.Ordinal);
        return new Finding(found, found ? "\"eagle bald\" is in it" : "\"eagle bald\" is not in it");
    }
}

/// <summary>custom:character_reverse (CharacterReverseOrderChecker).</summary>
internal sealed class CharactersReversed : IInstruction
{
    private const string Expected = "elgae dlab";

    public string Request => "the answer with its letters in reverse order";

    public Finding Check(string text)
    {
        bool found = PythonString.Lower(text).Contains(Expected, StringComparison.Ordinal);
        return new Finding(found, $"\"{Expected}\" is {(found ? "" : "not ")}in it");
    }
}

/// <summary>custom:sentence_alphabet (SentenceAlphabetChecker): 26 sentences, which start with a to z.</summary>
internal sealed class AlphabetSentences : IInstruction
{
    private const int Letters = 26;

    public string Request => "26 sentences that start with a, b, c ...";

    public Finding Check(string text)
    {
        string[] sentences = [.. PunktSentences.In(text)];
        if (sentences.Length != Letters)
            return new Finding(false, $"{sentences.Length} sentences");
        int wrong = Enumerable.Range(0, Letters).FirstOrDefault(
            i => PythonString.Lower(PythonString.Split(sentences[i]).FirstOrDefault("")) is not [var first, ..] || first != 'a' + i, -1);
        return new Finding(wrong < 0, wrong < 0 ? "each does" : $"sentence {wrong + 1} does not start with {(char)('a' + wrong)}");
    }
}

/// <summary>custom:european_capitals_sort (EuropeanCapitalsSortChecker): the 27 capitals north of 45 degrees, in this order.</summary>
internal sealed class NorthernCapitals : IInstruction
{
    private static readonly string[] s_order =
    [
        "Reykjavik", "Helsinki", "Oslo", "Tallinn", "Stockholm", "Riga", "Moscow", "Copenhagen", "Vilnius", "Minsk", "Dublin", "Berlin",
        "Amsterdam", "Warsaw", "London", "Brussels", "Prague", "Luxembourg", "Paris", "Vienna", "Bratislava", "Budapest", "Vaduz",
        "Chisinau", "Bern", "Ljubljana", "Zagreb",
    ];

    public string Request => "the capitals of Europe north of 45 degrees, from north to south, with commas between them";

    public Finding Check(string text)
    {
        string[] found = [.. PlainText.ToAscii(text).Split(',').Select(PythonString.Strip).Where(c => c.Length > 0)];
        int other = found.Zip(s_order).TakeWhile(c => c.First == c.Second).Count();
        string next = other < found.Length ? $"\"{found[other]}\"" : "missing";
        return found.Length == s_order.Length && other == s_order.Length
            ? new Finding(true, "all are there")
            : new Finding(false, $"{found.Length} cities; number {other + 1} is {next}");
    }
}

/// <summary>custom:csv_city (CityCSVChecker): a header with these columns and seven rows of five.</summary>
internal sealed class CityTable : IInstruction
{
    private const int Rows = 7;

    private static readonly string[] s_columns = ["ID", "Country", "City", "Year", "Count"];

    public string Request => $"CSV with the columns {string.Join(", ", s_columns)} and {Rows} rows";

    public Finding Check(string text)
    {
        if (PythonCsv.Read(text, ',') is not { } rows)
            return new Finding(false, "it is no CSV");
        return new Finding(
            rows.Count == Rows + 1 && rows[0].SequenceEqual(s_columns) && rows.All(r => r.Count == s_columns.Length),
            $"{rows.Count} lines");
    }
}

/// <summary>
/// custom:csv_special_character (SpecialCharacterCSVChecker): a header and fourteen rows, of which the first with a field in double quotes
/// that holds a mark decides; rows up to it have five fields.
/// </summary>
internal sealed class TableWithMark : IInstruction
{
    private const int Rows = 14, Columns = 5;

    private static readonly PythonRegex s_header = PythonRegex.Parse(
            "\\A(ProductID|\"ProductID\"),[ \\t]*(Category|\"Category\"),[ \\t]*(Brand|\"Brand\"),[ \\t]*(Price|\"Price\"),"
                + "[ \\t]*(Stock|\"Stock\")$"),
        s_mark = PythonRegex.Parse("\\A\".*[^\\d\\w\\s].*\"");

    public string Request => $"CSV with ProductID ... Stock, {Rows} rows, and a quoted field with a special character";

    public Finding Check(string text)
    {
        if (!PythonCsv.TryReadQuoted(text, s_header, ',', Rows, out IReadOnlyList<IReadOnlyList<string>> rows, out Finding wrong))
            return wrong;
        foreach (IReadOnlyList<string> row in rows.Skip(1))
        {
            if (row.Count != Columns)
                return new Finding(false, $"a row has {row.Count} fields");
            if (row.Any(s_mark.IsMatch))
                return new Finding(true, "a quoted field has a mark");
        }
        return new Finding(false, "no quoted field has a mark");
    }
}

/// <summary>custom:csv_quotes (QuotesCSVChecker): a header and three rows of five fields, each in double quotes, tabs between.</summary>
internal sealed class QuotedTable : IInstruction
{
    private const int Rows = 3, Columns = 5;

    private static readonly PythonRegex s_header = PythonRegex.Parse(
        "\\A(StudentID|\"StudentID\")\\t *(Subject|\"Subject\")\\t *(Grade|\"Grade\")\\t *(Semester|\"Semester\")\\t *(Score|\"Score\")$");

    public string Request => $"tab-delimited StudentID ... Score, {Rows} rows, each field in double quotes";

    public Finding Check(string text)
    {
        if (!PythonCsv.TryReadQuoted(text, s_header, '\t', Rows, out IReadOnlyList<IReadOnlyList<string>> rows, out Finding wrong))
            return wrong;
        bool quoted = rows.All(r => r.Count == Columns && r.All(f => PythonString.Strip(f) is ['"', .., '"'] or ['"']));
        return new Finding(quoted, quoted ? "all fields are quoted" : "a row has another number of fields, or one without quotes");
    }
}

/// <summary>custom:date_format_list (DateFormatListChecker): dates from 1769 to 1821 as YYYY-MM-DD, with commas between them.</summary>
internal sealed class BattleDates : IInstruction
{
    private const int FirstYear = 1769, LastYear = 1821, Months = 12;

    /// <summary>Most days of each month; the official checker lets month 0 have any day.</summary>
    private static readonly int[] s_days = [99, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    private static readonly PythonRegex s_date = PythonRegex.Parse(@"\A(\d{4})-(\d{2})-(\d{2})$");

    public string Request => "dates as YYYY-MM-DD with commas between them";

    public Finding Check(string text)
    {
        string? wrong = text.Split(',').Select(PythonString.Strip).FirstOrDefault(date => !IsDate(date));
        return new Finding(wrong is null, wrong is null ? "each is one" : $"\"{wrong}\" is none");
    }

    private static bool IsDate(string text)
    {
        if (s_date.Matches(text).FirstOrDefault() is not { } match)
            return false;
        int[] parts = [.. Enumerable.Range(1, 3).Select(group => Number(match.Group(group).ToString()))];
        return parts[0] is >= FirstYear and <= LastYear && parts[1] <= Months && parts[2] <= s_days[parts[1]];
    }

    /// <summary>Of decimal digits of any script.</summary>
    private static int Number(string digits) =>
        digits.EnumerateRunes().Aggregate(0, (number, r) => (10 * number) + CharUnicodeInfo.GetDecimalDigitValue(r.ToString(), 0));
}
