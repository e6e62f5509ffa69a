using System.Text.RegularExpressions;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>One or another word of the prompt's subject in bold, wherever it stands in an explanation. English: in Chinese the ends of words are not for sure.</summary>
internal sealed partial class OtherBold : Edit
{
    public override string Name => "other_bold";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (exchange.Language != Language.English || !IsExpository(exchange) || answer.Response.Markdown.Bold.Count + answer.Response.Markdown.Italic.Count + answer.Response.Markdown.CodeSpans.Count > 0 || answer.Length < 40)
            return null;
        string text = answer.Response.Text;
        string[] words = [.. Noun().Matches(text).Select(m => m.Value).GroupBy(w => w).Where(g => g.Count() >= 2 && !KeywordObserver.IsGeneric(g.Key)).Select(g => g.Key).Order(StringComparer.Ordinal)];
        if (words.Length < 2)
            return null;
        random.Shuffle(words);
        return new(Of("highlighted", ("words", new[] { words[0] })), Mark(text, words[0]), Of("highlighted", ("words", new[] { words[1] })), Mark(text, words[1]));
    }

    private static string Mark(string text, string word) => Regex.Replace(text, $@"(?<![\w'-]){Regex.Escape(word)}(?![\w'-])", "**$0**", RegexOptions.CultureInvariant);

    [GeneratedRegex(@"(?<![\w'-])[a-z]{4,}(?:tion|tions|ment|ments|ness|ity|ities|ance|ence|ology|ism|ture|gen|ium|cles|ics)(?![\w'-])", RegexOptions.CultureInvariant)]
    private static partial Regex Noun();
}
