using System.Text.Json;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.Reporting;

namespace TraceFast.Evaluation.Tests.Reporting;

/// <summary>The page in a real browser. TRACEFAST_SCREENSHOTS names a folder in which to keep pictures of it.</summary>
public sealed class ResultPageTests : IDisposable
{
    private const string Hostile =
        "<script>window.harmed = 1</script>, <img src=x onerror=\"window.harmed = 2\">, </details></body> \"quoted\" & 🎈, a b";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-page").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1280, 900)]
    [InlineData(390, 844)]
    public async Task A_page_opens_offline_without_an_error_and_draws_its_charts(int width, int height)
    {
        string page = await WritePageAsync();
        await using HeadlessBrowser browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(page, width, height);

        const string drawn = """
            [...document.querySelectorAll('.chart')].map(box => {
              const canvas = box.querySelector('canvas');
              if (!canvas) return 0;
              const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              const colors = new Set();
              for (let i = 0; i < pixels.length; i += 4)
                if (pixels[i + 3] > 0) colors.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
              return colors.size;
            })
            """;
        int[] colors = JsonSerializer.Deserialize<int[]>((await browser.EvaluateAsync(drawn))!)!;
        Assert.Equal(3, colors.Length);
        Assert.All(colors, c => Assert.True(c > 10, $"{c} colors on a chart: nothing is drawn"));
        Assert.True(
            (await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"))!.GetValue<bool>(),
            "the page is wider than the window");
        await KeepPicture(browser, $"page-{width}.png");

        Assert.Null(await browser.EvaluateAsync("window.harmed"));
        Assert.Empty(browser.Errors);
        Assert.Equal([new Uri(page).AbsoluteUri], browser.Requests);
    }

    [Fact]
    public async Task Failures_are_highlighted_as_they_stand_in_the_response_and_can_be_filtered()
    {
        await using HeadlessBrowser browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(await WritePageAsync(), 1280, 900);
        Assert.Equal("3 of 3", (await browser.EvaluateAsync("document.querySelector('.shown').textContent"))!.GetValue<string>());
        await browser.EvaluateAsync(
            "const s = document.querySelector('select.filter'); s.value = 'punctuation:no_comma'; s.dispatchEvent(new Event('change')); 0");
        Assert.Equal("1 of 3", (await browser.EvaluateAsync("document.querySelector('.shown').textContent"))!.GetValue<string>());

        await browser.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true); 0");
        const string visible = "[...document.querySelectorAll('details:not([hidden])')]";
        Assert.Equal(Hostile, (await browser.EvaluateAsync($"{visible}[0].querySelectorAll('.words')[1].textContent"))!.GetValue<string>());
        string[] marked = JsonSerializer.Deserialize<string[]>(
            (await browser.EvaluateAsync($"[...{visible}[0].querySelectorAll('.words mark')].map(m => m.textContent)"))!)!;
        Assert.Equal([",", ",", ","], marked);
        Assert.Contains(
            "3 commas", (await browser.EvaluateAsync($"{visible}[0].querySelector('li').textContent"))!.GetValue<string>(),
            StringComparison.Ordinal);
        await KeepPicture(browser, "failures.png");
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task The_same_responses_give_the_same_page_to_the_byte()
    {
        string first = await File.ReadAllTextAsync(await WritePageAsync()), second = await File.ReadAllTextAsync(await WritePageAsync());
        Assert.Equal(first, second);
        Assert.DoesNotContain("http://", first, StringComparison.Ordinal);
    }

    private static async Task KeepPicture(HeadlessBrowser browser, string name)
    {
        if (Environment.GetEnvironmentVariable("TRACEFAST_SCREENSHOTS") is { Length: > 0 } kept)
            await File.WriteAllBytesAsync(Path.Combine(kept, name), await browser.ScreenshotAsync());
    }

    private async Task<string> WritePageAsync()
    {
        string responses = Path.Combine(_folder, "responses.jsonl"), page = Path.Combine(_folder, "page.html");
        (string, string, object)[] lines =
        [
            (Hostile, "punctuation:no_comma", new { }),
            ("one two three", "length_constraints:number_words", new { num_words = 2, relation = "less than" }),
            ("**a** and *b*", "detectable_format:number_highlighted_sections", new { num_highlights = 5 }),
            ("no mark at all", "punctuation:no_comma", new { }),
        ];
        await File.WriteAllLinesAsync(
            responses,
            lines.Select(
                l => JsonSerializer.Serialize(
                    new { prompt = "say <b>this</b>", response = l.Item1, instruction_id_list = new[] { l.Item2 },
                        kwargs = new[] { l.Item3 } })));
        BenchResult result = await new IfEvalBench().ScoreAsync(responses, CancellationToken.None);
        await File.WriteAllTextAsync(page, ResultPage.Render(new ScoredResult(result), "responses.jsonl"));
        return page;
    }
}
