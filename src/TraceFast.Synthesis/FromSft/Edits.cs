using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;
using TraceFast.Constraints.Types;
using TraceFast.Synthesis.FromResponses;

namespace TraceFast.Synthesis.FromSft;

/// <summary>Two answers made of one, and the perturbed constraint that tells them apart.</summary>
/// <param name="First">What the first answer obeys and the second violates.</param>
/// <param name="Answer1">The first answer: the record's own, or an edit of it.</param>
/// <param name="Second">The perturbation of <paramref name="First"/>.</param>
/// <param name="Answer2">An edit that obeys it.</param>
internal sealed record EditedAnswers(Constraint First, string Answer1, Constraint Second, string Answer2);

/// <summary>
/// A way of editing an answer so that it stays an answer to the same prompt: nothing is invented, and nothing is left that is about
/// what was taken away.
/// </summary>
internal abstract class Edit
{
    public static IReadOnlyList<Edit> All { get; } =
        [new FewerItems(), new OtherMarkers(), new ShorterProse(), new OtherEnding(), new OtherBold(), new OtherCase(),
            new OtherSeparator(), new DataOrQuotation()];

    /// <summary>For balance and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Null: this answer cannot be edited so.</summary>
    public abstract EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random);


    /// <summary>An explanation, an opinion, advice: prose or points that speak to the reader, not a text written for another use.</summary>
    protected static bool IsExpository(Exchange exchange) =>
        exchange.Demands is { IsOpen: true, IsClosed: false, IsCode: false, Form: false, Style: false, IsCreative: false }
            && !exchange.Prompt.Contains('\n', StringComparison.Ordinal);
}

/// <summary>
/// A numbered list of a number of items, or of fewer: the last items fall away. Not where the prompt or the lead-in says how many, nor for
/// steps, where the end is the point.
/// </summary>
internal sealed partial class FewerItems : Edit
{
    public override string Name => "fewer_items";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.Number || exchange.Demands.IsCode || Sequence().IsMatch(exchange.Prompt))
            return null;
        if (ListAnswer.Of(answer) is not { Items.Count: >= 4 and <= 12 } list || Counted().IsMatch(list.Intro)
            || Last().IsMatch(list.Items[^1]) || list.Items.Any(i => BackReference().IsMatch(i)))
            return null;
        int all = list.Items.Count, fewer = random.Between(Math.Max(2, all / 2), all - 1);
        return new(Counts.NumberedItems.Of(CountRange.Exactly(all)), answer.Response.Text,
            Counts.NumberedItems.Of(CountRange.Exactly(fewer)), list.Write(i => $"{i + 1}.", fewer));
    }

    [GeneratedRegex(
        @"\b(?:steps?|how to|procedure|process|instructions|recipe|make|build|install|guide|plan|timeline|history|"
        + @"rank|order|sequence|algorithm|days?|week|parts|components|types|stages|phases|causes|planets|months|"
        + @"seasons)\b|步骤|如何|怎么|怎样|流程|过程|制作|食谱|计划|顺序|时间|历史|组成|阶段|类型|分为|种类", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Sequence();

    [GeneratedRegex(@"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|several|all|both)\b|[一二两三四五六七八九十几][个种条项点步]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Counted();

    [GeneratedRegex(@"^(?:finally|lastly|overall|in conclusion|in summary)\b|^(?:最后|总之|综上)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Last();

    [GeneratedRegex(@"\b(?:next|then|finally|afterwards?|the above|previous|following|below)\b|然后|接着|随后|上述|以上|下面|接下来",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BackReference();
}

/// <summary>The same items, numbered or with bullets. Not where the prompt asks for an order or a form.</summary>
internal sealed class OtherMarkers : Edit
{
    public override string Name => "other_markers";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.IsCode || exchange.Prompt.Contains("number", StringComparison.OrdinalIgnoreCase)
            || exchange.Prompt.Contains("bullet", StringComparison.OrdinalIgnoreCase)
            || exchange.Prompt.Contains("步骤", StringComparison.Ordinal) || exchange.Prompt.Contains("编号", StringComparison.Ordinal)
                || ListAnswer.Of(answer) is not { } list || list.Items.Any(i => i.StartsWith('-') || i.StartsWith('*')))
            return null;
        string bullet = random.Chance(0.5) ? "-" : "*";
        return new(Counts.NumberedItems.Of(CountRange.AtLeast(1)), answer.Response.Text, new BulletedList(CountRange.AtLeast(1)),
            list.Write(_ => bullet, list.Items.Count));
    }
}

/// <summary>
/// An explanation, or its beginning: the first paragraph, or the first sentences of an only paragraph. The beginning must stand alone: no
/// announcement of what was cut away.
/// </summary>
internal sealed partial class ShorterProse : Edit
{
    public override string Name => "shorter_prose";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (!IsExpository(exchange) || exchange.Demands.Length || exchange.Demands.Number || !answer.IsProse
            || Comparison().IsMatch(exchange.Prompt))
            return null;
        string text = answer.Response.Text;
        IReadOnlyList<TextSpan> sentences = answer.Response.Sentences;
        TextSpan first = answer.Response.Paragraphs[0];
        int end = answer.Response.Paragraphs.Count > 1 ? first.Start + first.Length : sentences.Count >= 5
            ? sentences[1].Start + sentences[1].Length : 0;
        string kept = text[..end].Trim();
        AnswerShape shorter = new(kept, exchange.Language);
        if (kept.Length == 0 || shorter.Response.Sentences.Count < 2 || shorter.Length < 25 || Announces().IsMatch(kept)
            || !".!?。！？".Contains(kept[^1]))
            return null;
        if (NiceNumber.Between(shorter.Lengths(shorter.Response.Whole).Most, answer.Lengths(answer.Response.Whole).Least) is not { } limit)
            return null;
        CountType type = Observers.LengthIn(exchange.Language);
        int paragraphs = answer.Response.Paragraphs.Count;
        bool byParagraphs = paragraphs is >= 2 and <= 5 && random.Chance(0.4);
        return byParagraphs
            ? new(Counts.ParagraphTotal.Of(CountRange.Exactly(paragraphs)), text, Counts.ParagraphTotal.Of(CountRange.Exactly(1)), kept)
            : new(type.Of(CountRange.AtLeast(limit)), text, type.Of(CountRange.AtMost(limit)), kept);
    }

    [GeneratedRegex(
        @"\b(?:compare|contrast|differences?|similarit|versus|vs|pros and cons|advantages and|and how|and why|"
        + @"and what|steps|both)\b|比较|区别|不同|异同|优缺点|利弊|以及|并(?:说明|解释|描述|给出|提供)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();

    [GeneratedRegex(
        @"\b(?:first|firstly|first of all|to begin|to start|one (?:way|reason|of|example|common)|here are|"
        + @"following|below|several|some of|a few|many ways|number of|two|three|four|five|various|include|including|"
        + @"on the one hand|for example,? )\b|首先|第一|其一|一方面|以下|下面|如下|几个|几种|几点|一些|多种|多个|两个|两种|三个|三种|四个|例如|包括",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Announces();
}

/// <summary>An explanation with one or another closing sentence.</summary>
internal sealed class OtherEnding : Edit
{
    private static readonly string[] s_english =
        ["I hope this helps.", "Let me know if you have any questions.", "Feel free to ask for more details.",
            "That covers the main points.", "Is there anything else you would like to know?", "Thank you for your question."];

    private static readonly string[] s_chinese = ["希望这对您有所帮助。", "如有疑问，欢迎继续提问。", "以上内容仅供参考。", "感谢您的提问。", "您还想了解什么？"];

    public override string Name => "other_ending";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (!IsExpository(exchange) || exchange.Demands.Length || answer.Length < 30)
            return null;
        string text = answer.Response.Text.TrimEnd();
        if (!".!。！".Contains(text[^1]))
            return null;
        string[] endings = [.. exchange.Language == Language.Chinese ? s_chinese : s_english];
        random.Shuffle(endings);
        bool apart = answer.Items > 0 || answer.Response.Paragraphs.Count > 1;
        string gap = apart ? "\n\n" : exchange.Language == Language.Chinese ? "" : " ";
        return new(new EndsWith(endings[0]), text + gap + endings[0], new EndsWith(endings[1]), text + gap + endings[1]);
    }
}

/// <summary>
/// One or another word of the prompt's subject in bold, wherever it appears in an explanation. English: in Chinese the ends of words are not
/// for sure.
/// </summary>
internal sealed partial class OtherBold : Edit
{
    public override string Name => "other_bold";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (exchange.Language != Language.English || !IsExpository(exchange)
            || answer.Response.Markdown.Bold.Count + answer.Response.Markdown.Italic.Count + answer.Response.Markdown.CodeSpans.Count > 0
            || answer.Length < 40)
            return null;
        string text = answer.Response.Text;
        string[] words = [.. Noun().Matches(text).Select(m => m.Value).GroupBy(w => w)
            .Where(g => g.Count() >= 2 && !Observers.IsGeneric(g.Key)).Select(g => g.Key).Order(StringComparer.Ordinal)];
        if (words.Length < 2)
            return null;
        random.Shuffle(words);
        return new(new Highlighted([words[0]]), Mark(text, words[0]), new Highlighted([words[1]]), Mark(text, words[1]));
    }

    private static string Mark(string text, string word) =>
        Regex.Replace(text, $@"(?<![\w'-]){Regex.Escape(word)}(?![\w'-])", "**$0**", RegexOptions.CultureInvariant);

    [GeneratedRegex(@"(?<![\w'-])[a-z]{4,}(?:tion|tions|ment|ments|ness|ity|ities|ance|ence|ology|ism|ture|gen|ium|cles|ics)(?![\w'-])",
        RegexOptions.CultureInvariant)]
    private static partial Regex Noun();
}

/// <summary>A short English answer all in capitals or all in small letters.</summary>
internal sealed class OtherCase : Edit
{
    public override string Name => "other_case";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        string text = answer.Response.Text;
        if (exchange.Language != Language.English || exchange.Demands.IsCode || exchange.Demands.Style || exchange.Demands.IsClosed
            || exchange.Prompt.Contains('\n', StringComparison.Ordinal)
            || answer.Length is < 6 or > 60 || !answer.IsProse || text.Any(c => c > 127 && char.IsLetter(c))
                || text.Contains("http", StringComparison.OrdinalIgnoreCase))
            return null;
        return new(new LetterCase("lower"), text.ToLowerInvariant(), new LetterCase("upper"), text.ToUpperInvariant());
    }
}

/// <summary>Prose of several paragraphs with one or another dividing line between them.</summary>
internal sealed class OtherSeparator : Edit
{
    private static readonly string[] s_dividers = ["***", "---", "==="];

    public override string Name => "other_separator";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (!IsExpository(exchange) || !answer.IsProse || answer.Response.Paragraphs.Count is < 2 or > 6)
            return null;
        string[] dividers = [.. s_dividers];
        random.Shuffle(dividers);
        return new(new Separator(dividers[0]), Divide(answer, dividers[0]), new Separator(dividers[1]), Divide(answer, dividers[1]));
    }

    private static string Divide(AnswerShape answer, string divider) =>
        string.Join($"\n\n{divider}\n\n", answer.Response.Paragraphs.Select(p => answer.Response.Span(p).Trim().ToString()));
}

/// <summary>
/// A short answer as a JSON object with one key, or in quotation marks: what programs ask for that read answers. Longer texts are not data.
/// </summary>
internal sealed class DataOrQuotation : Edit
{
    private const int LongestData = 25; // words or 字

    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SearchValues<char> s_ownMarks = SearchValues.Create("\"“”\n{[");

    private static readonly string[] s_keys = ["answer", "result", "output", "response"];

    public override string Name => "data_or_quotation";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        string text = answer.Response.Text.Trim();
        if (!exchange.Demands.IsClosed || exchange.Demands.IsCreative || exchange.Demands.IsCode || answer.Length > LongestData
            || text.AsSpan().ContainsAny(s_ownMarks) || exchange.Prompt.Contains("JSON", StringComparison.OrdinalIgnoreCase)
            || exchange.Prompt.Contains("quot", StringComparison.OrdinalIgnoreCase))
            return null;
        string key = random.Pick(s_keys);
        string json = $"{{\"{key}\": {JsonSerializer.Serialize(text, s_readable)}}}";
        string quoted = exchange.Language == Language.Chinese ? $"“{text}”" : $"\"{text}\"";
        return new(new JsonObject([key]), json, new QuotedWhole(), quoted);
    }
}

/// <summary>An answer that is a lead-in and one plain list of numbered items, each of one paragraph, with nothing after it.</summary>
/// <param name="Intro">What is before the list; may be empty.</param>
/// <param name="Items">The items' texts without their marks.</param>
internal sealed record ListAnswer(string Intro, IReadOnlyList<string> Items)
{
    public static ListAnswer? Of(AnswerShape answer)
    {
        IReadOnlyList<ListItem> items = answer.Response.Markdown.Items;
        if (items.Count < 3 || items.Any(i => i.Depth != 1 || !i.IsNumbered || i.Marker.Style != items[0].Marker.Style)
            || answer.Response.Markdown.CodeBlocks.Count > 0 || answer.Response.Markdown.Tables.Count > 0)
            return null;
        string text = answer.Response.Text;
        int listStart = items[0].Line.Start;
        List<string> texts = [];
        foreach ((ListItem item, int end) in items.Select((item, i) => (item, i + 1 < items.Count ? items[i + 1].Line.Start : text.Length)))
        {
            string body = text[item.Line.Start..end].Trim();
            if (body.Contains('\n', StringComparison.Ordinal) || body.Length <= item.Marker.Length)
                return null; // more than one line: what belongs to the item cannot be told
            texts.Add(body[item.Marker.Length..].Trim());
        }

        string intro = text[..listStart].Trim();
        return intro.Contains("\n\n", StringComparison.Ordinal) || texts.Any(t => t.Length == 0) ? null : new(intro, texts);
    }

    public string Write(Func<int, string> marker, int count)
    {
        string list = string.Join('\n', Items.Take(count).Select((t, i) => $"{marker(i)} {t}"));
        return Intro.Length == 0 ? list : $"{Intro}\n\n{list}";
    }
}
