using System.Text.RegularExpressions;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>
/// An explanation, or its beginning: the first paragraph, or the first sentences of an only paragraph. The beginning must stand alone: no announcement of what was cut away.
/// </summary>
internal sealed partial class ShorterProse : Edit
{
    public override string Name => "shorter_prose";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (!IsExpository(exchange) || exchange.Demands.Length || exchange.Demands.Number || !answer.IsProse || Comparison().IsMatch(exchange.Prompt))
            return null;
        string text = answer.Response.Text;
        IReadOnlyList<TextSpan> sentences = answer.Response.Sentences;
        TextSpan first = answer.Response.Paragraphs[0];
        int end = answer.Response.Paragraphs.Count > 1 ? first.Start + first.Length : sentences.Count >= 5 ? sentences[1].Start + sentences[1].Length : 0;
        string kept = text[..end].Trim();
        AnswerShape shorter = new(kept, exchange.Language);
        if (kept.Length == 0 || shorter.Response.Sentences.Count < 2 || shorter.Length < 25 || Announces().IsMatch(kept) || !".!?。！？".Contains(kept[^1]))
            return null;
        if (NiceNumber.Between(shorter.Lengths(shorter.Response.Whole).Most, answer.Lengths(answer.Response.Whole).Least) is not { } limit)
            return null;
        string sort = exchange.Language == Language.Chinese ? "han_count" : "word_count";
        int paragraphs = answer.Response.Paragraphs.Count;
        bool byParagraphs = paragraphs is >= 2 and <= 5 && random.Chance(0.4);
        return byParagraphs
            ? new(Of("paragraph_count", ("min", paragraphs), ("max", paragraphs)), text, Of("paragraph_count", ("min", 1), ("max", 1)), kept)
            : new(Of(sort, ("min", limit)), text, Of(sort, ("max", limit)), kept);
    }

    [GeneratedRegex(@"\b(?:compare|contrast|differences?|similarit|versus|vs|pros and cons|advantages and|and how|and why|and what|steps|both)\b|比较|区别|不同|异同|优缺点|利弊|以及|并(?:说明|解释|描述|给出|提供)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"\b(?:first|firstly|first of all|to begin|to start|one (?:way|reason|of|example|common)|here are|following|below|several|some of|a few|many ways|number of|two|three|four|five|various|include|including|on the one hand|for example,? )\b|首先|第一|其一|一方面|以下|下面|如下|几个|几种|几点|一些|多种|多个|两个|两种|三个|三种|四个|例如|包括", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Announces();
}
