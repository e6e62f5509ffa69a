using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Format;

public class TemplateTests
{
    [Fact]
    public void Labels_start_lines_in_order()
    {
        Constraint slots = Make("template_slots", ("labels", new[] { "Topic", "建议" }));
        slots.Obeys("Topic: tea\n建议：多喝水");
        slots.Obeys("- **Topic:** tea\n\nmore\n\n- **建议**：\n  多喝水");
        slots.Violates("建议：多喝水\nTopic: tea");
        slots.Violates("Topic: tea");
        slots.Violates("Topic:\n建议：多喝水");
        slots.Violates("Topic: tea\n建议：");
        slots.Violates("Topic: tea\nTopic: bread\n建议：好");
    }

    [Fact]
    public void A_postscript_is_the_last_paragraph()
    {
        Constraint postscript = Make("postscript", ("marker", "P.S."));
        postscript.Obeys("Text.\n\nP.S. More.");
        postscript.Obeys("Text.\n\n**p.s.** More.");
        postscript.Violates("Text.\n\nP.S.");
        postscript.Violates("P.S. First.\n\nText.");
        postscript.Violates("Text.\n\nP.P.S. More.");
    }

    [Theory]
    [InlineData("YYYY-MM-DD", "On 2024-03-05 and 1999-12-31.")]
    [InlineData("DD/MM/YYYY", "On 25/03/2024.")]
    [InlineData("MM/DD/YYYY", "On 03/25/2024.")]
    [InlineData("YYYY年M月D日", "于2024年3月5日开始")]
    [InlineData("Month D, YYYY", "On March 5, 2024.")]
    public void Dates(string format, string text)
    {
        foreach (string other in new[] { "YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY年M月D日", "Month D, YYYY" })
        {
            if (other == format)
                Make("date_format", ("format", other)).Obeys(text);
            else
                Make("date_format", ("format", other)).Violates(text);
        }

        Make("date_format", ("format", format)).Violates(text + " Also 5 May 2020.");
        Make("date_format", ("format", format)).Violates(text + " Also 2020/5/6.");
        Make("date_format", ("format", format)).Violates("No date, but 2024 and 3/4.");
    }

    [Theory]
    [InlineData("thousands_comma", "In 2024 there were 12,345.67 of 1,234,567.", true)]
    [InlineData("thousands_comma", "There were 12345 and 12,345.", false)]
    [InlineData("thousands_comma", "There were 1,23 and 12,345.", false)]
    [InlineData("thousands_comma", "There were 12,3456.", false)]
    [InlineData("thousands_comma", "There were 200.", false)]
    [InlineData("percent", "1. About 25% and 3.5 ％.", true)]
    [InlineData("percent", "About 25% of 40.", false)]
    [InlineData("percent", "None.", false)]
    [InlineData("currency", "It costs $25, 30 dollars, € 3 or 20元。", true)]
    [InlineData("currency", "It costs $25 for 2.", false)]
    public void Numbers(string style, string text, bool obeyed)
    {
        Constraint format = Make("number_format", ("style", style));
        if (obeyed)
            format.Obeys(text);
        else
            format.Violates(text);
    }

    [Theory]
    [InlineData(" - ", "- apple - fruit\n- pear - fruit", true)]
    [InlineData(" - ", "well-known fruit", false)]
    [InlineData(": ", "At 10:30: tea", true)]
    [InlineData(": ", "At 10:30 tea", false)]
    [InlineData("：", "苹果：水果\n梨: 水果", true)]
    [InlineData("——", "苹果——水果", true)]
    [InlineData(" | ", "a | b\nc", false)]
    [InlineData(" -> ", "# Title\na -> b", true)]
    [InlineData(" = ", "= b", false)]
    [InlineData(" = ", "", false)]
    public void Lines_have_two_halves(string separator, string text, bool obeyed)
    {
        Constraint shape = Make("line_shape", ("separator", separator));
        if (obeyed)
            shape.Obeys(text);
        else
            shape.Violates(text);
    }
}
