using System.Text.RegularExpressions;
using TraceFast.Constraints;
using TraceFast.Constraints.Text;
using TraceFast.Constraints.Types;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>
/// Reads constraints off two answers to one prompt, family by family: what the first does and the other does not, with room to spare,
/// stated as somebody would ask for it. At most one constraint of a family is in one instruction. The check decides in the end; this only
/// has to propose what is natural.
/// </summary>
internal static partial class Observers
{
    private const int StemLength = 5;

    /// <summary>The families with the constraints that they propose.</summary>
    public static IEnumerable<(string Family, Constraint Constraint)> Observe(AnswerShape own, AnswerShape other, Exchange exchange) =>
    [
        .. Named("length", Lengths(own, other, exchange)),
        .. Named("length", Sentences(own, other, exchange)),
        .. Named("paragraphs", Paragraphs(own, other, exchange)),
        .. Named("list", Lists(own, other, exchange)),
        .. Named("markup", Markup(own, other, exchange)),
        .. Named("marks", Marks(own, other, exchange)),
        .. Named("words", Words(own, other, exchange)),
        .. Named("parts", Parts(own, other, exchange)),
    ];

    /// <summary>Whether a word belongs to no subject, so that asking for it would be odd.</summary>
    public static bool IsGeneric(string word) => s_generic.Contains(word);

    /// <summary>The type that counts the length of a text in a language: words, or 字.</summary>
    public static CountType LengthIn(Language language) => language == Language.Chinese ? Counts.Han : Counts.Words;

    private static IEnumerable<(string, Constraint)> Named(string family, IEnumerable<Constraint> constraints) =>
        constraints.Select(c => (family, c));

    /// <summary>How many words (字 in Chinese) the whole answer has.</summary>
    private static IEnumerable<Constraint> Lengths(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.IsClosed)
            yield break;
        CountType type = LengthIn(exchange.Language);
        (int Least, int Most) a = own.Lengths(own.Response.Whole), b = other.Lengths(other.Response.Whole);
        if (a.Least < 15 || b.Least < 15 || own.HasCode || other.HasCode)
            yield break;
        if (a.Least > b.Most && NiceNumber.Between(b.Most, a.Least) is { } least)
            yield return type.Of(CountRange.AtLeast(least));
        if (exchange.Demands.Number)
            yield break; // thirty ideas do not fit into forty words
        if (a.Most < b.Least && NiceNumber.Between(a.Most, b.Least) is { } most)
            yield return type.Of(CountRange.AtMost(most));
        if (NiceNumber.Around(a, b) is (>= 20 and var low, var high))
            yield return type.Of(new(low, high));
    }

    /// <summary>
    /// How many sentences an answer in plain prose has; the other has twice as many or half, so that any way of counting agrees.
    /// </summary>
    private static IEnumerable<Constraint> Sentences(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.IsClosed || !own.IsProse || !other.IsProse || own.HasDigits || other.HasDigits)
            yield break;
        int a = own.Response.Sentences.Count, b = other.Response.Sentences.Count;
        if (!exchange.Demands.Number && a is >= 2 and <= 5 && b >= 2 * a + 1)
            yield return Counts.Sentences.Of(CountRange.AtMost(a + (b - a) / 3));
        if (b >= 2 && a >= 2 * b + 1 && a <= 12)
            yield return Counts.Sentences.Of(CountRange.AtLeast(a - (a - b) / 3));
    }

    /// <summary>How many paragraphs an answer in plain prose has.</summary>
    private static IEnumerable<Constraint> Paragraphs(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.Form || exchange.Demands.IsClosed || !own.IsProse || own.Length < 30)
            yield break;
        int a = own.Response.Paragraphs.Count, b = other.Response.Paragraphs.Count;
        if (a is >= 1 and <= 5 && a != b && other.IsProse)
            yield return Counts.ParagraphTotal.Of(CountRange.Exactly(a));
        if (a <= 4 && b > a + 1)
            yield return Counts.ParagraphTotal.Of(CountRange.AtMost(a + 1));
        if (a is >= 3 and <= 8 && b < a - 1 && other.IsProse)
            yield return Counts.ParagraphTotal.Of(CountRange.AtLeast(a - 1));
    }

    /// <summary>A numbered or bulleted list that makes up most of an answer, where the other answer has none.</summary>
    private static IEnumerable<Constraint> Lists(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Form || exchange.Demands.IsCode)
            yield break;
        foreach ((Func<CountRange, Constraint> of, int a, int b) in new (Func<CountRange, Constraint>, int, int)[]
            { (r => Counts.NumberedItems.Of(r), own.NumberedItems, other.NumberedItems),
                (r => new BulletedList(r), own.BulletedItems, other.BulletedItems) })
        {
            if (a < 3 || b > 0 || !own.IsMostlyList)
                continue;
            yield return of(CountRange.AtLeast(1));
            if (!exchange.Demands.Number && own.Items == a && a <= 12)
            {
                yield return of(CountRange.AtLeast(a - a / 4));
                yield return of(CountRange.Exactly(a));
            }
        }
    }

    /// <summary>Headings, bold type, tables, code blocks: where one answer has them and the other none.</summary>
    private static IEnumerable<Constraint> Markup(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.IsClosed)
            yield break;
        MarkdownStructure a = own.Response.Markdown, b = other.Response.Markdown;
        if (a.Headings.Count >= 2 && b.Headings.Count == 0 && !exchange.Demands.Form)
            yield return new HeadingCount(CountRange.AtLeast(2));
        if (a.Bold.Count >= 2 && b.Bold.Count == 0 && !exchange.Demands.Form)
            yield return Counts.Bold.Of(CountRange.AtLeast(2));
        if (a.Bold.Count == 0 && b.Bold.Count >= 2 && !exchange.Demands.Form)
            yield return Counts.Bold.Of(CountRange.None);
        if (a.Tables.Count >= 1 && b.Tables.Count == 0 && a.Tables[0].Rows.Count >= 2 && !exchange.Demands.Form)
            yield return new Constraints.Types.MarkdownTable();
        if (a.CodeBlocks.Any(c => c.IsClosed) && b.CodeBlocks.Count == 0 && exchange.Demands.IsCode)
            yield return new Constraints.Types.CodeBlock();
    }

    /// <summary>Marks that one answer uses and the other does not: exclamation marks, questions, emoji.</summary>
    private static IEnumerable<Constraint> Marks(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.IsCode || exchange.Demands.Style)
            yield break;
        foreach ((CountType type, string marks) in new[] { (Counts.Exclamations, "!！"), (Counts.Questions, "?？") })
        {
            int a = own.Response.Text.Count(marks.Contains), b = other.Response.Text.Count(marks.Contains);
            if (a == 0 && b >= 1 && (type == Counts.Questions || !exchange.Prompt.Any(marks.Contains)))
                yield return type.Of(CountRange.None);
            if (a >= 1 && b == 0)
                yield return type.Of(CountRange.AtLeast(1));
        }

        int emoji = Emoji.Count(own.Response.Text), otherEmoji = Emoji.Count(other.Response.Text);
        if (emoji > 0 && otherEmoji == 0)
            yield return Counts.Emojis.Of(CountRange.AtLeast(1));
        if (emoji == 0 && otherEmoji > 0)
            yield return Counts.Emojis.Of(CountRange.None);
    }

    /// <summary>The length of the first sentence and of every paragraph.</summary>
    private static IEnumerable<Constraint> Parts(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.IsClosed || exchange.Demands.Form || !own.IsProse || !other.IsProse)
            yield break;
        CountType type = LengthIn(exchange.Language);
        if (First(own) is (Least: >= 5, _) a && First(other) is { } b && a.Most < b.Least
            && NiceNumber.Between(a.Most, b.Least) is { } most)
            yield return type.Of(CountRange.AtMost(most), Scope.FirstSentence);
        (int Least, int Most) longest = Longest(own), otherLongest = Longest(other);
        if (own.Response.Paragraphs.Count >= 2 && longest.Most < otherLongest.Least
            && NiceNumber.Between(longest.Most, otherLongest.Least) is { } perParagraph)
            yield return type.Of(CountRange.AtMost(perParagraph), Scope.EachParagraph);
    }

    private static (int Least, int Most)? First(AnswerShape shape) =>
        shape.Response.Sentences.Count > 1 ? shape.Lengths(shape.Response.Sentences[0]) : null;

    private static (int Least, int Most) Longest(AnswerShape shape) =>
        shape.Response.Paragraphs.Select(shape.Lengths)
            .Aggregate((Least: 0, Most: 0), (a, b) => (Math.Max(a.Least, b.Least), Math.Max(a.Most, b.Most)));

    /// <summary>
    /// Words of the subject that are twice or more in one answer and in no form in the other. English: nouns by their endings; Chinese has
    /// no spaces between words, so only terms that the answer itself sets off (in quotation marks, in bold, before the colon of a list
    /// item) are words for sure.
    /// </summary>
    private static IEnumerable<Constraint> Words(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.IsCode)
            yield break;
        List<string> words = Find(own, other, exchange);
        if (words.Count >= 1)
            yield return new Keywords([words[0]]);
        if (words.Count >= 2)
            yield return new Keywords([words[0], words[1]]);
        if (exchange.Language == Language.English && Find(other, own, exchange) is [string forbidden, ..])
            yield return new ForbiddenWords([forbidden]);
    }

    private static List<string> Find(AnswerShape own, AnswerShape other, Exchange exchange) =>
        exchange.Language == Language.English ? English(own.Response.Text, other.Response.Text, exchange.Prompt)
            : Chinese(own.Response, other.Response.Text, exchange.Prompt);

    private static List<string> English(string own, string other, string prompt)
    {
        string elsewhere = (other + "\n" + prompt).ToLowerInvariant();
        return
        [
            .. EnglishNoun().Matches(own).Select(m => m.Value).GroupBy(w => w.TrimEnd('s')).Where(g => g.Count() >= 2)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => g.First()).Where(w => !s_generic.Contains(w) && !elsewhere.Contains(w[..StemLength], StringComparison.Ordinal))
                    .Take(4),
        ];
    }

    private static List<string> Chinese(Response own, string other, string prompt)
    {
        IEnumerable<string> quoted = ChineseTerm().Matches(own.Text).Select(m => m.Groups["term"].Value);
        return
        [
            .. quoted.Distinct().Where(t => !other.Contains(t, StringComparison.Ordinal) && !prompt.Contains(t, StringComparison.Ordinal)
                && !ChineseGeneric().IsMatch(t))
                .Where(t => t.Chunk(2).All(pair => !prompt.Contains(new string(pair), StringComparison.Ordinal)))
                .OrderByDescending(t => Occurrences(own.Text, t)).ThenBy(t => t, StringComparer.Ordinal).Take(4),
        ];
    }

    private static int Occurrences(string text, string term) => Constraints.Text.Terms.Count(text, term);

    /// <summary>Lower case all through, so no name of a person or place; endings that only nouns have.</summary>
    [GeneratedRegex(
        @"(?<![\w'-])[a-z]{3,}(?:tion|tions|ment|ments|ness|ity|ities|ance|ence|ology|ism|ship|ture|tures|ogy|phy|"
        + @"gen|ium|cle|cles|ics)(?![\w'-])", RegexOptions.CultureInvariant)]
    private static partial Regex EnglishNoun();

    [GeneratedRegex(
        @"(?:[“「《](?<term>[\u4e00-\u9fff]{3,6})[”」》]|\*\*(?<term>[\u4e00-\u9fff]{3,6})[：:]?\*\*|(?:^|"
        + @"\n)\s*(?:[0-9]+[.、）)]|[-*•])\s*(?<term>[\u4e00-\u9fff]{3,6})[：:])", RegexOptions.CultureInvariant)]
    private static partial Regex ChineseTerm();

    [GeneratedRegex("^(?:首先|其次|最后|总之|例如|另外|此外|因此|但是|第.|结论|总结|注意|问题|答案|建议|步骤|方法|原因|标题|其他|目标|内容)|^(?:是|有|对|在|不|把|使|让|与|和|了)",
        RegexOptions.CultureInvariant)]
    private static partial Regex ChineseGeneric();

    /// <summary>Words of any subject: asking for them would be odd.</summary>
    private static readonly HashSet<string> s_generic = [.. Resources.Lines("FromResponses/generic_words.txt")];
}

/// <summary>Numbers that people write: 80, 150, 300.</summary>
internal static class NiceNumber
{
    /// <summary>
    /// A number between two counts, with room to either, so that whoever counts decides alike; null: they are too close.
    /// </summary>
    public static int? Between(int low, int high)
    {
        double least = low * 1.06 + 2, most = high / 1.06 - 2;
        if (least > most)
            return null;
        double middle = Math.Sqrt(Math.Max(least, 1) * most);
        foreach (int step in (ReadOnlySpan<int>)[100, 50, 20, 10, 5])
        {
            int number = (int)Math.Round(middle / step) * step;
            if (step < Coarsest(number))
                return null;
            if (number >= least && number <= most && number >= step)
                return number;
        }

        return null;
    }

    /// <summary>Nobody asks for at most 915 words.</summary>
    private static int Coarsest(int number) => number < 60 ? 5 : number < 200 ? 10 : number < 500 ? 20 : 50;

    /// <summary>
    /// A range around a count (by the ways of counting it), with room to it and to another count; null: it cannot keep away.
    /// </summary>
    public static (int Low, int High)? Around((int Least, int Most) count, (int Least, int Most) other)
    {
        int step = count.Least < 60 ? 10 : count.Least < 200 ? 20 : 50;
        int low = (int)Math.Floor(count.Least * 0.88 / step) * step, high = (int)Math.Ceiling(count.Most * 1.12 / step) * step;
        return low > 0 && (other.Most < low * 0.9 || other.Least > high * 1.1) ? (low, high) : null;
    }
}
