using System.Text.RegularExpressions;
using TraceFast.Constraints.Text;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>The language of the whole answer, and upper or lower case.</summary>
internal sealed class LanguagePatterns : PatternFamily
{
    private static readonly Regex s_chinese = Pattern(
        $"^{Zh["language leads"]}*{Zh["language places"]}?{Zh["language aspects"]}?{Zh["language modals"]}*{Zh["language prepositions"]}"
        + $"(?<variety>{Zh["language varieties"]})?{Names(Zh)}{Zh["language links"]}*{Zh["language verbs"]}*$");

    private static readonly Regex s_english = Pattern(
        $"^(?<language>(?:{En["language leads"]}|[\\s,])*{En["language prepositions"]}\\s+{Names(En)}"
        + $"(?: {En["language tails"]})?(?:[\\s,]*{En["no other language"]})?)(?:[\\s,]*(?:and)?.*)$");

    private static readonly Regex s_chineseCase = Pattern(
        $"^{Zh["case leads"]}*{Zh["case places"]}?{Zh["case modals"]}*{Zh["case prepositions"]}全?(?:(?<upper>{Zh["upper case"]})"
        + $"|{Zh["lower case"]})"
        + $"{Zh["case nouns"]}?{Zh["case verbs"]}?(?:{Zh["case purposes"]}.*)?$");

    private static readonly Regex s_englishUpper = Pattern($"\\b{En["upper case"]}\\b");

    private static readonly Regex s_englishLower = Pattern($"\\b{En["lower case"]}\\b");

    private static readonly Regex s_someWords = Pattern($"\\b{En["some words"]}\\b");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_chinese.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text))
        {
            // a variety of the language is more than a program can tell: the word stays outside of what was read
            Capture variety = match.Groups["variety"];
            int start = match.Groups["variety"].Success ? variety.Index + variety.Length : 0;
            found.Add(Reading.Of(clause.Span(start, clause.Text.Length - start), () => new AnswerLanguage(CodeOf(match))));
            return;
        }

        match = s_english.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text))
            found.Add(At(clause, match.Groups["language"], () => new AnswerLanguage(CodeOf(match))));
        ReadCase(clause, line, found);
    }

    private static string Names(Vocabulary words) =>
        $"(?:{string.Join('|', LanguageShares.Codes.Select(c => $"(?<{c}>{words[$"language {c}"]})"))})";

    private static string CodeOf(Match match) => Array.Find(LanguageShares.Codes, c => match.Groups[c].Success)!;

    private static void ReadCase(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_chineseCase.Match(clause.Text);
        if (match.Success)
        {
            found.Add(At(clause, match, () => new LetterCase(match.Groups["upper"].Success ? "upper" : "lower")));
            return;
        }

        if (line.Has(s_someWords) || found.Any(f => f.Constraint is LetterCase))
            return;
        if (s_englishLower.Match(clause.Text) is { Success: true } lower)
            found.Add(At(clause, lower, () => new LetterCase("lower")));
        else if (s_englishUpper.Match(clause.Text) is { Success: true } upper)
            found.Add(At(clause, upper, () => new LetterCase("upper")));
    }
}

/// <summary>Marks: forbidden commas, quotation marks round the answer, a title in brackets, placeholders, a postscript, emoji.</summary>
internal sealed class MarkPatterns : PatternFamily
{
    private static readonly Regex s_noComma = Pattern(
        $"\\b{En["comma prohibitions"]}\\b[a-z\\s]{{0,40}}\\b{En["comma"]}\\b(?:\\s|{En["comma tails"]})*\\.?$");

    private static readonly Regex s_chineseNoComma = Pattern(
        $"^{Zh["comma places"]}*{Zh["comma prohibitions"]}{Zh["comma verbs"]}{Zh["commas"]}$");

    private static readonly Regex s_quoted = Pattern(
        $"\\b{En["quoted verbs"]}\\b[a-z\\s]{{0,60}}\\b{En["double quotes"]}|{En["quotes around all"]}"
        + $"|^{Zh["quoted leads"]}*{Zh["quoted answers"]}{Zh["quoted modals"]}*{Zh["quoted verbs"]}{Zh["double quotes"]}"
        + $"{Zh["quoted tails"]}*$");

    private static readonly Regex s_bracketTitle = Pattern(
        $"\\b{En["title"]}\\b[a-z,\\s]{{0,40}}{En["angular brackets"]}(?:[a-z\\s,]{{0,30}}{En["bracket examples"]}\\s*<<[^<>]*>>)?"
        + $"|{Zh["title"]}.{{0,12}}{Zh["angular brackets"]}");

    private static readonly Regex s_each = Pattern($"\\b{En["each"]}\\b|{Zh["each"]}");

    private static readonly Regex s_placeholders = Pattern(CountPhrase.English(En["placeholders"]));

    private static readonly Regex s_squareBrackets = Pattern($"{En["square brackets"]}|\\[[a-z0-9 ]+\\]");

    private static readonly Regex s_postscript = Pattern(
        $"\\b{En["postscripts"]}\\s+{En["postscript verbs"]}\\s?[\"'“]?(?<marker>P\\.P\\.S\\.?|P\\.S\\.?|PS\\b|PPS\\b)[\"'”]?"
        + $"(?:\\s|{En["postscript tails"]})*");

    private static readonly Regex s_emoji = Pattern(
        $"{Zh["emoji verbs"]}{Zh["some"]}?\\s*{Zh["emoji"]}\\s*{Zh["emoji tails"]}?|\\b{En["emoji"]}\\b");

    private static readonly Regex s_emojiCount = Pattern(
        $"{CountPhrase.English(En["counted emoji"])}|^{Zh["emoji leads"]}*{CountPhrase.Chinese(Zh["counted emoji"], "2")}$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_noComma.Match(clause.Text);
        if (match.Success)
            found.Add(At(clause, match, () => new ForbiddenPunctuation([","])));
        match = s_chineseNoComma.Match(clause.Text);
        if (match.Success)
            found.Add(At(clause, match, () => new ForbiddenPunctuation(["，"])));
        match = s_quoted.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text))
            found.Add(At(clause, match, () => new QuotedWhole()));
        match = s_bracketTitle.Match(clause.Text);
        if (match.Success && !s_each.IsMatch(clause.Text) && !Doubt.IsWish(clause.Text))
            found.Add(At(clause, match, () => new BracketTitle()));

        match = s_placeholders.Match(clause.Text);
        if (match.Success && line.Has(s_squareBrackets) && CountPhrase.Read(match) is { } placeholders)
            found.Add(At(clause, match, Counts.Placeholders, placeholders));

        match = line.Find(s_postscript); // the dots of "P.S." end no clause
        if (match.Success && match.Index >= clause.Start && match.Index < clause.Start + clause.Text.Length && !Doubt.IsWish(clause.Text))
            found.Add(Reading.Of(new TextSpan(match.Index, match.Length), () => new Postscript(match.Groups["marker"].Value)));

        ReadEmoji(clause, found);
    }

    private static void ReadEmoji(Clause clause, ICollection<Reading> found)
    {
        if (Doubt.IsWish(clause.Text))
            return;
        Match match = s_emojiCount.Match(clause.Text);
        if (match.Success)
        {
            if (CountPhrase.Read(match, match.Groups["a2"].Success ? "2" : "", CountPhrase.Bare.Exact) is { } range)
                found.Add(At(clause, match, Counts.Emojis, range));
            return;
        }

        match = s_emoji.Match(clause.Text);
        if (match.Success && !Doubt.IsNegated(clause.Text[..match.Index]))
            found.Add(At(clause, match, Counts.Emojis, CountRange.AtLeast(1)));
    }
}
