using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>The same items, numbered or with bullets. Not where the prompt asks for an order or a form.</summary>
internal sealed class OtherMarkers : Edit
{
    public override string Name => "other_markers";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.IsCode || exchange.Prompt.Contains("number", StringComparison.OrdinalIgnoreCase) || exchange.Prompt.Contains("bullet", StringComparison.OrdinalIgnoreCase)
            || exchange.Prompt.Contains("步骤", StringComparison.Ordinal) || exchange.Prompt.Contains("编号", StringComparison.Ordinal) || ListAnswer.Of(answer) is not { } list || list.Items.Any(i => i.StartsWith('-') || i.StartsWith('*')))
            return null;
        string bullet = random.Chance(0.5) ? "-" : "*";
        return new(Of("numbered_list", ("min", 1)), answer.Response.Text, Of("bulleted_list", ("min", 1)), list.Write(_ => bullet, list.Items.Count));
    }
}
