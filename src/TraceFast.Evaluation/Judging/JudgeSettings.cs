using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>What the judged benchmarks share.</summary>
public sealed record JudgeSettings
{
    /// <summary>Null: no judge. TRACE then leaves undecided what no program checks; the others reject records that need a judge.</summary>
    public StructuredChat? Judge { get; init; }

    /// <summary>The benchmark's own file or folder, where the file of responses does not hold its records.</summary>
    public string? Data { get; init; }

    /// <summary>trace: one call for all constraints of a record instead of one for each.</summary>
    public bool JudgeWholeRecord { get; init; }

    /// <summary>The report's facts about the judge once all is judged: its name, the usage of its calls.</summary>
    public Func<IReadOnlyList<(string What, string Value)>>? Usage { get; init; }

    /// <summary>Calls without a verdict that a score may count as not obeyed (FollowBench: -1, as published).</summary>
    public int AllowedUnjudged { get; init; }

    /// <summary>Records judged concurrently; the endpoint limits the calls.</summary>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Notified after each record.</summary>
    public IProgress<JudgeProgress>? Progress { get; init; }
}

/// <summary>How many of the records are judged.</summary>
public readonly record struct JudgeProgress(int Done, int All);
