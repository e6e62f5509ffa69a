using TraceFast.Constraints;
using TraceFast.Constraints.Quads.Synthetic;

namespace TraceFast.Cli.Demo;

/// <summary>The constraints of the demonstration: sorts that a model of a million parameters can learn from short answers, all checked by program.</summary>
internal static class DemoSorts
{
    public static IReadOnlyList<Sort> All { get; } =
    [
        .. new[]
        {
            "title", "bracket_title", "letter_case", "initial_letter", "quoted_whole",
            "sentence_count", "paragraph_count", "separator", "bulleted_list", "numbered_list",
            "starts_with", "ends_with", "sentence_end", "postscript",
            "question_count", "exclamation_count", "placeholders",
        }.Select(Sorts.Get),
    ];

    /// <summary>
    /// What preference data never holds. Wordings, sorts and topics of the test out of domain are known to the start (it could not read them otherwise); combinations of the test in domain
    /// are not.
    /// </summary>
    public static HoldOut HeldOut { get; } = HoldOut.Parse(["wording=0.2", "sort=0.2", "topic=0.2", "combination=0.25"]);

    /// <summary>What the start never saw: combinations.</summary>
    public static HoldOut HeldOutOfTheStart { get; } = HoldOut.Parse(["combination=0.25"]);
}
