using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Words given in quotation marks, or in English one word after "the word": to contain, to leave out, how often.</summary>
internal sealed class WordPatterns : PatternFamily
{
    private const string Bare = "[a-z][a-z0-9_'-]*";

    private static readonly string s_zhListed =
        $"(?:{Zh["keyword kinds"]}|[：:\\s])*(?<words>{Quotations.List})(?:这(?:[一二两三四五六七八九十0-9]+)?个?{Zh["summed keyword kinds"]})?"
        + $"{Zh["keyword tails"]}?$";

    private static readonly string s_enListed =
        $"(?:(?:{En["keyword kinds"]})?:?\\s*(?<words>{Quotations.List})|{En["bare keyword kinds"]}:?\\s+(?<bare>{Bare}))";

    private static readonly Regex s_zhContain = Pattern(
        $"^{Zh["keyword leads"]}*{Zh["keyword places"]}?{Zh["inside"]}?{Zh["modals", "keyword modals"]}*{Zh["contain verbs"]}{s_zhListed}");

    private static readonly Regex s_zhForbid = Pattern(
        $"^{Zh["keyword leads"]}*{Zh["keyword places"]}?{Zh["inside"]}?{Zh["forbid modals"]}*{Zh["prohibitions"]}{Zh["forbid verbs"]}"
        + $"{s_zhListed}");

    private static readonly Regex s_zhOften = Pattern(
        $"^{Zh["frequency leads"]}*{Zh["frequency kinds"]}?(?<word>{Quotations.Pattern})?{Zh["frequency links"]}*{Zh["frequency nouns"]}?"
        + $"{Zh["frequency modals"]}*{Zh["frequency verbs"]}?"
        + $"{CountPhrase.Chinese(Zh["times"], verb: $"{Zh["times verbs"]}?")}$"
        + $"|^{Zh["frequency joints"]}?(?<bound2>{Zh["earlier word bounds"]}){Zh["earlier word verbs"]}(?<a2>{Numerals.Chinese})"
        + $"(?<unit2>{Zh["times"]})(?<after2>)$");

    private static readonly Regex s_enContain = Pattern(
        $"^(?:{En["contain leads"]}|[\\s,])*{En["contain verbs"]}s? (?:{En["contain determiners"]} )*{s_enListed}"
        + $"(?:\\s|{En["contain tails"]})*\\.?$");

    private static readonly Regex s_enForbid = Pattern(
        $"^(?:{En["forbid leads"]}|[\\s,])*{En["forbid verbs"]}(?: of)? (?:{En["forbid determiners"]} )*{s_enListed}"
        + $"(?:\\s|{En["forbid tails"]})*\\.?$"
        + $"|^(?:the )?{En["forbidden subjects"]}s?\\s*(?:(?<words>{Quotations.List})|(?<bare>{Bare}))\\s*"
        + $"{En["forbidden modals"]} {En["forbidden verbs"]}(?: in)?(?: {En["determiners"]})?(?: {En["forbidden answers"]})?\\.?$");

    private static readonly Regex s_enOften = Pattern(
        $"^(?:{En["frequency leads"]}|[\\s,])*"
        + $"(?:(?:the )?{En["frequency kinds"]}?\\s*(?<word>{Quotations.Pattern})"
        + $"|(?:the )?{En["bare frequency kinds"]}\\s+(?<bare>{Bare}))\\s*"
        + $"(?:{En["frequency verbs"]}|\\s)*{CountPhrase.English(En["times"])}(?:\\s|{En["frequency tails"]})*\\.?$");

    private static readonly Regex s_or = Pattern($"{Zh["or"]}|\\b{En["or"]}\\b");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (Doubt.IsWish(Quotations.Blank(clause.Text)))
            return;
        if (Texts(clause, s_zhForbid, s_enForbid) is ({ } forbidden, var texts))
        {
            if (AreWords(texts))
                found.Add(At(clause, forbidden, () => new ForbiddenWords(TextList.Of(texts))));
        }
        else if (Texts(clause, s_zhContain, s_enContain) is ({ } required, var words))
        {
            if (AreWords(words) && !line.IsCodeTask && !s_or.IsMatch(Quotations.Blank(clause.Text)))
                found.Add(At(clause, required, () => new Keywords(TextList.Of(words))));
        }
        else
        {
            ReadOften(clause, line, found);
        }
    }

    private static void ReadOften(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_zhOften.Match(clause.Text);
        if (!match.Success)
            match = s_enOften.Match(clause.Text);
        if (!match.Success)
            return;
        string? word = match.Groups["word"].Success ? Quotations.Strip(match.Groups["word"].Value)
            : match.Groups["bare"].Success ? match.Groups["bare"].Value
            : Earlier(line, clause);
        string suffix = match.Groups["a2"].Success ? "2" : "";
        if (word is not null && Quotations.IsLiteral(word) && CountPhrase.Read(match, suffix, CountPhrase.Bare.Exact) is { } range)
            found.Add(At(clause, match, () => new KeywordFrequency(word, range)));
    }

    /// <summary>"“X”需加粗显示，且最多使用3次": the one word that the clauses before are about.</summary>
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
/// may be before it.
/// </summary>
internal sealed class EdgePatterns : PatternFamily
{
    private static readonly Scope[] s_parts = [Scope.EachParagraph, Scope.EachLine, Scope.EachItem, Scope.EachSentence];

    private static readonly string s_partNames = string.Join('|', s_parts.Select(s => $"(?<{s}>{Zh[$"edge {ScopeNames.IdOf(s)}"]})"));

    private static readonly string s_zhModals = Zh["modals", "edge modals"] + "*";

    private static readonly string s_text = $"(?<text>{Quotations.Pattern})";

    private static readonly string s_ownAnswer = $"(?: {En["determiners"]})?(?: {En["whole"]})?(?: {En["answers"]})?";

    private static readonly Regex s_zhStart = Pattern(
        $"^{Zh["start leads"]}*(?:(?:{Zh["start names"]}|{s_partNames})的?)?"
        + $"{Zh["starts"]}?处?{s_zhModals}{Zh["start prepositions"]}?\\s*{s_text}"
        + $"{Zh["edge text kinds"]}*{Zh["start tails"]}?$");

    private static readonly Regex s_zhEnd = Pattern(
        $"^{Zh["end leads"]}*(?:(?:{Zh["end names"]}|{s_partNames})的?)?{Zh["ends"]}?[处时]?{s_zhModals}{Zh["end prepositions"]}?\\s*{s_text}"
        + $"{Zh["edge text kinds"]}*{Zh["end tails"]}?$");

    private static readonly Regex s_startMark = Pattern(Zh["starts"]), s_endMark = Pattern(Zh["end marks"]), s_or = Pattern(Zh["or"]);

    private static readonly Regex s_enStart = Pattern(
        $"^(?:{En["edge leads"]}|[\\s,])*{En["start verbs"]}{s_ownAnswer} with(?: {En["edge text kinds"]})*:?\\s*{s_text}\\.?$");

    private static readonly Regex s_enFirstParagraph = Pattern(
        $"^(?:(?:{En["first paragraph leads"]} )*{En["first paragraph starts"]}|{En["start the first paragraph"]})"
        + $"(?: {En["first paragraph text kinds"]})*:?\\s*{s_text}\\.?$");

    private static readonly Regex s_enEnd = Pattern(
        $"^(?:{En["edge leads"]}|[\\s,])*{En["end verbs"]}{s_ownAnswer} with(?: {En["edge text kinds", "end text kinds"]})*:?\\s*"
        + $"{s_text}(?:[\\s,]*{En["end tails"]})?\\.?$"
        + $"|^{En["very end"]}:?\\s*{s_text}\\.?$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        string blanked = Quotations.Blank(clause.Text);
        if (line.IsCodeTask || Doubt.IsWish(blanked) || Doubt.IsNoText(blanked) || s_or.IsMatch(clause.Text))
            return;
        if (s_enFirstParagraph.Match(clause.Text) is { Success: true } first)
            Add(clause, first, text => new StartsWith(text, Scope.FirstParagraph), found);
        else if (Find(clause, blanked, s_enStart, s_zhStart, s_startMark) is { } start)
            Add(clause, start, text => new StartsWith(text, ScopeOf(start)), found);
        else if (Find(clause, blanked, s_enEnd, s_zhEnd, s_endMark) is { } end)
            Add(clause, end, text => new EndsWith(text, ScopeOf(end)), found);
    }

    private static Match? Find(Clause clause, string blanked, Regex english, Regex chinese, Regex mark)
    {
        if (english.Match(clause.Text) is { Success: true } match)
            return match;
        return chinese.Match(clause.Text) is { Success: true } other && mark.IsMatch(blanked) ? other : null;
    }

    private static Scope ScopeOf(Match match) => s_parts.FirstOrDefault(s => match.Groups[s.ToString()].Success, Scope.Whole);

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
    private static readonly Regex s_times = Pattern(CountPhrase.English(En["times"]));

    private static readonly Regex s_tail = Pattern($"^(?:\\s|{En["letter tails"]})*\\.?$");

    private static readonly string[] s_certainWords = [.. En.Words("certain words")];

    private static readonly Regex s_ofLetter = Pattern(
        $"^(?:{En["letter leads"]}|[\\s,])*{En["letter"]}\\s*[\"'“]?(?<letter>[a-z])[\"'”]?\\s*(?:{En["letter verbs"]}|\\s)*$");

    private static readonly Regex s_capitals = Pattern(
        $"{CountPhrase.English(En["measure word_count"])}(?:\\s|{En["capital links"]})*{En["capitals"]}"
        + $"(?:\\s|{En["capital tails"]})*\\.?$");

    private static readonly Regex s_capitalsBefore = Pattern($"\\b{En["capital words"]}(?:\\s|{En["capital verbs"]})*$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (Doubt.IsWish(
            s_certainWords.Aggregate(clause.Text, (text, words) => text.Replace(words, "", StringComparison.OrdinalIgnoreCase))))
            return;
        Match capitals = s_capitals.Match(clause.Text);
        if (capitals.Success && CountPhrase.Read(capitals) is { } words)
        {
            found.Add(At(clause, capitals, Counts.CapitalWords, words));
            return;
        }

        Match times = s_times.Match(clause.Text);
        if (!times.Success || !s_tail.IsMatch(clause.Text[(times.Index + times.Length)..])
            || CountPhrase.Read(times, "", CountPhrase.Bare.Exact) is not { } range)
            return;
        string before = clause.Text[..times.Index];
        if (s_ofLetter.Match(before) is { Success: true } letter)
            found.Add(Reading.Of(clause.Whole, () => new LetterFrequency(letter.Groups["letter"].Value, range)));
        else if (s_capitalsBefore.Match(before) is { Success: true } all)
            found.Add(Counted(clause.Span(all.Index, times.Index + times.Length - all.Index), Counts.CapitalWords, range));
    }
}
