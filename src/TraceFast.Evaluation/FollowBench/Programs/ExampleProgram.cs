using TraceFast.Evaluation.PublishedCode;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>
/// Which of FollowBench's records a program decides, and how: the set "example" by its template, thirteen sources and two examples of the set "format" (one in Chinese)
/// by their own rules, as the published code has them (rule_based_evaluation, English and Chinese).
/// </summary>
public static class ExampleProgram
{
    private static readonly HashSet<string> Sources =
    [
        "E2E", "WIKIEVENTS", "CONLL2003", "text_editing", "cnn_dailymail", "xsum", "samsum", "gigaword", "arxiv", "BBH_logical", "BBH_time", "self_made_space", "gsm_8k",
    ];

    /// <summary>Whether a program decides about the record's example.</summary>
    public static bool Applies(FollowBenchRecord record, bool chinese) =>
        record.Type == "example" || Sources.Contains(record.Source) || IsCheckedFormat(record, chinese);

    /// <summary>Whether the response satisfies all constraints up to the record's level; null: a judge decides.</summary>
    public static bool? Check(FollowBenchRecord record, bool chinese)
    {
        if (!Applies(record, chinese))
            return null;
        string answer = record.Response!;
        if (record.Type == "example")
            return TemplateMatch.Matches(record.Target.Replace("{instruction}\n", "", StringComparison.Ordinal), answer);
        if (IsCheckedFormat(record, chinese))
            return record.ExampleId == 30 ? PointsFormat.Check(answer, record.Level) : SuggestionsFormat.Check(answer, record.Level, chinese);
        return record.Source switch
        {
            "E2E" or "text_editing" => answer == record.Target,
            "WIKIEVENTS" => answer.Split('\n').All(record.Target.Split('\n').Contains),
            "CONLL2003" => PythonStrings.Of(record.Target).Contains(answer),
            "BBH_logical" => FinalAnswer.Letter(answer) == record.Target,
            "BBH_time" => FinalAnswer.Date(answer) == record.Target,
            "gsm_8k" => (chinese ? FinalAnswer.ChineseDollars(answer) : FinalAnswer.Dollars(answer)) == record.Target,
            "self_made_space" => answer.Contains(record.Target, StringComparison.Ordinal),
            _ => chinese ? ChineseSummary.Check(record.Source, answer, record.Level) : EnglishSummary.Check(record.Source, answer, record.Level),
        };
    }

    private static bool IsCheckedFormat(FollowBenchRecord record, bool chinese) =>
        record.Category == "format" && (record.ExampleId == 22 || (record.ExampleId == 30 && !chinese));
}
