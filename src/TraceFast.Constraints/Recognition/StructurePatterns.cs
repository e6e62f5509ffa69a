using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Numbered, bulleted and nested lists and their numbers of items. Items of no list ("give three reasons") are for a judge.
/// </summary>
internal sealed class ListPatterns : PatternFamily
{
    private static readonly string As = $"{Zh["form prepositions"]}(?:{Zh["form adjectives"]}|\\s)*";

    private static readonly string ZhForm = $"(?:的?{Zh["form nouns"]})?";

    private static readonly string EnForm = $"(?: {En["form nouns"]})?";

    private static readonly Regex Numbered = Pattern(
        $"{As}{Zh["numbered lists"]}{ZhForm}|^{Zh["numbered list subjects"]}{ZhForm}"
        + $"|\\b{En["list verbs", "numbered list verbs"]}\\s+{En["list articles", "numbered list articles"]}?\\s*{En["numbered"]}\\s+"
        + $"{En["list"]}{EnForm}");

    private static readonly Regex Bulleted = Pattern(
        $"{As}{Zh["bulleted lists"]}{ZhForm}|\\b{En["list verbs"]}\\s+{En["list articles"]}?\\s*{En["bulleted"]}\\s+{En["list"]}{EnForm}"
        + $"|\\b{En["bullet verbs"]}\\s+{En["bullet points"]}{EnForm}");

    private static readonly Regex AnyList = Pattern($"(?<list>{As}{Zh["list"]}{ZhForm})(?<next>.?)");

    private static readonly Regex Continuation = Pattern(Zh["list continuations"]);

    private static readonly Regex Numbering = Pattern(Zh["numbering"]);

    private static readonly Regex Items = Pattern(
        $"(?<bound>{Zh["item bounds"]})?{Zh["item verbs"]}?(?<a>{Numerals.Chinese})(?:{Zh["item joints"]}(?<b>{Numerals.Chinese}))?"
        + $"{Zh["item classifiers"]}(?<after>{Zh["item after"]})?");

    private static readonly Regex BulletCount = Pattern(
        $"{CountPhrase.English(En["bullet items"])}|{CountPhrase.Chinese(Zh["bullet items"], "2")}");

    private static readonly Regex Each = Pattern(En["each"]);

    private static readonly Regex NumberedCount = Pattern(
        $"{En["numbered list of"]} {CountPhrase.English(En["numbered items"])}|"
        + $"{CountPhrase.English($"numbered {En["numbered items"]}", "2")}");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = NumberedCount.Match(clause.Text);
        if (match.Success && IsAsked(clause, match))
        {
            if (CountPhrase.Read(match, match.Groups["a2"].Success ? "2" : "", CountPhrase.Bare.Exact) is { } range)
                found.Add(At(clause, match, Counts.NumberedItems, range));
            return;
        }

        match = Numbered.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && !line.IsCodeTask)
        {
            found.Add(At(clause, match, Counts.NumberedItems, Count(clause, line)));
            return;
        }

        match = BulletCount.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(clause.Text[..match.Index]))
        {
            if (match.Groups["a"].Success && CountPhrase.Read(match, "", CountPhrase.Bare.Exact) is { } range && !Each.IsMatch(clause.Text))
                found.Add(At(clause, match, () => new BulletedList(range)));
            return;
        }

        match = Bulleted.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && !line.IsCodeTask)
        {
            found.Add(At(clause, match, () => new BulletedList(Count(clause, line))));
            return;
        }

        // "以列表形式呈现，每个提示需以数字编号" is a numbered list, said in two clauses
        match = AnyList.Match(clause.Text);
        if (match.Success && !Continuation.IsMatch(match.Groups["next"].Value) && IsAsked(clause, match) && !line.IsCodeTask
            && !line.Has(Numbering))
            found.Add(At(clause, match.Groups["list"], Counts.Items, CountRange.AtLeast(1)));
    }

    /// <summary>How many items the same line asks for ("列出至少三个…"), where it says so once; otherwise at least one.</summary>
    private static CountRange Count(Clause clause, LineContext line)
    {
        Match items = Items.Match(clause.Text);
        if (!items.Success && line.Text.Length <= 60)
            items = line.Find(Items); // "至少包含3条，采用编号列表形式"
        if (items.Success && items.Groups["bound"].Length + items.Groups["after"].Length > 0 && !items.NextMatch().Success
            && CountPhrase.Read(items) is { } range)
            return range;
        return CountRange.AtLeast(1);
    }
}

/// <summary>
/// Headings where the line says that they are Markdown's (the word, the marks or H1, H2): without that, bold lines and numbered titles are
/// headings to a reader
/// too, and a judge decides. Titles given word for word.
/// </summary>
internal sealed class HeadingPatterns : PatternFamily
{
    private const string HanLevels = "一二三";

    private static readonly Regex IsMarkdown = Pattern($"markdown|(?:^|[^#])#{{1,6}}(?:$|[^#0-9])|H[1-6]|[{HanLevels}]{Zh["level"]}");

    private static readonly Regex TwoLevels = Pattern(
        $"{Zh["heading verbs"]}?{Zh["headings"]}{Zh["heading joints"]}\\s*{Zh["subheadings"]}|{En["two levels"]}");

    private static readonly Regex Marks = Pattern($"{Zh["heading"]}{Zh["heading mark verbs"]}(?<marks>#{{1,6}})");

    private static readonly Regex Level = Pattern(
        $"{Zh["level verbs"]}?\\s*H(?<level>[1-6])\\s*{Zh["heading"]}\\s*(?<texts>{Quotations.List})?"
        + $"|(?<han>[{HanLevels}]){Zh["level"]}(?<texts>{Quotations.List})?");

    private static readonly Regex Title = Pattern(
        $"^{Zh["title leads"]}?{Zh["titled things"]}*{Zh["titled texts"]}?的?{Zh["title names"]}(?:{Zh["modals", "title modals"]}"
        + $"|\\s)*{Zh["title verbs"]}\\s*[：:]?\\s*(?<text>{Quotations.Pattern})$");

    private static readonly Regex Start = Pattern(Zh["starts"]);

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match title = Title.Match(clause.Text);
        if (title.Success && !Doubt.IsWish(clause.Text) && Quotations.Strip(title.Groups["text"].Value) is var text
            && Quotations.IsLiteral(text))
        {
            found.Add(At(clause, title, () => new ExactTitle(text)));
            return;
        }

        if (line.IsCodeTask || !line.Has(IsMarkdown))
            return;
        Match levels = TwoLevels.Match(clause.Text);
        if (levels.Success && IsAsked(clause, levels))
            found.Add(At(clause, levels, Counts.HeadingDepth, CountRange.AtLeast(2)));

        foreach (Match mark in Marks.Matches(clause.Text))
            found.Add(At(clause, mark, () => new HeadingCount(CountRange.AtLeast(1), mark.Groups["marks"].Length)));

        foreach (Match level in Level.Matches(clause.Text))
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
            found.Add(number == 1 && texts.Count == 1 && Start.IsMatch(clause.Text)
                ? At(clause, level, () => new ExactTitle(texts[0]))
                : At(clause, level, () => new SectionHeadings(TextList.Of(texts))));
        }
    }
}

/// <summary>Bold and italic: of a word given, or at least once where only a reader can tell of what.</summary>
internal sealed class EmphasisPatterns : PatternFamily
{
    private static readonly Regex Bold = Pattern($"{Zh["bold leads"]}*(?:\\*\\*)?{Zh["bold"]}{Zh["emphasis tails"]}*|\\b{En["bold"]}\\b");

    private static readonly Regex Italic = Pattern($"{Zh["italic leads"]}?{Zh["italic"]}{Zh["emphasis tails"]}*|\\b{En["italic"]}\\b");

    private static readonly Regex WordInBold = Pattern(
        $"^{Zh["emphasized leads"]}*{Zh["emphasized kinds"]}?(?<words>{Quotations.List}){Zh["emphasized links"]}*{Zh["bold"]}"
        + $"{Zh["emphasized tails"]}*$");

    private static readonly string[] Examples = [.. Zh.Words("for example")];

    private static readonly Regex Heading = Pattern(Vocabulary.Both["heading"]);

    private static readonly Regex Or = Pattern(Zh["or"]);

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (line.IsCodeTask)
            return;
        Match words = WordInBold.Match(clause.Text);
        if (words.Success && !Doubt.IsWish(clause.Text) && Quotations.Texts(words.Groups["words"].Value) is var texts
            && texts.All(Quotations.IsLiteral))
        {
            found.Add(At(clause, words, () => new Highlighted(TextList.Of(texts))));
            return;
        }

        string plain = BlankExample(clause.Text);
        Read(clause, plain, Bold, Counts.Bold, found);
        Read(clause, plain, Italic, Counts.Italics, found);
    }

    private static void Read(Clause clause, string plain, Regex pattern, CountType type, ICollection<Reading> found)
    {
        Match match = pattern.Match(plain);
        if (match.Success && clause.Text.Any(Clause.IsHan) && IsAskedOfText(clause, match) && !Heading.IsMatch(plain[..match.Index]))
            found.Add(At(clause, match, type, CountRange.AtLeast(1)));
    }

    /// <summary>The font's style is asked for, not a font: 加粗字体 is bold.</summary>
    private static bool IsAskedOfText(Clause clause, Match match)
    {
        string before = clause.Text[..match.Index], after = clause.Text[(match.Index + match.Length)..];
        return !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(before) && !Doubt.IsNoText(before + after) && !Or.IsMatch(clause.Text);
    }

    /// <summary>The clause with blanks in place of what is behind "for example": it is no demand.</summary>
    private static string BlankExample(string clause)
    {
        foreach (string word in Examples)
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
    private static readonly Regex References = Pattern(
        $"{Zh["reference places"]}{Zh["reference modals"]}*{Zh["reference verbs"]}{Zh["reference adjectives"]}*{Zh["references"]}"
        + $"|{Zh["reference sections"]}{Zh["reference modals"]}*{Zh["reference section verbs"]}");

    private static readonly Regex ReferenceCount = Pattern(
        $"(?<bound>{Zh["reference bounds"]}){Zh["reference count verbs"]}?(?<a>{Numerals.Chinese})"
        + $"(?<unit>{Zh["reference classifiers"]})(?<after>)");

    private static readonly Regex Links = Pattern(
        $"(?<bound>{Zh["link bounds"]}){Zh["link verbs"]}?(?<a>{Numerals.Chinese})"
        + $"(?<unit>{Zh["link classifiers"]})(?<after>)[^，。；]{{0,20}}{Zh["links"]}"
        + $"|{CountPhrase.English(En["counted links"], "2")}");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = References.Match(clause.Text);
        if (match.Success && IsAsked(clause, match))
        {
            Match count = line.Find(ReferenceCount);
            CountRange range = count.Success && !count.NextMatch().Success && CountPhrase.Read(count) is { } read ? read
                : CountRange.AtLeast(1);
            found.Add(At(clause, match, Counts.References, range));
            return;
        }

        match = Links.Match(clause.Text);
        bool isEnglish = match.Groups["a2"].Success;
        if (!match.Success || !IsAsked(clause, match) || CountPhrase.Read(match, isEnglish ? "2" : "") is not { } links)
            return;
        Capture unit = match.Groups[isEnglish ? "unit2" : "unit"];
        found.Add(Counted(clause.Span(match.Index, unit.Index + unit.Length - match.Index), Counts.Links, links));
    }
}
