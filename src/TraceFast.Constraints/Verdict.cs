namespace TraceFast.Constraints;

/// <summary>What a check found.</summary>
public enum Outcome
{
    Obeyed,
    Violated,

    /// <summary>No program can tell; never counted as obeyed or violated without a judge.</summary>
    NeedsJudge,
}

/// <summary>A place in a response, in UTF-16 units.</summary>
public readonly record struct TextSpan(int Start, int Length);

/// <summary>The result of checking one constraint.</summary>
/// <param name="Outcome">Obeyed, violated or for a judge.</param>
/// <param name="Reason">What was found and what was asked for, in English.</param>
/// <param name="Where">The place in the response that shows it; null: the whole response.</param>
public readonly record struct Verdict(Outcome Outcome, string Reason, TextSpan? Where = null)
{
    public bool IsObeyed => Outcome == Outcome.Obeyed;

    public static Verdict NeedsJudge { get; } = new(Outcome.NeedsJudge, "no program can check this");

    public static Verdict Of(bool obeyed, string reason, TextSpan? where = null) => new(obeyed ? Outcome.Obeyed : Outcome.Violated, reason, where);
}
