using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Numbered, bulleted and nested lists and their numbers of items. Items of no list ("give three reasons") are for a judge.</summary>
internal sealed class Lists : PatternFamily
{
    private const string Use = "(?:以|用|使用|采用|通过|按照?|包含|包括|为|是|、|和)(?:清晰的?|一个|markdown格式的?|markdown|\\s)*";

    private static readonly Regex Numbered = Pattern(
        Use + "(?:带?(?:数字)?编号的?列表|有序列表|数字列表|序号列表|带序号的?列表|数字编号的?列表|阿拉伯数字编号的?列表|数字编号|阿拉伯数字编号)(?:的?(?:形式|方式|格式))?|^(?:编号列表|有序列表)(?:的?(?:形式|方式|格式))?"
        + "|\\b(?:use|using|as|in|with|include|write|provide|form of|contain|contains)\\s+(?:an?|the|one|form of an?|exactly one)?\\s*(?:numbered|ordered)\\s+list(?: format| form)?");

    private static readonly Regex Bulleted = Pattern(
        Use + "(?:无序列表|项目符号列表|项目符号|圆点列表|符号列表)(?:的?(?:形式|方式|格式))?|\\b(?:use|using|as|in|with|include|write|provide|form of|contain)\\s+(?:an?|the)?\\s*(?:bulleted|unordered|bullet(?:ed)?(?:[- ]point)?)\\s+list(?: format| form)?|\\b(?:use|using|in|with|as)\\s+bullet(?:ed)? points?(?: format| form)?");

    private static readonly Regex AnyList = Pattern(Use + "列表(?:的?(?:形式|方式|格式))?(?<next>.?)");

    private static readonly Regex Items = Pattern($"(?<bound>至少|最少|不少于|不得少于|最多|至多|不超过|不得超过|恰好|正好)?(?:包含|包括|列出|列|写|给出|提供|有)?(?<a>{Numerals.Chinese})(?:(?:至|到|-|~)(?<b>{Numerals.Chinese}))?(?:个|条|项|点)(?<after>以上|以内)?");

    private static readonly Regex BulletCount = Pattern(
        $"{CountPhrase.English("bullet points?|bullets|bulleted items|bulleted points")}|{CountPhrase.Chinese("个?(?:项目符号(?:列表项)?|无序列表项)").Replace("bound>", "zhbound>", StringComparison.Ordinal).Replace("<a>", "<zha>", StringComparison.Ordinal).Replace("<b>", "<zhb>", StringComparison.Ordinal).Replace("<unit>", "<zhunit>", StringComparison.Ordinal).Replace("<after>", "<zhafter>", StringComparison.Ordinal)}");

    private static readonly Regex NumberedCount = Pattern(
        $"numbered list (?:of|with) {CountPhrase.English("items?|points?|steps?|entries")}|{CountPhrase.English("numbered (?:items?|points?|steps?|entries)", "2")}");

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
            if (match.Groups["a"].Success && CountPhrase.Read(match, "", CountPhrase.Bare.Exact) is { } range && !clause.Text.Contains("each", StringComparison.OrdinalIgnoreCase))
                found.Add(At(clause, match, () => new BulletedList(range)));
            return;
        }

        match = Bulleted.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && !line.IsCodeTask)
        {
            found.Add(At(clause, match, () => new BulletedList(Count(clause, line))));
            return;
        }

        match = AnyList.Match(clause.Text);
        if (match.Success && match.Groups["next"].Value is not ("项" or "中" or "里" or "约") && IsAsked(clause, match) && !line.IsCodeTask)
        {
            // "以列表形式呈现，每个提示需以数字编号" is a numbered list, said in two clauses
            if (line.Text.Contains("数字编号", StringComparison.Ordinal))
                return;
            int length = match.Length - match.Groups["next"].Length;
            found.Add(Counted(clause.Span(match.Index, length), Counts.Items, CountRange.AtLeast(1)));
        }
    }

    /// <summary>How many items the same line asks for ("列出至少三个…"), where it says so once; otherwise at least one.</summary>
    private static CountRange Count(Clause clause, LineContext line)
    {
        Match items = Items.Match(clause.Text);
        if (!items.Success && line.Text.Length <= 60)
            items = Items.Match(line.Text); // "至少包含3条，采用编号列表形式"
        if (items.Success && items.Groups["bound"].Length + items.Groups["after"].Length > 0 && !items.NextMatch().Success && CountPhrase.Read(items) is { } range)
            return range;
        return CountRange.AtLeast(1);
    }
}
