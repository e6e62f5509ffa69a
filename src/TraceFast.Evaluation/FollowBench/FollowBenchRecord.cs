namespace TraceFast.Evaluation.FollowBench;

/// <summary>One example of FollowBench (arXiv 2310.20410) at one level: the instruction with that many added constraints.</summary>
/// <param name="Line">1-based, in the file that it comes from.</param>
/// <param name="Type">The set that it is scored in: content, situation, style, format, mixed or example.</param>
/// <param name="ExampleId">Which example.</param>
/// <param name="Category">The record's own category (in the set "mixed": another than the set's).</param>
/// <param name="Source">Where its instruction comes from; some are checked by program.</param>
/// <param name="Level">0 (the initial instruction, unanswered) to 5.</param>
/// <param name="Instruction">The instruction.</param>
/// <param name="Target">What a program compares with; empty where a judge decides.</param>
/// <param name="Response">The answer; null at level 0.</param>
public sealed record FollowBenchRecord(int Line, string Type, int ExampleId, string Category, string Source, int Level, string Instruction, string Target, string? Response)
{
    /// <summary>What its response carries as "id": "format/3/2", set, example and level.</summary>
    public string Id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Type}/{ExampleId}/{Level}");
}

/// <summary>An example's levels in order: 0 to 5, or 1 to 5 in the set "example".</summary>
/// <param name="Levels">The records.</param>
public sealed record FollowBenchGroup(IReadOnlyList<FollowBenchRecord> Levels)
{
    public string Type => Levels[0].Type;

    /// <summary>The instructions from the initial one up to a level's, as a judge reads them.</summary>
    public IReadOnlyList<string> InstructionsUpTo(int level) => [.. Levels.Where(l => l.Level <= level).Select(l => l.Instruction)];

    /// <summary>Whether its instructions are Chinese: the programs and prompts of the Chinese set apply.</summary>
    public bool IsChinese { get; } = Levels[0].Instruction.Count(c => c is >= '\u4e00' and <= '\u9fff') * 4 > Levels[0].Instruction.Length;

    /// <summary>The records that are scored.</summary>
    public IEnumerable<FollowBenchRecord> Scored => Levels.Where(l => l.Level > 0);
}
