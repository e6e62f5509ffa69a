using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Format;

public class HierarchyTests
{
    [Fact]
    public void Headings_are_counted_by_level()
    {
        const string Text = "# A\n\n## B\n\ntext\n\n## C\n\n```\n# no\n```";
        Make("heading_count", ("min", 3), ("max", 3)).Obeys(Text);
        Make("heading_count", ("min", 2), ("max", 2), ("level", 2)).Obeys(Text);
        Make("heading_count", ("max", 0), ("level", 3)).Obeys(Text);
        Make("heading_depth", ("min", 2), ("max", 2)).Obeys(Text);
        Make("heading_depth", ("min", 3)).Violates(Text);
        Assert.Throws<ConstraintException>(() => Make("heading_count", ("min", 1), ("level", 7)));
    }

    [Fact]
    public void Section_headings_stand_once_and_in_order()
    {
        Constraint sections = Make("section_headings", ("headings", new[] { "引言", "Summary" }));
        sections.Obeys("# 标题\n## 一、引言\n正文\n## 中间\n**Summary:**\n正文");
        sections.Obeys("## 1. 引言\n正文\n## summary");
        sections.Violates("## Summary\n正文\n## 引言");
        sections.Violates("## 引言\n\n正文 Summary");
        sections.Violates("## 引言\n## Summary\n## 引言");
        Assert.Throws<ConstraintException>(() => Make("section_headings", ("headings", new[] { "A", "a:" })));
    }
}
