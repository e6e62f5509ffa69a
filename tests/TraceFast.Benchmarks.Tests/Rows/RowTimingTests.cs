using TraceFast.Benchmarks.Rows;
using TraceFast.Benchmarks.Tests.Kernels;
using TraceFast.Data;

namespace TraceFast.Benchmarks.Tests.Rows;

/// <summary>How a row is timed, and slowed down on purpose.</summary>
[Collection(nameof(AloneTests))]
public class RowTimingTests
{
    private const int Milliseconds = 120;

    /// <summary>The same work twice, so that the ratio is 1 whatever the machine does meanwhile, and 1.1 with 10 % burned.</summary>
    [Theory]
    [InlineData(0, 0.9, 1.06)]
    [InlineData(10, 1.06, 1.25)]
    [InlineData(100, 1.8, 2.5)]
    public void Burned_time_is_the_share_that_was_asked_for(double percent, double least, double most)
    {
        IterationTimes[] times = RowTiming.TakeTurns(Milliseconds, TestContext.Current.CancellationToken, (Work, 0), (Work, percent));
        Assert.InRange(times[1].CpuMs / times[0].CpuMs, least, most);
        Assert.All(times, t => Assert.True(t.Iterations >= 5));
    }

    [Fact]
    public void Rows_take_turns_with_the_control()
    {
        List<char> order = [];
        (IterationTimes control, IReadOnlyList<IterationTimes> rows) = RowTiming.Measure(
            Milliseconds, [(() => Take('a'), 0), (() => Take('b'), 50)], TestContext.Current.CancellationToken);
        Assert.Equal(2, rows.Count);
        Assert.All(rows, r => Assert.True(r.CpuMs > 0 && r.Iterations == control.Iterations));
        Assert.True(control.CpuMs > 0 && rows[1].CpuMs > 1.2 * rows[0].CpuMs, $"{rows[0].CpuMs} {rows[1].CpuMs}");
        Assert.All(order.Chunk(2), turn => Assert.Equal("ab", string.Concat(turn)));

        void Take(char row)
        {
            order.Add(row);
            Work();
        }
    }

    [Fact]
    public void Without_rows_the_control_is_timed_alone()
    {
        (IterationTimes control, IReadOnlyList<IterationTimes> rows) =
            RowTiming.Measure(1, [], TestContext.Current.CancellationToken);
        Assert.True(control.CpuMs > 0 && control.Iterations >= 8);
        Assert.Empty(rows);
    }

    [Fact]
    public void A_warm_up_is_two_stretches_or_more()
    {
        List<bool> around = [];
        RowTiming.WarmUp(Work, around.Add, TestContext.Current.CancellationToken);
        Assert.True(around.Count >= 8, $"{around.Count}"); // two iterations in each
        Assert.All(around, (done, i) => Assert.Equal(i % 2 == 1, done));
    }

    /// <summary>A millisecond of integer arithmetic on numbers that depend on each other.</summary>
    private static void Work()
    {
        ulong x = 1;
        for (int i = 0; i < 400_000; i++)
            x = (x ^ (x >> 12)) * 2685821657736338717;
        Assert.NotEqual(0UL, x);
    }

    [Fact]
    public void Burn_reads_a_share_for_each_row()
    {
        Burn burn = new("step=5,tree_attention=2.5");
        Assert.Equal((5, 2.5, null), (burn.Percent("step"), burn.Percent("tree_attention"), burn.Percent("decode")));
        Assert.Null(new Burn(null).Percent("step"));
        Assert.Null(new Burn("").Percent("step"));
    }

    [Theory]
    [InlineData("step")]
    [InlineData("step=")]
    [InlineData("step=x")]
    [InlineData("step=-1")]
    [InlineData("step=NaN")]
    [InlineData("step=1001")]
    [InlineData("step=5=5")]
    [InlineData("steps=5")]
    [InlineData("step=5,")]
    [InlineData("step=5,step=6")]
    public void What_is_no_share_of_a_row_is_refused_with_what_was_expected(string text)
    {
        InputException e = Assert.Throws<InputException>(() => new Burn(text));
        Assert.Contains($"TRACEFAST_BENCH_BURN: found '{text.Split(',')[^1]}', expected ROW=PERCENT", e.Message, StringComparison.Ordinal);
        Assert.Contains("start-up, tree_attention, linear_log_prob, step, decode", e.Message, StringComparison.Ordinal);
    }
}
