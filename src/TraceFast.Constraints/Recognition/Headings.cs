using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Headings where the line says that they are Markdown's (the word, the marks or H1, H2): without that, bold lines and numbered titles are headings to a reader
/// too, and a judge decides. Titles given word for word.
/// </summary>
internal sealed class Headings : PatternFamily
{
    private static readonly Regex IsMarkdown = Pattern("markdown|(?:^|[^#])#{1,6}(?:$|[^#0-9])|H[1-6]|[一二三]级标题");
    private static readonly Regex TwoLevels = Pattern("(?:使用|包括|包含|采用|用|以|通过)?(?:大标题|主标题|标题)(?:、|和|与|及|,)\\s*(?:子标题|小标题|副标题)|headings and sub-?headings");
    private static readonly Regex TitleMark = Pattern("(?<!sub)标题(?:使用|用|采用|以)(?<marks>#{1,6})".Replace("(?<!sub)", "", StringComparison.Ordinal));
    private static readonly Regex Level = Pattern($"(?:使用|用|以)?\\s*H(?<level>[1-6])\\s*标题\\s*(?<texts>{Quotations.List})?|(?<han>[一二三])级标题(?<texts2>{Quotations.List})?");
    private static readonly Regex ExactTitle = Pattern($"^(?:请|将|把)?(?:本|该|其|的|整篇|活动)*(?:文章|短文|回答|小说|故事|报告|简讯|新闻稿|诗歌|论文|作文|演讲稿|帖子|博客)?的?(?:题目|标题)(?:名)?(?:应|须|需|必须|应当|应该|需要|要|设定|定|固定|就|\\s)*(?:为|是|叫做?)\\s*[：:]?\\s*(?<text>{Quotations.Pattern})$");
    private static readonly Regex TitleThenStart = Pattern("(?:开始|开头|起始)");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match title = ExactTitle.Match(clause.Text);
        if (title.Success && !Doubt.IsWish(clause.Text) && Quotations.Strip(title.Groups["text"].Value) is var text && Quotations.IsLiteral(text))
        {
            found.Add(At(clause, title, () => new ExactTitle(text)));
            return;
        }

        if (line.IsCodeTask || !IsMarkdown.IsMatch(line.Text))
            return;
        Match levels = TwoLevels.Match(clause.Text);
        if (levels.Success && IsAsked(clause, levels))
            found.Add(At(clause, levels, Counts.HeadingDepth, CountRange.AtLeast(2)));

        foreach (Match mark in TitleMark.Matches(clause.Text))
            found.Add(At(clause, mark, () => new HeadingCount(CountRange.AtLeast(1), mark.Groups["marks"].Length)));

        foreach (Match level in Level.Matches(clause.Text))
        {
            if (!IsAsked(clause, level))
                continue;
            int number = level.Groups["level"].Success ? level.Groups["level"].Value[0] - '0' : "一二三".IndexOf(level.Groups["han"].Value, StringComparison.Ordinal) + 1;
            string listed = level.Groups["texts"].Success ? level.Groups["texts"].Value : level.Groups["texts2"].Value;
            IReadOnlyList<string> texts = Quotations.Texts(listed);
            found.Add(At(clause, level, () => new HeadingCount(CountRange.AtLeast(Math.Max(1, texts.Count)), number)));
            if (texts.Count == 0 || !texts.All(Quotations.IsLiteral))
                continue;
            found.Add(number == 1 && texts.Count == 1 && TitleThenStart.IsMatch(clause.Text)
                ? At(clause, level, () => new ExactTitle(texts[0]))
                : At(clause, level, () => new SectionHeadings(TextList.Of(texts))));
        }
    }
}
