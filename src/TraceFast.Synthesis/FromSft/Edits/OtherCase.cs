using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>A short English answer all in capitals or all in small letters.</summary>
internal sealed class OtherCase : Edit
{
    public override string Name => "other_case";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        string text = answer.Response.Text;
        if (exchange.Language != Language.English || exchange.Demands.IsCode || exchange.Demands.Style || exchange.Demands.IsClosed || exchange.Prompt.Contains('\n', StringComparison.Ordinal)
            || answer.Length is < 6 or > 60 || !answer.IsProse || text.Any(c => c > 127 && char.IsLetter(c)) || text.Contains("http", StringComparison.OrdinalIgnoreCase))
            return null;
        return new(Of("letter_case", ("case", "lower")), text.ToLowerInvariant(), Of("letter_case", ("case", "upper")), text.ToUpperInvariant());
    }
}
