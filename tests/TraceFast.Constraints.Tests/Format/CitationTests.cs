using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Format;

public class CitationTests
{
    [Theory]
    [InlineData("A [1], b [2, 3] and c [4-6].", 3)]
    [InlineData("As shown (Smith, 2020) and (Lee et al., 1999b); not (2020) or (in 2020).", 2)]
    [InlineData("研究表明（张三，2020）［1］。", 2)]
    [InlineData("A [1].\n\nReferences\n[1] Smith (Oxford, 2020)", 1)]
    [InlineData("[1](http://a.b) `[2]` [name]", 0)]
    public void Marks(string text, int count) => Make("citation_marks", ("min", count), ("max", count)).Obeys(text);

    [Fact]
    public void Each_mark_has_its_entry()
    {
        Constraint two = Make("reference_list", ("min", 2), ("max", 2));
        two.Obeys("A [1] b [2].\n\n## References\n1. Smith, Tea.\n2. Lee, Bread.");
        two.Obeys("甲[1-2]。\n\n参考文献：\n[1] 张三。\n[2] 李四。");
        two.Obeys("Text.\n\n**Sources**\n\nSmith, Tea.\nLee, Bread.");
        two.Obeys("Text [2].\n\nReferences\n\n- [1] Smith\n  continued\n- [2] Lee");
        two.Violates("A [3].\n\nReferences\n1. Smith\n2. Lee");
        two.Violates("Text.\n\nReferences\n1. Smith");
        two.Violates("## References\n1. Smith\n2. Lee\n\n## More\n\nText.");
        two.Violates("No list.");
    }

    [Theory]
    [InlineData("[a](http://a.b) ![i](x.png) https://c.d www.e.f", 3)]
    [InlineData("见[这里](x)。", 1)]
    [InlineData("`http://a.b` http:", 0)]
    public void Links(string text, int count) => Make("link_count", ("min", count), ("max", count)).Obeys(text);
}
