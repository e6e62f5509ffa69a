using TraceFast.Constraints;

namespace TraceFast.Evaluation;

/// <summary>What files call an outcome.</summary>
public static class OutcomeNames
{
    /// <summary>"obeyed", "violated" or "undecided".</summary>
    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Obeyed => "obeyed",
        Outcome.Violated => "violated",
        _ => "undecided",
    };
}
