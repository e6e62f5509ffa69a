using TraceFast.Constraints;

namespace TraceFast.Evaluation.Trace;

/// <summary>One constraint of a TRACE instruction: a line of it.</summary>
/// <param name="Text">As it stands in the instruction, its number included.</param>
/// <param name="Label">The label in levels2, as it stands in the file.</param>
public sealed record TraceConstraint(string Text, string Label)
{
    /// <summary>One of the 26 kinds; null where the label is none of them (the published file holds two such labels).</summary>
    public Category? Kind { get; } = Category.OfLabel(Label);

    /// <summary>The kind's name, or the label itself where it is no kind.</summary>
    public string KindName => Kind?.Name ?? $"{Label} (no kind of TRACE)";

    public string GroupName => Kind?.Group.ToString().ToLowerInvariant() ?? "(no kind of TRACE)";
}

/// <summary>An instruction of TRACE (arXiv 2411.06208, section 3) and the response to it.</summary>
/// <param name="Line">1-based, in the file of responses.</param>
/// <param name="Id">The record's id.</param>
/// <param name="Instruction">The user's message.</param>
/// <param name="Description">The task without constraints and inputs.</param>
/// <param name="Constraints">At least one.</param>
/// <param name="Response">The answer, possibly empty.</param>
public sealed record TraceRecord(int Line, string Id, string Instruction, string Description, IReadOnlyList<TraceConstraint> Constraints, string Response);
