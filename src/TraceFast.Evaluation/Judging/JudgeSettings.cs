using TraceFast.Data;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>What the judged benchmarks share.</summary>
public sealed record JudgeSettings
{
    /// <summary>
    /// Null: nobody judges. TRACE then leaves undecided what no program checks; the others refuse records that need a judge.
    /// </summary>
    public StructuredChat? Judge { get; init; }

    /// <summary>The benchmark's own file or folder, where the file of responses does not hold its records.</summary>
    public string? Data { get; init; }

    /// <summary>What a report says about the judge once all is judged: its name, what its calls took.</summary>
    public Func<IReadOnlyList<(string What, string Value)>>? Account { get; init; }

    /// <summary>Calls without a verdict that a score may count as not obeyed (FollowBench: -1, as published).</summary>
    public int AllowedUnjudged { get; init; }

    /// <summary>Records under way at once.</summary>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Told after each record.</summary>
    public IProgress<JudgeProgress>? Progress { get; init; }

    /// <summary>The error of a benchmark that has nothing to say without a judge.</summary>
    internal static InputException Missing(int forJudge, int all, string what) =>
        new($"{forJudge} of {all} {what} need a judge; name one with --judge URL and --judge-model NAME");
}

/// <summary>How far a run is.</summary>
/// <param name="Done">Records judged.</param>
/// <param name="All">Records there are.</param>
public readonly record struct JudgeProgress(int Done, int All);

/// <summary>The prompts of judges.</summary>
public static class JudgePrompts
{
    /// <summary>One constraint of a TRACE instruction: the last line of the answer is "VERDICT: YES" or "VERDICT: NO".</summary>
    public static readonly PromptName TraceConstraint = new(
        typeof(JudgePrompts), "trace_constraint", ["instruction", "constraint", "response", "fence"]);

    /// <summary>Constraints of a TRACE instruction, numbered from 1: the last lines are "1: YES", "2: NO" ...</summary>
    public static readonly PromptName TraceRecord = new(
        typeof(JudgePrompts), "trace_record", ["instruction", "constraints", "response", "fence", "count"]);

    /// <summary>CFBench: each criterion's text, a tab, 0 or 1; a blank line between.</summary>
    public static readonly PromptName CfBench = new(typeof(JudgePrompts), "cfbench", ["instruction", "reference", "response", "criteria"]);

    /// <summary>FollowBench, English: the last line is a list of 'YES' and 'NO'.</summary>
    public static readonly PromptName FollowBenchEnglish = new(
        typeof(JudgePrompts), "followbench_en", ["kind", "instructions", "response", "count"]);

    /// <summary>FollowBench, Chinese.</summary>
    public static readonly PromptName FollowBenchChinese = new(
        typeof(JudgePrompts), "followbench_zh", ["kind", "instructions", "response", "count"]);

    /// <summary>ComplexBench, a scoring question: "答案：是" or "答案：否".</summary>
    public static readonly PromptName ComplexBenchQuestion = new(
        typeof(JudgePrompts), "complexbench_question", ["instruction", "response", "question"]);

    /// <summary>ComplexBench, the object that a rule speaks about: "评分对象：...".</summary>
    public static readonly PromptName ComplexBenchObject = new(
        typeof(JudgePrompts), "complexbench_object", ["instruction", "response", "question"]);

    /// <summary>The same where a rule speaks about each of several: objects joined by "||".</summary>
    public static readonly PromptName ComplexBenchObjects = new(
        typeof(JudgePrompts), "complexbench_objects", ["instruction", "response", "question"]);

    public static IReadOnlyList<PromptName> All { get; } =
    [
        TraceConstraint, TraceRecord, CfBench, FollowBenchEnglish, FollowBenchChinese, ComplexBenchQuestion, ComplexBenchObject,
        ComplexBenchObjects,
    ];
}
