using TraceFast.Endpoint.Asking;

namespace TraceFast.Synthesis.Model;

/// <summary>The prompts of quads that are made with a model.</summary>
public static class QuadPrompts
{
    /// <summary>From a plain instruction to description, constraints and input, as one JSON object.</summary>
    public static readonly PromptName Expand = new(typeof(QuadPrompts), "quads_expand", ["instruction", "language", "kinds", "count"]);

    /// <summary>Whether an instruction is whole and free of contradiction: "VERDICT: YES" or "VERDICT: NO".</summary>
    public static readonly PromptName CheckInstruction = new(typeof(QuadPrompts), "quads_check_instruction", ["instruction"]);

    /// <summary>Whether an answer does the task and obeys what no program checks: "1: YES", "2: NO" ...</summary>
    public static readonly PromptName CheckAnswer = new(typeof(QuadPrompts), "quads_check_answer", ["instruction", "demands", "response", "fence", "count"]);

    public static IReadOnlyList<PromptName> All { get; } = [Expand, CheckInstruction, CheckAnswer];
}
