using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Tests.Text;

public class MarkdownStructureTests
{
    [Fact]
    public void Headings_have_levels_and_texts_without_marks()
    {
        Response response = new("# One #\n\ntext # no\n### Two *b*\n#no\n####### no\n\\# no\n```\n# code\n```\n##二级标题\n> # Quoted");
        Assert.Equal(
            [(1, "One"), (3, "Two *b*"), (2, "二级标题"), (1, "Quoted")],
            response.Markdown.Headings.Select(h => (h.Level, response.Span(h.Text).ToString())));
    }

    [Fact]
    public void Items_nest_by_indentation()
    {
        Response response = new("1. a\n   - b\n     - c\n   - d\n2. e\n\ntext\n\n  * f\n\t+ g\n# h\n  - i\n① j\n（2）k\n一、l");
        Assert.Equal(
            [(1, MarkerStyle.Dot, -1),
                (2, MarkerStyle.Bullet, 0), (3, MarkerStyle.Bullet, 1), (2, MarkerStyle.Bullet, 0), (1, MarkerStyle.Dot, -1),
                (1, MarkerStyle.Bullet, -1),
                (2, MarkerStyle.Bullet, 5), (1, MarkerStyle.Bullet, -1), (1, MarkerStyle.Circled, -1), (1, MarkerStyle.Enclosed, -1),
                (1, MarkerStyle.Chinese, -1)],
            response.Markdown.Items.Select(i => (i.Depth, i.Marker.Style, i.Parent)));
        Assert.Equal("--\0*+", string.Concat(response.Markdown.Items.Where((_, n) => n is 1 or 2 or 4 or 5 or 6).Select(i => i.Bullet)));
    }

    [Fact]
    public void A_table_needs_a_row_of_dashes_with_as_many_cells()
    {
        Response response = new("intro\n| a | b \\| c |\n|:--|--:|\n| **1** | 2 |\nx | y\nend\n\n| a | b |\n|---|\n\nq | r\n--- | ---\n");
        Assert.Equal(2, response.Markdown.Tables.Count);
        Table table = response.Markdown.Tables[0];
        Assert.Equal(["a", "b \\| c"], table.Header.Select(c => response.Span(c).ToString()));
        Assert.Equal(
            [["**1**", "2"], ["x", "y"]],
            table.Rows.Select(r => MarkdownTable.Cells(response.Text, r).Select(c => response.Span(c).ToString()).ToArray()));
        Assert.Equal(["1"], Texts(response, response.Markdown.Bold));
        Assert.Empty(response.Markdown.Tables[1].Rows);
    }

    [Fact]
    public void Code_hides_everything_else()
    {
        Response response = new("```python run\n**no** [n](u)\n- no\n```\n`**no**` ``a ` **no**`` **yes**\n~~~\n# no");
        Assert.Equal(
            [("python", true), ("", false)], response.Markdown.CodeBlocks.Select(c => (response.Span(c.Language).ToString(), c.IsClosed)));
        Assert.Equal(["yes"], Texts(response, response.Markdown.Bold));
        Assert.Equal(["**no**", "a ` **no**"], Texts(response, response.Markdown.CodeSpans));
        Assert.Empty(response.Markdown.Links);
        Assert.Empty(response.Markdown.Headings);
        Assert.Empty(response.Markdown.Items);
    }

    [Theory]
    [InlineData("**a** b *c* __d__ _e_", "a|d", "c|e")]
    [InlineData("***a*** x", "a", "a")]
    [InlineData("**a *b* c**", "a *b* c", "b")]
    [InlineData("*a **b** c*", "b", "a **b** c")]
    [InlineData("2 * 3 * 4, snake_case_name and a ** b ** c", "", "")]
    [InlineData("\\*a\\* \\**b*", "", "b")]
    [InlineData("重点是**“雨”**和**《山》**，还有*风*。", "“雨”|《山》", "风")]
    [InlineData("**first\nsecond** line", "first\nsecond", "")]
    [InlineData("**first\n\nsecond** paragraph", "", "")]
    [InlineData("* **item** one\n* two*", "item", "")]
    [InlineData("****", "", "")]
    [InlineData("*a **b*", "", "b")]
    [InlineData("**a*", "", "a")]
    [InlineData("___", "", "")]
    public void Emphasis(string text, string bold, string italic)
    {
        Response response = new(text);
        Assert.Equal(bold, string.Join('|', Texts(response, response.Markdown.Bold)));
        Assert.Equal(italic, string.Join('|', Texts(response, response.Markdown.Italic)));
    }

    [Theory]
    [InlineData("[t](http://a.b/c_(d)) x", "http://a.b/c_(d)", "")]
    [InlineData("[t](u \"title\") ![i](p.png)", "u|p.png", "")]
    [InlineData("见https://a.cn/b_c，和 www.d.org. <http://e.f>", "https://a.cn/b_c|www.d.org|http://e.f", "")]
    [InlineData("[https://a.b](https://a.b)", "https://a.b", "")]
    [InlineData("[name] and [1], [a [b] c] [x] (y)", "", "name|1|b|x")]
    [InlineData("[t](no end", "", "t")]
    [InlineData("**https://a.b**", "https://a.b", "")]
    public void Links_and_brackets(string text, string addresses, string brackets)
    {
        Response response = new(text);
        Assert.Equal(addresses, string.Join('|', response.Markdown.Links.Select(l => response.Span(l.Address).ToString())));
        Assert.Equal(brackets, string.Join('|', Texts(response, response.Markdown.Brackets)));
    }

    private static IEnumerable<string> Texts(Response response, IEnumerable<TextSpan> places) =>
        places.Select(p => response.Span(p).ToString());
}
