namespace TraceFast.Evaluation.CfBench;

/// <summary>How a CFBench record's judgement was read; the published names "1", "0" and "-1".</summary>
public enum Parsing
{
    /// <summary>"1": every criterion has a score.</summary>
    Whole,

    /// <summary>"0": scores were picked from lines that do not fit the criteria one to one.</summary>
    Picked,

    /// <summary>"-1": nothing could be read.</summary>
    Failed,
}

/// <summary>What a judge is asked about an answer.</summary>
/// <param name="Text">The criterion.</param>
/// <param name="IsPrimary">主需; false: 次需.</param>
/// <param name="Group">Its kind of constraint, empty in some.</param>
public sealed record Criterion(string Text, bool IsPrimary, string Group);

/// <summary>A judgement that stands in the file already: its scores as text and how they were read, or the judge's answer that is still to be read.</summary>
public sealed record StoredJudgement(CfBenchReading? Reading, string? Answer);

/// <summary>A prompt of CFBench (arXiv 2408.01122), its criteria and the response to it.</summary>
/// <param name="Line">1-based, in the file of responses.</param>
/// <param name="Id">idx.</param>
/// <param name="Prompt">The user's instruction.</param>
/// <param name="Gold">Reference answer, often empty.</param>
/// <param name="Split">"easy" or "hard".</param>
/// <param name="Criteria">At least one.</param>
/// <param name="Response">The answer.</param>
/// <param name="Stored">A published judgement; null: there is none.</param>
public sealed record CfBenchRecord(int Line, string Id, string Prompt, string Gold, string Split, IReadOnlyList<Criterion> Criteria, string Response, StoredJudgement? Stored);
