using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>What the judged benchmarks share.</summary>
public sealed record JudgeSettings
{
    /// <summary>Null: no judge. TRACE then leaves undecided what no program checks; the others reject records that need a judge.</summary>
    public StructuredChat? Judge { get; init; }

    /// <summary>The benchmark's own file or folder, where the file of responses does not hold its records.</summary>
    public string? Data { get; init; }

    /// <summary>trace: what a call decides.</summary>
    public JudgeBy JudgeBy { get; init; }

    /// <summary>The report's facts about the judge once all is judged: its name, the usage of its calls.</summary>
    public Func<IReadOnlyList<(string What, string Value)>>? Usage { get; init; }

    /// <summary>Calls without a verdict that a score may count as not obeyed (FollowBench: -1, as published).</summary>
    public int AllowedUnjudged { get; init; }

    /// <summary>Records judged concurrently; the endpoint limits the calls.</summary>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Notified after each record.</summary>
    public IProgress<JudgeProgress>? Progress { get; init; }
}

/// <summary>What a call of TRACE's judge decides.</summary>
public enum JudgeBy
{
    /// <summary>One constraint that no program checks.</summary>
    Constraint,

    /// <summary>All of a record's that no program checks.</summary>
    Record,

    /// <summary>All of a record's, with grades from 0 to 10, as the paper has it.</summary>
    Published,
}

/// <summary>How many of the records are judged.</summary>
public readonly record struct JudgeProgress(int Done, int All);
