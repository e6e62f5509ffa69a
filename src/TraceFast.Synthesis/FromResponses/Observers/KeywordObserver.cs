using System.Text.RegularExpressions;
using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>
/// Words of the subject that stand twice or more in one answer and in no form in the other. English: nouns by their endings; Chinese has no blanks between words, so only
/// terms that the answer itself sets off (in quotation marks, in bold, before the colon of a list item) are words for sure.
/// </summary>
internal sealed partial class KeywordObserver : Observer
{
    private const int StemLength = 5;

    public override string Family => "words";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.IsCode)
            yield break;
        List<string> words = Find(own, other, exchange);
        if (words.Count >= 1)
            yield return Of("keywords", ("words", words.Take(1)));
        if (words.Count >= 2)
            yield return Of("keywords", ("words", words.Take(2)));
        if (exchange.Language == Language.English && Find(other, own, exchange) is [string forbidden, ..])
            yield return Of("forbidden_words", ("words", new[] { forbidden }));
    }

    /// <summary>Whether a word belongs to no subject, so that asking for it would be odd.</summary>
    public static bool IsGeneric(string word) => Generic.Contains(word);

    private static List<string> Find(AnswerShape own, AnswerShape other, Exchange exchange) =>
        exchange.Language == Language.English ? English(own.Response.Text, other.Response.Text, exchange.Prompt) : Chinese(own.Response, other.Response.Text, exchange.Prompt);

    private static List<string> English(string own, string other, string prompt)
    {
        string elsewhere = (other + "\n" + prompt).ToLowerInvariant();
        return
        [
            .. EnglishNoun().Matches(own).Select(m => m.Value).GroupBy(w => w.TrimEnd('s')).Where(g => g.Count() >= 2)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => g.First()).Where(w => !Generic.Contains(w) && !elsewhere.Contains(w[..StemLength], StringComparison.Ordinal)).Take(4),
        ];
    }

    private static List<string> Chinese(Response own, string other, string prompt)
    {
        IEnumerable<string> quoted = ChineseTerm().Matches(own.Text).Select(m => m.Groups["term"].Value);
        return
        [
            .. quoted.Distinct().Where(t => !other.Contains(t, StringComparison.Ordinal) && !prompt.Contains(t, StringComparison.Ordinal) && !ChineseGeneric().IsMatch(t))
                .Where(t => t.Chunk(2).All(pair => !prompt.Contains(new string(pair), StringComparison.Ordinal)))
                .OrderByDescending(t => Occurrences(own.Text, t)).ThenBy(t => t, StringComparer.Ordinal).Take(4),
        ];
    }

    private static int Occurrences(string text, string term) => Constraints.Text.Terms.Count(text, term);

    /// <summary>Lower case all through, so no name of a person or place; endings that only nouns have.</summary>
    [GeneratedRegex(@"(?<![\w'-])[a-z]{3,}(?:tion|tions|ment|ments|ness|ity|ities|ance|ence|ology|ism|ship|ture|tures|ogy|phy|gen|ium|cle|cles|ics)(?![\w'-])", RegexOptions.CultureInvariant)]
    private static partial Regex EnglishNoun();

    [GeneratedRegex(@"(?:[“「《](?<term>[\u4e00-\u9fff]{3,6})[”」》]|\*\*(?<term>[\u4e00-\u9fff]{3,6})[：:]?\*\*|(?:^|\n)\s*(?:[0-9]+[.、）)]|[-*•])\s*(?<term>[\u4e00-\u9fff]{3,6})[：:])", RegexOptions.CultureInvariant)]
    private static partial Regex ChineseTerm();

    [GeneratedRegex("^(?:首先|其次|最后|总之|例如|另外|此外|因此|但是|第.|结论|总结|注意|问题|答案|建议|步骤|方法|原因|标题|其他|目标|内容)|^(?:是|有|对|在|不|把|使|让|与|和|了)", RegexOptions.CultureInvariant)]
    private static partial Regex ChineseGeneric();

    /// <summary>Words of any subject: asking for them would be odd.</summary>
    private static readonly HashSet<string> Generic = new(StringComparer.Ordinal)
    {
        "question", "questions", "information", "situation", "situations", "section", "sections", "statement", "statements", "sentence", "difference", "instance", "importance", "reference",
        "conclusion", "addition", "option", "options", "mention", "position", "quantity", "presence", "response", "possibility", "opportunity", "opportunities", "importance", "moment", "comment",
        "comments", "definition", "description", "explanation", "attention", "action", "actions", "ability", "abilities", "activity", "activities", "advance", "assistance", "chance", "distance",
        "after", "better", "matter", "matters", "letter", "letters", "later", "enter", "whether", "greater", "other", "another", "together", "rather", "either", "alter", "water", "character", "characters", "chapter",
        "define", "combine", "online", "outline", "determine", "imagine", "examine", "provide", "decide", "inside", "outside", "beside", "include", "guide", "consider", "mature", "picture", "feature", "features", "future",
        "uses", "cases", "causes", "uses", "increases", "purposes", "expenses", "houses", "courses", "senses", "phases", "releases", "processes", "uses", "mention", "function", "functions", "portion", "fraction", "solution", "solutions",
        "basics", "topics", "specifics", "since", "hence", "sense", "silence", "audience", "experience", "experiences", "evidence", "nine", "fine", "line", "shine", "machine",
        "filter", "computer", "counter", "quarter", "master", "faster", "center", "meter", "poster", "winter", "article", "articles", "circle", "vehicle", "identity", "quality", "community", "variety", "majority", "priority", "reality",
        "specialization", "variation", "combination", "version", "versions", "nation", "station", "caution", "motion", "notion", "emotion", "emotions", "relation", "communication",
    };
}
