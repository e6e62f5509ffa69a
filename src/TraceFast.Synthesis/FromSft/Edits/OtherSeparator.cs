using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>Prose of several paragraphs with one or another dividing line between them.</summary>
internal sealed class OtherSeparator : Edit
{
    private static readonly string[] Dividers = ["***", "---", "==="];

    public override string Name => "other_separator";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (!IsExpository(exchange) || !answer.IsProse || answer.Response.Paragraphs.Count is < 2 or > 6)
            return null;
        string[] dividers = [.. Dividers];
        random.Shuffle(dividers);
        return new(Of("separator", ("mark", dividers[0])), Divide(answer, dividers[0]), Of("separator", ("mark", dividers[1])), Divide(answer, dividers[1]));
    }

    private static string Divide(AnswerShape answer, string divider) => string.Join($"\n\n{divider}\n\n", answer.Response.Paragraphs.Select(p => answer.Response.Span(p).Trim().ToString()));
}
