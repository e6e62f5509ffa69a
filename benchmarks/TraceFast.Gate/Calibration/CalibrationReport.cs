using MathNet.Numerics.Statistics;
using TraceFast.Report;

namespace TraceFast.Gate.Calibration;

/// <summary>
/// A record of outcomes as a table: a row for equal arms and for each size of injected work.
/// <code>
///   flagged         runs that failed; of injected work: by that row
///   other rows      runs with injected work that failed by another row: false alarms
///   usual ways      runs in which they flag any row (equal arms) or the row that has the work
/// </code>
/// </summary>
public static class CalibrationReport
{
    /// <summary>Fewest equal runs of which a share of 1 % may be claimed.</summary>
    public const int FewestForClaim = 300;

    private static readonly string[] s_headings =
    [
        "extra work", "runs", "flagged", "95 % interval", "cannot tell", "other rows", "mean ratio > 1.05", "Mann-Whitney, 5 %, p < 0.05",
        "Mann-Whitney, 5 %, p < 1e-5", "median minutes",
    ];

    public static void Write(CalibrationRecord record, TextWriter output, int width)
    {
        new TextTable(s_headings, Rows(record)) { IsText = _ => false }.Write(output, width);
        output.WriteLine(Claim(record));
    }

    public static string Markdown(CalibrationRecord record)
    {
        List<string> lines =
        [
            $"Suite {record.Header.Suite}, {record.Header.Date}, {record.Header.Machine}, {record.Header.Note}:", "",
            $"| {string.Join(" | ", s_headings)} |", $"|{string.Concat(s_headings.Select(_ => "---:|"))}",
            .. Rows(record).Select(r => $"| {string.Join(" | ", r)} |"), "", Claim(record),
        ];
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>What may be said of false alarms.</summary>
    public static string Claim(CalibrationRecord record)
    {
        CalibrationOutcome[] equal = [.. record.Outcomes.Where(o => o.Percent == 0)];
        if (equal.Length < FewestForClaim)
            return $"{equal.Length} runs of equal arms: at least {FewestForClaim} are needed to say anything about 1 % of false alarms";
        int failed = equal.Count(o => o.Regressions.Count > 0);
        (double low, double high) = ClopperPearson.Interval(failed, equal.Length);
        return $"false alarms: {failed} of {equal.Length} runs of the whole suite, {Percent((double)failed / equal.Length)} "
            + $"({Percent(low)} to {Percent(high)})";
    }

    private static IReadOnlyList<IReadOnlyList<string>> Rows(CalibrationRecord record) =>
    [
        .. record.Outcomes.GroupBy(o => o.Percent).OrderBy(g => g.Key)
            .SelectMany(size => size.Key == 0 ? [Row("none", [.. size])]
                : new[] { Row(Percent(size.Key / 100), [.. size]) }.Concat(
                    size.GroupBy(o => o.Row).OrderBy(r => r.Key, StringComparer.Ordinal)
                        .Select(r => Row($"{Percent(size.Key / 100)} of {r.Key}", [.. r])))),
    ];

    private static IReadOnlyList<string> Row(string name, CalibrationOutcome[] outcomes)
    {
        bool equal = outcomes[0].Percent == 0;
        int Count(Func<CalibrationOutcome, IReadOnlyList<string>> rows) =>
            outcomes.Count(o => equal ? rows(o).Count > 0 : rows(o).Contains(o.Row));
        int flagged = Count(o => o.Regressions), all = outcomes.Length;
        (double low, double high) = ClopperPearson.Interval(flagged, all);
        return
        [
            name, $"{all}", $"{flagged}", $"{Percent(low)} to {Percent(high)}", $"{Count(o => o.Undecided)}",
            equal ? "" : $"{outcomes.Count(o => o.Regressions.Any(r => r != o.Row))}", $"{Count(o => o.MeanRatio)}",
            $"{Count(o => o.MannWhitney)}", $"{Count(o => o.MannWhitneyStrict)}",
            outcomes.Select(o => o.Seconds / 60).Median().ToString("0.00", CultureInfo.InvariantCulture),
        ];
    }

    private static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
