namespace TraceFast.Report.Tests;

/// <summary>
/// Tables in a real browser, narrow and wide: what does not fit is scrolled within the table's own box, the page is never wider than its
/// window.
/// </summary>
public sealed class TableWidthTests
{
    [Theory]
    [InlineData(400, true)]
    [InlineData(1400, false)]
    public async Task A_wide_table_takes_the_window_and_scrolls_in_its_own_box(int width, bool scrolls)
    {
        using TemporaryFolder folder = new();
        string[] headings = ["method", .. Enumerable.Range(0, 7).Select(i => $"figure {i} in and out")];
        DataTable wide = new("Wide", headings, [[.. headings.Select(h => h + ".")]]), narrow = new("Narrow", ["a", "b"], [["1", "2"]]);
        string page = folder.Write(
            "page.html", HtmlPage.Render("t", [("fact", new string('x', 300))], [wide, narrow, new Paragraphs("P", ["text"])]));
        await using HeadlessBrowser browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(page, width, 900);
        Assert.True(
            (await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"))!.GetValue<bool>(),
            "the page is wider than the window");
        const string boxes = "[...document.querySelectorAll('.scroll')]";
        Assert.True(
            (await browser.EvaluateAsync(
                $"{boxes}.every(b => b.getBoundingClientRect().left >= 0 && b.getBoundingClientRect().right <= innerWidth)"))!
                .GetValue<bool>(), "a box leaves the window");
        Assert.Equal(scrolls, (await browser.EvaluateAsync($"{boxes}[0].scrollWidth > {boxes}[0].clientWidth"))!.GetValue<bool>());
        Assert.True(
            (await browser.EvaluateAsync($"{boxes}[1].scrollWidth <= {boxes}[1].clientWidth"))!.GetValue<bool>(), "a narrow table scrolls");
        if (!scrolls)
            Assert.True(
                (await browser.EvaluateAsync($"{boxes}[0].clientWidth"))!.GetValue<int>() > 960,
                "a wide table does not take what the window has");
        // A narrow one stands at the text's left edge.
        Assert.True(
            (await browser.EvaluateAsync(
                $"Math.abs({boxes}[1].getBoundingClientRect().left - "
                    + "document.querySelector('p').getBoundingClientRect().left) < 2"))!.GetValue<bool>());
    }
}
