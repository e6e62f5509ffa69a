using Spectre.Console;
using TraceFast.Data.Progress;

namespace TraceFast.Data.Tests;

public class RunLogTests
{
    [Theory]
    [InlineData(1001, 110, 0, 10.0, "11.00 steps/s, 1:21 left")]
    [InlineData(1007, 14, 8, 12.0, "2.00 s/step, 33:06 left")]
    [InlineData(1000, 1000, 0, 1.0, "1000.00 steps/s, 0:01 in all")]
    [InlineData(1000, 0, 0, 5.0, "")]
    public void Pace_counts_only_what_was_done_here(long total, long done, long before, double seconds, string expected)
    {
        ProgressRate pace = new(total, before);
        pace.Update(done);
        Assert.Equal(expected, pace.Describe("steps", TimeSpan.FromSeconds(seconds)));
    }

    [Theory]
    [InlineData(59, "0:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(100 * 3600, "100:00:00")]
    public void A_clock_counts_hours_on(int seconds, string expected) =>
        Assert.Equal(expected, ProgressRate.Clock(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Plain_lines_come_at_intervals_and_at_the_end()
    {
        StringWriter written = new();
        PlainRunLog log = new(written, TimeSpan.FromHours(1));
        int result = log.Track("train", "steps", 100, 0, report =>
        {
            for (int i = 1; i <= 100; i++)
                report.Report(i, $"loss {i}");
            return 7;
        });
        Assert.Equal(7, result);
        string line = Assert.Single(written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("train: 100/100 steps, loss 100, ", line, StringComparison.Ordinal);
    }

    /// <summary>Of five, two were there already: three in two seconds, and four are left.</summary>
    [Fact]
    public void A_corrected_pace_counts_only_what_was_done_here()
    {
        ProgressRate pace = new(3, 0);
        pace.Correct(9, 2);
        pace.Update(5);
        Assert.Equal("1.50 stages/s, 0:02 left", pace.Describe("stages", TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Work_that_grows_or_was_partly_done_before_is_corrected()
    {
        StringWriter written = new();
        new PlainRunLog(written, TimeSpan.Zero).Track("demo", "stages", 3, 0, report =>
        {
            report.Correct(9, 2);
            report.Report(2);
            report.Report(5);
            report.Correct(5, 5);
            report.Report(5);
            return 0;
        });
        string[] lines = written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("demo: 2/9 stages", lines[0]);
        Assert.StartsWith("demo: 5/9 stages, ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(" left", lines[1], StringComparison.Ordinal);
        Assert.Equal("demo: 5/5 stages", lines[2]);
    }

    [Fact]
    public void A_terminal_shows_text_as_it_is_and_runs_the_work_on_the_calling_thread()
    {
        StringWriter written = new();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(written), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
        TerminalRunLog log = new(console);
        int thread = log.Track("tr[ai]n", "steps", 3, 0, report =>
        {
            report.Report(3, "loss [0.5]");
            Assert.Equal(5, log.Track("inner", "records", 2, 0, inner =>
            {
                inner.Report(2);
                return 5;
            }));
            log.Line("saved [checkpoint-3]");
            return Environment.CurrentManagedThreadId;
        });
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Assert.Contains("saved [checkpoint-3]", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("loss [0.5]", written.ToString(), StringComparison.Ordinal);
    }
}
