using System.Text;
using System.Text.Json;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Tests.Text;

/// <summary>The structure against Markdig, on texts without the liberties that <see cref="MarkdownStructure"/> takes.</summary>
public class MarkdownOracleTests
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().UsePreciseSourceLocation().Build();

    /// <summary>
    /// 600 random runs of * _ and ` between words and blanks, with the HTML that commonmark.js 0.31.2 (the reference implementation) writes
    /// for them. No two runs touch: next to punctuation the rules differ on purpose.
    /// </summary>
    [Fact]
    public void Emphasis_marks_the_same_letters()
    {
        using StreamReader reader = new(typeof(MarkdownOracleTests).Assembly.GetManifestResourceStream("commonmark-emphasis.jsonl")!);
        int cases = 0;
        while (reader.ReadLine() is { } line)
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            Response response = new(json.GetProperty("source").GetString()!);
            string html = json.GetProperty("html").GetString()!;
            Assert.Equal($"{Letters(html, "strong")} {Letters(html, "em")} {Letters(html, "code")}",
                $"{Letters(response, response.Markdown.Bold)} {Letters(response, response.Markdown.Italic)} "
                    + $"{Letters(response, response.Markdown.CodeSpans)}");
            cases++;
        }

        Assert.Equal(600, cases);
    }

    [Fact]
    public void Blocks_are_found_alike()
    {
        string[] pieces =
        [
            "# Title\n\n", "## Scope two ##\n\n", "###### Six\n\n", "A line of *text* with [a link](http://x.y/z) in it.\n\n",
            "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |\n\n", "> quoted **bold** text\n\n",
            "- one\n- two\n  - three\n    - four\n- five\n\n", "1. one\n2. two\n   1. three\n3. four\n\n", "```python\n# no\n- no\n```\n\n",
            "~~~\n**no**\n~~~\n\n", "---\n\n", "![image](a.png) and `**code**`.\n\n", "No table | here\n\n",
        ];
        for (ulong n = 0; n < 2_000; n++)
        {
            SeededRandom random = SeededRandom.Split(8, n);
            string source = string.Concat(Enumerable.Range(0, random.Between(1, 8)).Select(_ => random.Pick(pieces) + "Text between.\n\n"));
            MarkdownDocument document = Markdown.Parse(source, s_pipeline);
            MarkdownStructure structure = new Response(source).Markdown;
            Assert.Equal(document.Descendants<HeadingBlock>().Select(h => h.Level), structure.Headings.Select(h => h.Level));
            Assert.Equal(document.Descendants<ListItemBlock>().Select(Depth), structure.Items.Select(i => i.Depth));
            Assert.Equal(
                document.Descendants<ListItemBlock>().Select(i => ((ListBlock)i.Parent!).IsOrdered),
                structure.Items.Select(i => i.IsNumbered));
            Assert.Equal(
                document.Descendants<FencedCodeBlock>().Select(c => c.Info ?? ""),
                structure.CodeBlocks.Select(c => source.Substring(c.Language.Start, c.Language.Length)));
            Assert.Equal(
                document.Descendants<Markdig.Extensions.Tables.Table>()
                    .Select(t => (t.Count - 1, ((Markdig.Extensions.Tables.TableRow)t[0]).Count)),
                    structure.Tables.Select(t => (t.Rows.Count, t.Header.Count)));
            Assert.Equal(
                document.Descendants<LinkInline>().Select(l => (l.Url, l.IsImage)),
                structure.Links.Select(l => ((string?)source.Substring(l.Address.Start, l.Address.Length), l.IsImage)));
        }
    }

    private static int Depth(Block block) => block.Parent is null ? 0 : Depth(block.Parent) + (block is ListItemBlock ? 1 : 0);

    /// <summary>The letters of a page, those within a tag as capitals.</summary>
    private static string Letters(string html, string tag)
    {
        StringBuilder letters = new();
        int depth = 0;
        for (int i = 0; i < html.Length; i++)
        {
            if (html[i] == '<')
            {
                int close = html.IndexOf('>', i);
                depth += html[(i + 1)..close] == tag ? 1 : html[(i + 1)..close] == "/" + tag ? -1 : 0;
                i = close;
            }
            else if (char.IsLetter(html[i]))
            {
                letters.Append(depth > 0 ? char.ToUpperInvariant(html[i]) : html[i]);
            }
        }

        return letters.ToString();
    }

    private static string Letters(Response response, IEnumerable<TextSpan> places)
    {
        char[] text = response.Text.ToCharArray();
        foreach (TextSpan place in places)
        {
            for (int i = place.Start; i < place.Start + place.Length; i++)
                text[i] = char.ToUpperInvariant(text[i]);
        }

        return string.Concat(text.Where(char.IsLetter));
    }
}
