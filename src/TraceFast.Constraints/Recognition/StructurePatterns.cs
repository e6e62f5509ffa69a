using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Numbered, bulleted and nested lists and their numbers of items. Items of no list ("give three reasons") are for a judge.
/// </summary>
internal sealed class ListPatterns : PatternFamily
{
    private static readonly string s_as = $"{Zh["form prepositions"]}(?:{Zh["form adjectives"]}|\\s)*";

    private static readonly string s_zhForm = $"(?:的?{Zh["form nouns"]})?";

    private static readonly string s_enForm = $"(?: {En["form nouns"]})?";

    private static readonly Regex s_numbered = Pattern(
        $"{s_as}{Zh["numbered lists"]}{s_zhForm}|^{Zh["numbered list subjects"]}{s_zhForm}"
        + $"|\\b{En["list verbs", "numbered list verbs"]}\\s+{En["list articles", "numbered list articles"]}?\\s*{En["numbered"]}\\s+"
        + $"{En["list"]}{s_enForm}");

    private static readonly Regex s_bulleted = Pattern(
        $"{s_as}{Zh["bulleted lists"]}{s_zhForm}|"
        + $"\\b{En["list verbs"]}\\s+{En["list articles"]}?\\s*{En["bulleted"]}\\s+{En["list"]}{s_enForm}"
        + $"|\\b{En["bullet verbs"]}\\s+{En["bullet points"]}{s_enForm}");

    private static readonly Regex s_anyList = Pattern($"(?<list>{s_as}{Zh["list"]}{s_zhForm})(?<next>.?)");

    private static readonly Regex s_continuation = Pattern(Zh["list continuations"]);

    private static readonly Regex s_numbering = Pattern(Zh["numbering"]);

    private static readonly Regex s_items = Pattern(
        $"(?<bound>{Zh["item bounds"]})?{Zh["item verbs"]}?(?<a>{Numerals.Chinese})(?:{Zh["item joints"]}(?<b>{Numerals.Chinese}))?"
        + $"{Zh["item classifiers"]}(?<after>{Zh["item after"]})?");

    private static readonly Regex s_bulletCount = Pattern(
        $"{CountPhrase.English(En["bullet items"])}|{CountPhrase.Chinese(Zh["bullet items"], "2")}");

    private static readonly Regex s_each = Pattern(En["each"]);

    private static readonly Regex s_numberedCount = Pattern(
        $"{En["numbered list of"]} {CountPhrase.English(En["numbered items"])}|"
        + $"{CountPhrase.English($"numbered {En["numbered items"]}", "2")}");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_numberedCount.Match(clause.Text);
        if (match.Success && IsAsked(clause, match))
        {
            if (CountPhrase.Read(match, match.Groups["a2"].Success ? "2" : "", CountPhrase.Bare.Exact) is { } range)
                found.Add(At(clause, match, Counts.NumberedItems, range));
            return;
        }

        match = s_numbered.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && !line.IsCodeTask)
        {
            found.Add(At(clause, match, Counts.NumberedItems, Count(clause, line)));
            return;
        }

        match = s_bulletCount.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(clause.Text[..match.Index]))
        {
            if (match.Groups["a"].Success && CountPhrase.Read(match, "", CountPhrase.Bare.Exact) is { } range
                && !s_each.IsMatch(clause.Text))
                found.Add(At(clause, match, () => new BulletedList(range)));
            return;
        }

        match = s_bulleted.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && !line.IsCodeTask)
        {
            found.Add(At(clause, match, () => new BulletedList(Count(clause, line))));
            return;
        }

        // "以列表形式呈现，每个提示需以数字编号" is a numbered list, said in two clauses
        match = s_anyList.Match(clause.Text);
        if (match.Success && !s_continuation.IsMatch(match.Groups["next"].Value) && IsAsked(clause, match) && !line.IsCodeTask
            && !line.Has(s_numbering))
            found.Add(At(clause, match.Groups["list"], Counts.Items, CountRange.AtLeast(1)));
    }

    /// <summary>How many items the same line asks for ("列出至少三个…"), where it says so once; otherwise at least one.</summary>
    private static CountRange Count(Clause clause, LineContext line)
    {
        Match items = s_items.Match(clause.Text);
        if (!items.Success && line.Text.Length <= 60)
            items = line.Find(s_items); // "至少包含3条，采用编号列表形式"
        if (items.Success && items.Groups["bound"].Length + items.Groups["after"].Length > 0 && !items.NextMatch().Success
            && CountPhrase.Read(items) is { } range)
            return range;
        return CountRange.AtLeast(1);
    }
}

/// <summary>
/// Headings where the line says that they are Markdown's (the word, the marks or H1, H2): without that, bold lines and numbered titles are
/// headings to a reader too, and a judge decides. Titles given word for word.
/// </summary>
internal sealed class HeadingPatterns : PatternFamily
{
    private const string HanLevels = "一二三";

    private static readonly Regex s_isMarkdown = Pattern($"markdown|(?:^|[^#])#{{1,6}}(?:$|[^#0-9])|H[1-6]|[{HanLevels}]{Zh["level"]}");

    private static readonly Regex s_twoLevels = Pattern(
        $"{Zh["heading verbs"]}?{Zh["headings"]}{Zh["heading joints"]}\\s*{Zh["subheadings"]}|{En["two levels"]}");

    private static readonly Regex s_marks = Pattern($"{Zh["heading"]}{Zh["heading mark verbs"]}(?<marks>#{{1,6}})");

    private static readonly Regex s_level = Pattern(
        $"{Zh["level verbs"]}?\\s*H(?<level>[1-6])\\s*{Zh["heading"]}\\s*(?<texts>{Quotations.List})?"
        + $"|(?<han>[{HanLevels}]){Zh["level"]}(?<texts>{Quotations.List})?");

    private static readonly Regex s_title = Pattern(
        $"^{Zh["title leads"]}?{Zh["titled things"]}*{Zh["titled texts"]}?的?{Zh["title names"]}(?:{Zh["modals", "title modals"]}"
        + $"|\\s)*{Zh["title verbs"]}\\s*[：:]?\\s*(?<text>{Quotations.Pattern})$");

    private static readonly Regex s_start = Pattern(Zh["starts"]);

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match title = s_title.Match(clause.Text);
        if (title.Success && !Doubt.IsWish(clause.Text) && Quotations.Strip(title.Groups["text"].Value) is var text
            && Quotations.IsLiteral(text))
        {
            found.Add(At(clause, title, () => new ExactTitle(text)));
            return;
        }

        if (line.IsCodeTask || !line.Has(s_isMarkdown))
            return;
        Match levels = s_twoLevels.Match(clause.Text);
        if (levels.Success && IsAsked(clause, levels))
            found.Add(At(clause, levels, Counts.HeadingDepth, CountRange.AtLeast(2)));

        foreach (Match mark in s_marks.Matches(clause.Text))
            found.Add(At(clause, mark, () => new HeadingCount(CountRange.AtLeast(1), mark.Groups["marks"].Length)));

        foreach (Match level in s_level.Matches(clause.Text))
        {
            if (!IsAsked(clause, level))
                continue;
            int number = level.Groups["level"].Success
                ? level.Groups["level"].Value[0] - '0'
                : HanLevels.IndexOf(level.Groups["han"].Value, StringComparison.Ordinal) + 1;
            IReadOnlyList<string> texts = Quotations.Texts(level.Groups["texts"].Value);
            found.Add(At(clause, level, () => new HeadingCount(CountRange.AtLeast(Math.Max(1, texts.Count)), number)));
            if (texts.Count == 0 || !texts.All(Quotations.IsLiteral))
                continue;
            found.Add(number == 1 && texts.Count == 1 && s_start.IsMatch(clause.Text)
                ? At(clause, level, () => new ExactTitle(texts[0]))
                : At(clause, level, () => new SectionHeadings(TextList.Of(texts))));
        }
    }
}

/// <summary>Bold and italic: of a word given, or at least once where only a reader can tell of what.</summary>
internal sealed class EmphasisPatterns : PatternFamily
{
    private static readonly Regex s_bold = Pattern($"{Zh["bold leads"]}*(?:\\*\\*)?{Zh["bold"]}{Zh["emphasis tails"]}*|\\b{En["bold"]}\\b");

    private static readonly Regex s_italic = Pattern($"{Zh["italic leads"]}?{Zh["italic"]}{Zh["emphasis tails"]}*|\\b{En["italic"]}\\b");

    private static readonly Regex s_wordInBold = Pattern(
        $"^{Zh["emphasized leads"]}*{Zh["emphasized kinds"]}?(?<words>{Quotations.List}){Zh["emphasized links"]}*{Zh["bold"]}"
        + $"{Zh["emphasized tails"]}*$");

    private static readonly string[] s_examples = [.. Zh.Words("for example")];

    private static readonly Regex s_heading = Pattern(Vocabulary.Both["heading"]);

    private static readonly Regex s_or = Pattern(Zh["or"]);

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (line.IsCodeTask)
            return;
        Match words = s_wordInBold.Match(clause.Text);
        if (words.Success && !Doubt.IsWish(clause.Text) && Quotations.Texts(words.Groups["words"].Value) is var texts
            && texts.All(Quotations.IsLiteral))
        {
            found.Add(At(clause, words, () => new Highlighted(TextList.Of(texts))));
            return;
        }

        string plain = BlankExample(clause.Text);
        Read(clause, plain, s_bold, Counts.Bold, found);
        Read(clause, plain, s_italic, Counts.Italics, found);
    }

    private static void Read(Clause clause, string plain, Regex pattern, CountType type, ICollection<Reading> found)
    {
        Match match = pattern.Match(plain);
        if (match.Success && clause.Text.Any(Clause.IsHan) && IsAskedOfText(clause, match) && !s_heading.IsMatch(plain[..match.Index]))
            found.Add(At(clause, match, type, CountRange.AtLeast(1)));
    }

    /// <summary>The font's style is asked for, not a font: 加粗字体 is bold.</summary>
    private static bool IsAskedOfText(Clause clause, Match match)
    {
        string before = clause.Text[..match.Index], after = clause.Text[(match.Index + match.Length)..];
        return !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(before) && !Doubt.IsNoText(before + after) && !s_or.IsMatch(clause.Text);
    }

    /// <summary>The clause with blanks in place of what is after "for example": it is no demand.</summary>
    private static string BlankExample(string clause)
    {
        foreach (string word in s_examples)
        {
            if (clause.IndexOf(word, StringComparison.Ordinal) is var at and >= 0)
                return clause[..at].PadRight(clause.Length);
        }

        return clause;
    }
}

/// <summary>
/// Lists of references and links. Whether a source exists and fits is for a judge, so that such a line is never decided whole.
/// </summary>
internal sealed class ReferencePatterns : PatternFamily
{
    private static readonly Regex s_references = Pattern(
        $"{Zh["reference places"]}{Zh["reference modals"]}*{Zh["reference verbs"]}{Zh["reference adjectives"]}*{Zh["references"]}"
        + $"|{Zh["reference sections"]}{Zh["reference modals"]}*{Zh["reference section verbs"]}");

    private static readonly Regex s_referenceCount = Pattern(
        $"(?<bound>{Zh["reference bounds"]}){Zh["reference count verbs"]}?(?<a>{Numerals.Chinese})"
        + $"(?<unit>{Zh["reference classifiers"]})(?<after>)");

    private static readonly Regex s_links = Pattern(
        $"(?<bound>{Zh["link bounds"]}){Zh["link verbs"]}?(?<a>{Numerals.Chinese})"
        + $"(?<unit>{Zh["link classifiers"]})(?<after>)[^，。；]{{0,20}}{Zh["links"]}"
        + $"|{CountPhrase.English(En["counted links"], "2")}");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_references.Match(clause.Text);
        if (match.Success && IsAsked(clause, match))
        {
            Match count = line.Find(s_referenceCount);
            CountRange range = count.Success && !count.NextMatch().Success && CountPhrase.Read(count) is { } read ? read
                : CountRange.AtLeast(1);
            found.Add(At(clause, match, Counts.References, range));
            return;
        }

        match = s_links.Match(clause.Text);
        bool isEnglish = match.Groups["a2"].Success;
        if (!match.Success || !IsAsked(clause, match) || CountPhrase.Read(match, isEnglish ? "2" : "") is not { } links)
            return;
        Capture unit = match.Groups[isEnglish ? "unit2" : "unit"];
        found.Add(Counted(clause.Span(match.Index, unit.Index + unit.Length - match.Index), Counts.Links, links));
    }
}
