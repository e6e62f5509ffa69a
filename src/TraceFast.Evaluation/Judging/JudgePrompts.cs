using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>The prompts of judges.</summary>
public static class JudgePrompts
{
    /// <summary>One constraint of a TRACE instruction: the last line of the answer is "VERDICT: YES" or "VERDICT: NO".</summary>
    public static readonly PromptName TraceConstraint = new(typeof(JudgePrompts), "trace_constraint", ["instruction", "constraint", "response", "fence"]);

    /// <summary>Constraints of a TRACE instruction, numbered from 1: the last lines are "1: YES", "2: NO" ...</summary>
    public static readonly PromptName TraceRecord = new(typeof(JudgePrompts), "trace_record", ["instruction", "constraints", "response", "fence", "count"]);

    /// <summary>CFBench: each criterion's text, a tab, 0 or 1; a blank line between.</summary>
    public static readonly PromptName CfBench = new(typeof(JudgePrompts), "cfbench", ["instruction", "reference", "response", "criteria"]);

    /// <summary>FollowBench, English: the last line is a list of 'YES' and 'NO'.</summary>
    public static readonly PromptName FollowBenchEnglish = new(typeof(JudgePrompts), "followbench_en", ["kind", "instructions", "response", "count"]);

    /// <summary>FollowBench, Chinese.</summary>
    public static readonly PromptName FollowBenchChinese = new(typeof(JudgePrompts), "followbench_zh", ["kind", "instructions", "response", "count"]);

    /// <summary>ComplexBench, a scoring question: "答案：是" or "答案：否".</summary>
    public static readonly PromptName ComplexBenchQuestion = new(typeof(JudgePrompts), "complexbench_question", ["instruction", "response", "question"]);

    /// <summary>ComplexBench, the object that a rule speaks about: "评分对象：...".</summary>
    public static readonly PromptName ComplexBenchObject = new(typeof(JudgePrompts), "complexbench_object", ["instruction", "response", "question"]);

    /// <summary>The same where a rule speaks about each of several: objects joined by "||".</summary>
    public static readonly PromptName ComplexBenchObjects = new(typeof(JudgePrompts), "complexbench_objects", ["instruction", "response", "question"]);

    public static IReadOnlyList<PromptName> All { get; } =
    [
        TraceConstraint, TraceRecord, CfBench, FollowBenchEnglish, FollowBenchChinese, ComplexBenchQuestion, ComplexBenchObject, ComplexBenchObjects,
    ];
}
