using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Words given in quotation marks, or in English one word behind "the word": to contain, to leave out, how often.</summary>
internal sealed class WordPatterns : PatternFamily
{
    private const string Bare = "[a-z][a-z0-9_'-]*";

    private static readonly string ZhListed =
        $"(?:{Zh["keyword kinds"]}|[：:\\s])*(?<words>{Quotations.List})(?:这(?:[一二两三四五六七八九十0-9]+)?个?{Zh["summed keyword kinds"]})?"
        + $"{Zh["keyword tails"]}?$";

    private static readonly string EnListed =
        $"(?:(?:{En["keyword kinds"]})?:?\\s*(?<words>{Quotations.List})|{En["bare keyword kinds"]}:?\\s+(?<bare>{Bare}))";

    private static readonly Regex ZhContain = Pattern(
        $"^{Zh["keyword leads"]}*{Zh["keyword places"]}?{Zh["inside"]}?{Zh["modals", "keyword modals"]}*{Zh["contain verbs"]}{ZhListed}");

    private static readonly Regex ZhForbid = Pattern(
        $"^{Zh["keyword leads"]}*{Zh["keyword places"]}?{Zh["inside"]}?{Zh["forbid modals"]}*{Zh["prohibitions"]}{Zh["forbid verbs"]}"
        + $"{ZhListed}");

    private static readonly Regex ZhOften = Pattern(
        $"^{Zh["frequency leads"]}*{Zh["frequency kinds"]}?(?<word>{Quotations.Pattern})?{Zh["frequency links"]}*{Zh["frequency nouns"]}?"
        + $"{Zh["frequency modals"]}*{Zh["frequency verbs"]}?"
        + $"{CountPhrase.Chinese(Zh["times"], verb: $"{Zh["times verbs"]}?")}$"
        + $"|^{Zh["frequency joints"]}?(?<bound2>{Zh["earlier word bounds"]}){Zh["earlier word verbs"]}(?<a2>{Numerals.Chinese})"
        + $"(?<unit2>{Zh["times"]})(?<after2>)$");

    private static readonly Regex EnContain = Pattern(
        $"^(?:{En["contain leads"]}|[\\s,])*{En["contain verbs"]}s? (?:{En["contain determiners"]} )*{EnListed}"
        + $"(?:\\s|{En["contain tails"]})*\\.?$");

    private static readonly Regex EnForbid = Pattern(
        $"^(?:{En["forbid leads"]}|[\\s,])*{En["forbid verbs"]}(?: of)? (?:{En["forbid determiners"]} )*{EnListed}"
        + $"(?:\\s|{En["forbid tails"]})*\\.?$"
        + $"|^(?:the )?{En["forbidden subjects"]}s?\\s*(?:(?<words>{Quotations.List})|(?<bare>{Bare}))\\s*"
        + $"{En["forbidden modals"]} {En["forbidden verbs"]}(?: in)?(?: {En["determiners"]})?(?: {En["forbidden answers"]})?\\.?$");

    private static readonly Regex EnOften = Pattern(
        $"^(?:{En["frequency leads"]}|[\\s,])*"
        + $"(?:(?:the )?{En["frequency kinds"]}?\\s*(?<word>{Quotations.Pattern})"
        + $"|(?:the )?{En["bare frequency kinds"]}\\s+(?<bare>{Bare}))\\s*"
        + $"(?:{En["frequency verbs"]}|\\s)*{CountPhrase.English(En["times"])}(?:\\s|{En["frequency tails"]})*\\.?$");

    private static readonly Regex Or = Pattern($"{Zh["or"]}|\\b{En["or"]}\\b");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (Doubt.IsWish(Quotations.Blank(clause.Text)))
            return;
        if (Texts(clause, ZhForbid, EnForbid) is ({ } forbidden, var texts))
        {
            if (AreWords(texts))
                found.Add(At(clause, forbidden, () => new ForbiddenWords(TextList.Of(texts))));
        }
        else if (Texts(clause, ZhContain, EnContain) is ({ } required, var words))
        {
            if (AreWords(words) && !line.IsCodeTask && !Or.IsMatch(Quotations.Blank(clause.Text)))
                found.Add(At(clause, required, () => new Keywords(TextList.Of(words))));
        }
        else
        {
            ReadOften(clause, line, found);
        }
    }

    private static void ReadOften(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = ZhOften.Match(clause.Text);
        if (!match.Success)
            match = EnOften.Match(clause.Text);
        if (!match.Success)
            return;
        string? word = match.Groups["word"].Success ? Quotations.Strip(match.Groups["word"].Value)
            : match.Groups["bare"].Success ? match.Groups["bare"].Value
            : Earlier(line, clause);
        string suffix = match.Groups["a2"].Success ? "2" : "";
        if (word is not null && Quotations.IsLiteral(word) && CountPhrase.Read(match, suffix, CountPhrase.Bare.Exact) is { } range)
            found.Add(At(clause, match, () => new KeywordFrequency(word, range)));
    }

    /// <summary>"“X”需加粗显示，且最多使用3次": the one word that the clauses before speak about.</summary>
    private static string? Earlier(LineContext line, Clause clause) =>
        clause.Index > 0 && Quotations.Texts(line.Text[..clause.Start]) is [var only] ? only : null;

    /// <summary>The first match of the patterns that gives texts, and the texts.</summary>
    private static (Match Match, IReadOnlyList<string> Texts)? Texts(Clause clause, params ReadOnlySpan<Regex> patterns)
    {
        foreach (Regex pattern in patterns)
        {
            Match match = pattern.Match(clause.Text);
            IReadOnlyList<string> texts = match.Groups["bare"].Success ? [match.Groups["bare"].Value]
                : Quotations.Texts(match.Groups["words"].Value);
            if (texts.Count > 0)
                return (match, texts);
        }

        return null;
    }

    private static bool AreWords(IReadOnlyList<string> texts) => texts.All(t => Quotations.IsLiteral(t) && t.Any(char.IsLetterOrDigit));
}

/// <summary>
/// How the answer starts and ends, word for word. The start of an article, a letter or a report is not the start of the answer: a headline
/// may stand before it.
/// </summary>
internal sealed class EdgePatterns : PatternFamily
{
    private static readonly Scope[] Parts = [Scope.EachParagraph, Scope.EachLine, Scope.EachItem, Scope.EachSentence];

    private static readonly string PartNames = string.Join('|', Parts.Select(s => $"(?<{s}>{Zh[$"edge {ScopeNames.IdOf(s)}"]})"));

    private static readonly string ZhModals = Zh["modals", "edge modals"] + "*";

    private static readonly string Text = $"(?<text>{Quotations.Pattern})";

    private static readonly string OwnAnswer = $"(?: {En["determiners"]})?(?: {En["whole"]})?(?: {En["answers"]})?";

    private static readonly Regex ZhStart = Pattern(
        $"^{Zh["start leads"]}*(?:(?:{Zh["start names"]}|{PartNames})的?)?{Zh["starts"]}?处?{ZhModals}{Zh["start prepositions"]}?\\s*{Text}"
        + $"{Zh["edge text kinds"]}*{Zh["start tails"]}?$");

    private static readonly Regex ZhEnd = Pattern(
        $"^{Zh["end leads"]}*(?:(?:{Zh["end names"]}|{PartNames})的?)?{Zh["ends"]}?[处时]?{ZhModals}{Zh["end prepositions"]}?\\s*{Text}"
        + $"{Zh["edge text kinds"]}*{Zh["end tails"]}?$");

    private static readonly Regex StartMark = Pattern(Zh["starts"]), EndMark = Pattern(Zh["end marks"]), Or = Pattern(Zh["or"]);

    private static readonly Regex EnStart = Pattern(
        $"^(?:{En["edge leads"]}|[\\s,])*{En["start verbs"]}{OwnAnswer} with(?: {En["edge text kinds"]})*:?\\s*{Text}\\.?$");

    private static readonly Regex EnFirstParagraph = Pattern(
        $"^(?:(?:{En["first paragraph leads"]} )*{En["first paragraph starts"]}|{En["start the first paragraph"]})"
        + $"(?: {En["first paragraph text kinds"]})*:?\\s*{Text}\\.?$");

    private static readonly Regex EnEnd = Pattern(
        $"^(?:{En["edge leads"]}|[\\s,])*{En["end verbs"]}{OwnAnswer} with(?: {En["edge text kinds", "end text kinds"]})*:?\\s*"
        + $"{Text}(?:[\\s,]*{En["end tails"]})?\\.?$"
        + $"|^{En["very end"]}:?\\s*{Text}\\.?$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        string blanked = Quotations.Blank(clause.Text);
        if (line.IsCodeTask || Doubt.IsWish(blanked) || Doubt.IsNoText(blanked) || Or.IsMatch(clause.Text))
            return;
        if (EnFirstParagraph.Match(clause.Text) is { Success: true } first)
            Add(clause, first, text => new StartsWith(text, Scope.FirstParagraph), found);
        else if (Find(clause, blanked, EnStart, ZhStart, StartMark) is { } start)
            Add(clause, start, text => new StartsWith(text, ScopeOf(start)), found);
        else if (Find(clause, blanked, EnEnd, ZhEnd, EndMark) is { } end)
            Add(clause, end, text => new EndsWith(text, ScopeOf(end)), found);
    }

    private static Match? Find(Clause clause, string blanked, Regex english, Regex chinese, Regex mark)
    {
        if (english.Match(clause.Text) is { Success: true } match)
            return match;
        return chinese.Match(clause.Text) is { Success: true } other && mark.IsMatch(blanked) ? other : null;
    }

    private static Scope ScopeOf(Match match) => Parts.FirstOrDefault(s => match.Groups[s.ToString()].Success, Scope.Whole);

    private static void Add(Clause clause, Match match, Func<string, Constraint> constraint, ICollection<Reading> found)
    {
        string text = Quotations.Strip(match.Groups["text"].Value);
        if (Quotations.IsLiteral(text))
            found.Add(At(clause, match, () => constraint(text)));
    }
}

/// <summary>How often a letter, and how many words in capitals; English.</summary>
internal sealed class LetterPatterns : PatternFamily
{
    private static readonly Regex Times = Pattern(CountPhrase.English(En["times"]));

    private static readonly Regex Tail = Pattern($"^(?:\\s|{En["letter tails"]})*\\.?$");

    private static readonly string[] CertainWords = [.. En.Words("certain words")];

    private static readonly Regex OfLetter = Pattern(
        $"^(?:{En["letter leads"]}|[\\s,])*{En["letter"]}\\s*[\"'“]?(?<letter>[a-z])[\"'”]?\\s*(?:{En["letter verbs"]}|\\s)*$");

    private static readonly Regex Capitals = Pattern(
        $"{CountPhrase.English(En["measure word_count"])}(?:\\s|{En["capital links"]})*{En["capitals"]}"
        + $"(?:\\s|{En["capital tails"]})*\\.?$");

    private static readonly Regex CapitalsBefore = Pattern($"\\b{En["capital words"]}(?:\\s|{En["capital verbs"]})*$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (Doubt.IsWish(CertainWords.Aggregate(clause.Text, (text, words) => text.Replace(words, "", StringComparison.OrdinalIgnoreCase))))
            return;
        Match capitals = Capitals.Match(clause.Text);
        if (capitals.Success && CountPhrase.Read(capitals) is { } words)
        {
            found.Add(At(clause, capitals, Counts.CapitalWords, words));
            return;
        }

        Match times = Times.Match(clause.Text);
        if (!times.Success || !Tail.IsMatch(clause.Text[(times.Index + times.Length)..])
            || CountPhrase.Read(times, "", CountPhrase.Bare.Exact) is not { } range)
            return;
        string before = clause.Text[..times.Index];
        if (OfLetter.Match(before) is { Success: true } letter)
            found.Add(Reading.Of(clause.Whole, () => new LetterFrequency(letter.Groups["letter"].Value, range)));
        else if (CapitalsBefore.Match(before) is { Success: true } all)
            found.Add(Counted(clause.Span(all.Index, times.Index + times.Length - all.Index), Counts.CapitalWords, range));
    }
}
