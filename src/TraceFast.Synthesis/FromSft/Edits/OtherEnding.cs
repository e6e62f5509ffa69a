using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>An explanation with one or another closing sentence.</summary>
internal sealed class OtherEnding : Edit
{
    private static readonly string[] English =
        ["I hope this helps.", "Let me know if you have any questions.", "Feel free to ask for more details.", "That covers the main points.", "Is there anything else you would like to know?", "Thank you for your question."];

    private static readonly string[] Chinese = ["希望这对您有所帮助。", "如有疑问，欢迎继续提问。", "以上内容仅供参考。", "感谢您的提问。", "您还想了解什么？"];

    public override string Name => "other_ending";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (!IsExpository(exchange) || exchange.Demands.Length || answer.Length < 30)
            return null;
        string text = answer.Response.Text.TrimEnd();
        if (!".!。！".Contains(text[^1]))
            return null;
        string[] endings = [.. exchange.Language == Language.Chinese ? Chinese : English];
        random.Shuffle(endings);
        bool apart = answer.Items > 0 || answer.Response.Paragraphs.Count > 1;
        string gap = apart ? "\n\n" : exchange.Language == Language.Chinese ? "" : " ";
        return new(Of("ends_with", ("text", endings[0])), text + gap + endings[0], Of("ends_with", ("text", endings[1])), text + gap + endings[1]);
    }
}
