using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.ComplexBench;

/// <summary>
/// The objects that a rule speaks about, as a judge extracted them (the published rule_based_evaluation, "preprocess"): all = the whole response, None = none, else texts
/// joined by ||.
/// </summary>
/// <param name="Objects">Texts without the white space around them.</param>
public sealed record ExtractedObjects(IReadOnlyList<string> Objects)
{
    private const string Heading = "【模型回复中评分问题的评测对象】\n";
    private static readonly string[] Notes = ["\n\n请注意", "\n\n**注意", "\n\n注意"];
    private static readonly string[] Marks = ["评分对象：", "评测对象：", "："];

    /// <param name="response">The response that was extracted from.</param>
    /// <param name="extraction">The judge's answer; null: there is none, and no object.</param>
    public static ExtractedObjects Of(string response, string? extraction)
    {
        if (extraction is null)
            return new([]);
        string text = Named(extraction);
        if (text.StartsWith("all", StringComparison.Ordinal))
            return new([response]);
        return text.Contains("None", StringComparison.Ordinal) ? new([]) : new([.. text.Split("||").Select(o => o.Trim())]);
    }

    /// <summary>The form that a judge's answer must have: the object is named after its mark.</summary>
    internal static AnswerForm<ExtractedObjects> Form(string response) => new(
        answer => answer.Contains(Marks[0], StringComparison.Ordinal) || answer.Contains(Marks[1], StringComparison.Ordinal) ? Of(response, answer) : null,
        "最后一部分为“【模型回复中评分问题的评测对象】”，其下一行为“评分对象：”加原文（或 all、None）");

    /// <summary>What the answer names, without what it says before and after.</summary>
    internal static string Named(string extraction)
    {
        string text = After(extraction, Heading) ?? extraction;
        foreach (string note in Notes)
        {
            int at = text.LastIndexOf(note, StringComparison.Ordinal);
            if (at >= 0)
                text = text[..at];
        }

        foreach (string mark in Marks)
        {
            if (After(text, mark) is { } named)
                return named;
        }

        return text;
    }

    private static string? After(string text, string mark)
    {
        int at = text.LastIndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? null : text[(at + mark.Length)..];
    }
}
