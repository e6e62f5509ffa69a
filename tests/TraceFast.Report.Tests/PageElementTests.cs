using System.Text.RegularExpressions;

namespace TraceFast.Report.Tests;

public class PageElementTests
{
    [Fact]
    public void Overlapping_marks_leave_the_text_as_it_is_and_name_every_note()
    {
        const string text = "a <b> & \"c\" é🎈 end";
        MarkedText item = new(
            "line 1", "before", text, [new Note("first", "x"), new Note("second", "<y>")],
            [new Mark(2, 6, 0), new Mark(4, 8, 1), new Mark(0, 0, 0), new Mark(15, 99, 1)]);
        string page = HtmlPage.Render("t", [], [new MarkedTexts("Texts", "one", "prompt", "response", [item])]);
        string shown = Regex.Match(page, "<h3>response</h3><div class=\"words\">(.*?)</div>", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(text, System.Net.WebUtility.HtmlDecode(Regex.Replace(shown, "<[^>]*>", "")));
        string[] pieces = [
            .. Regex.Matches(shown, "<mark class=\"(n\\d)\" title=\"([^\"]*)\">(.*?)</mark>")
                .Select(m => $"{m.Groups[1].Value}|{m.Groups[2].Value.Replace("\n", "/", StringComparison.Ordinal)}|{m.Groups[3].Value}")];
        Assert.Equal(["n0|first: x|&lt;b", "n0|first: x/second: &lt;y&gt;|&gt; &amp; ", "n1|second: &lt;y&gt;|&quot;c&quot; "], pieces);
    }

    [Fact]
    public void A_row_without_a_value_for_each_series_is_refused_by_name()
    {
        BarChart chart = new(
            "c", "share", ["strict", "loose"], [new BarRow("whole", [default, default]), new BarRow("half", [default])], 1);
        Assert.Contains(
            "'half': 1 values for 2 series", Assert.Throws<ArgumentException>(() => HtmlPage.Render("t", [], [chart])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_shows_its_cells_as_text() =>
        Assert.Contains(
            "<td>&lt;i&gt;</td><td>2</td>", HtmlPage.Render("t", [], [new DataTable("T", ["what", "n"], [["<i>", "2"]])]),
            StringComparison.Ordinal);
}
