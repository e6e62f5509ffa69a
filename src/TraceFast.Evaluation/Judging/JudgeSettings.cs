using TraceFast.Endpoint.Asking;

using TraceFast.Data;

namespace TraceFast.Evaluation.Judging;

/// <summary>What the judged benchmarks share.</summary>
public sealed record JudgeSettings
{
    /// <summary>Null: nobody judges. TRACE then leaves undecided what no program checks; the others refuse records that need a judge.</summary>
    public Asker? Judge { get; init; }

    /// <summary>The benchmark's own file or folder, where the file of responses does not hold its records.</summary>
    public string? Data { get; init; }

    /// <summary>What a report says about the judge once all is judged: its name, what its calls took.</summary>
    public Func<IReadOnlyList<(string What, string Value)>>? Account { get; init; }

    /// <summary>Calls without a verdict that a score may count as not obeyed (FollowBench: -1, as published).</summary>
    public int AllowedUnjudged { get; init; }

    /// <summary>Records under way at once.</summary>
    public int AtOnce { get; init; } = 8;

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
