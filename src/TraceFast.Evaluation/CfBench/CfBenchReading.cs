using System.Globalization;
using System.Text;

namespace TraceFast.Evaluation.CfBench;

/// <summary>
/// Reads a judge's answer as CFBench's published code does: blocks "criterion TAB score" with a blank line between, one for each criterion in its order.
/// </summary>
/// <param name="Parsing">How it was read.</param>
/// <param name="Scores">As texts: one for each criterion, or those that were picked.</param>
public sealed record CfBenchReading(Parsing Parsing, IReadOnlyList<string> Scores)
{
    /// <summary>What stands for an answer that can not be read: one score of 0.</summary>
    public static CfBenchReading Failed { get; } = new(Parsing.Failed, ["0"]);

    /// <summary>Each score as a number.</summary>
    public double[] Values => [.. Scores.Select(s => Number(s) ?? 0)];

    /// <summary>The whole answer fits the criteria; null: it does not.</summary>
    public static CfBenchReading? Strict(string answer, IReadOnlyList<string> criteria)
    {
        string[] blocks = answer.Split("\n\n");
        if (blocks.Length != criteria.Count)
            return null;
        string[] scores = new string[blocks.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            string[] fields = blocks[i].Split('\t');
            if (fields.Length != 2 || fields[0] != criteria[i] || Number(fields[1]) is not (0 or 1))
                return null;
            scores[i] = fields[1].Trim();
        }

        return new CfBenchReading(Parsing.Whole, scores);
    }

    /// <summary>
    /// What the published code picks from an answer that does not fit: the scores of lines with one tab, and of these the ones only (its test of truth leaves out
    /// every zero). An empty list is <see cref="Failed"/> there. Null: a score is no number, at which it breaks off.
    /// </summary>
    public static IReadOnlyList<string>? Pick(string answer)
    {
        List<string> scores = [];
        foreach (string line in answer.Split('\n'))
        {
            string[] fields = line.Split('\t');
            if (fields.Length != 2)
                continue;
            if (Number(fields[1]) is not { } score)
                return null;
            if (score == 1)
                scores.Add(fields[1].Trim());
        }

        return scores;
    }

    /// <summary>The published code's last resort, for judgements that were stored; <see cref="Failed"/> where it picks nothing.</summary>
    public static CfBenchReading Stored(string answer, IReadOnlyList<string> criteria) =>
        Strict(answer, criteria) ?? (Pick(answer) is { Count: > 0 } picked ? new CfBenchReading(Parsing.Picked, picked) : Failed);

    /// <summary>Python's float(text): white space around, a sign, digits of any script, underscores between digits; null: no number.</summary>
    private static double? Number(string text)
    {
        StringBuilder plain = new();
        string trimmed = text.Trim();
        for (int i = 0; i < trimmed.Length; i++)
        {
            char c = trimmed[i];
            if (c == '_')
            {
                if (i == 0 || i == trimmed.Length - 1 || !char.IsDigit(trimmed[i - 1]) || !char.IsDigit(trimmed[i + 1]))
                    return null;
                continue;
            }

            plain.Append(char.IsDigit(c) ? (char)('0' + (int)char.GetNumericValue(c)) : c);
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(plain.ToString(), Style, CultureInfo.InvariantCulture, out double value))
            return value;
        return plain.ToString().TrimStart('+', '-').ToLowerInvariant() switch
        {
            "inf" or "infinity" => double.PositiveInfinity,
            "nan" => double.NaN,
            _ => null,
        };
    }
}
