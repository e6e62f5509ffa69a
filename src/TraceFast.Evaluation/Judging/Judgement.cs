namespace TraceFast.Evaluation.Judging;

/// <summary>What a judge decided.</summary>
/// <param name="Value">Its decision; null: undecided, which counts as no pass.</param>
/// <param name="Said">Its last answer; empty where there was none.</param>
/// <param name="Why">Where undecided: why.</param>
public sealed record Judgement<T>(T? Value, string Said, string Why = "")
    where T : class
{
    public bool IsDecided => Value is not null;
}
