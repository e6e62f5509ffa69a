using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>Two answers made of one, and the perturbed constraint that tells them apart.</summary>
/// <param name="First">What the first answer obeys and the second violates.</param>
/// <param name="Answer1">The first answer: the record's own, or an edit of it.</param>
/// <param name="Second">The perturbation of <paramref name="First"/>.</param>
/// <param name="Answer2">An edit that obeys it.</param>
internal sealed record EditedAnswers(Constraint First, string Answer1, Constraint Second, string Answer2);

/// <summary>
/// A way of editing an answer so that it stays an answer to the same prompt: nothing is invented, and nothing is left that speaks about what was taken away.
/// </summary>
internal abstract class Edit
{
    public static IReadOnlyList<Edit> All { get; } =
        [new FewerItems(), new OtherMarkers(), new ShorterProse(), new OtherEnding(), new OtherBold(), new OtherCase(), new OtherSeparator(), new DataOrQuotation()];

    /// <summary>For balance and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Null: this answer can not be edited so.</summary>
    public abstract EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random);

    protected static Constraint Of(string sort, params ReadOnlySpan<(string Name, object? Value)> arguments) => new(Sorts.Get(sort), Arguments.Of(arguments));

    /// <summary>An explanation, an opinion, advice: prose or points that speak to the reader, not a text written for another use.</summary>
    protected static bool IsExpository(Exchange exchange) =>
        exchange.Demands is { IsOpen: true, IsClosed: false, IsCode: false, Form: false, Style: false, IsCreative: false } && !exchange.Prompt.Contains('\n', StringComparison.Ordinal);
}
