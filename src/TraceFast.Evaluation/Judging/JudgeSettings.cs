namespace TraceFast.Evaluation.Judging;

/// <summary>What the judged benchmarks share.</summary>
public sealed record JudgeSettings
{
    /// <summary>Null: nobody judges; what no program can check stays undecided.</summary>
    public Judge? Judge { get; init; }

    /// <summary>The benchmark's own file or folder, where the file of responses does not hold its records.</summary>
    public string? Data { get; init; }

    /// <summary>Records under way at once.</summary>
    public int AtOnce { get; init; } = 8;

    /// <summary>Told the number of records done.</summary>
    public IProgress<int>? Progress { get; init; }
}
