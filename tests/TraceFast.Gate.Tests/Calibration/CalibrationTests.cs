using TraceFast.Data;
using TraceFast.Data.Progress;
using TraceFast.Gate.Calibration;
using TraceFast.Gate.Decision;

namespace TraceFast.Gate.Tests.Calibration;

public sealed class CalibrationTests : IDisposable
{
    /// <summary>A figure of 1,000 give or take two per cent, and what is injected.</summary>
    private const string Bench = "x=${EXTRA#ms=}; n=$(( ($(od -An -N2 -tu2 /dev/urandom) % 41) - 20 ))\n"
        + "echo \"{\\\"ms\\\": $(( (1000 + n) * (100 + ${x:-0}) ))}\"\n";

    private readonly SmallRepository _repository = new();

    public CalibrationTests()
    {
        WriteSuite("inject: {EXTRA: '{row}={percent}'}");
        _repository.Commit("only", "bench.sh", Bench);
    }

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(0, 300, 0, 0.0122)] // 1 - 0.025^(1/300)
    [InlineData(60, 60, 0.9404, 1)]
    [InlineData(3, 300, 0.0021, 0.0289)]
    [InlineData(1, 10, 0.0025, 0.4450)]
    public void Exact_intervals(int k, int n, double low, double high)
    {
        (double l, double h) = ClopperPearson.Interval(k, n);
        Assert.Equal(low, l, 4);
        Assert.Equal(high, h, 4);
    }

    /// <summary>The small calibration: a row whose noise is known. Nothing is flagged at 0 %, everything at 10 %.</summary>
    [Fact]
    public void Equal_arms_pass_and_injected_work_is_found()
    {
        CalibrationRecord record = Run(equal: 12, injected: 6, sizes: [10]);
        Assert.Equal(18, record.Outcomes.Count);
        Assert.All(record.Outcomes.Where(o => o.Percent == 0), o => Assert.Empty(o.Regressions));
        Assert.All(record.Outcomes.Where(o => o.Percent == 10), o => Assert.Equal(["ms"], o.Regressions));
        StringWriter text = new();
        CalibrationReport.Write(record, text, 400);
        Assert.Contains("12 runs of equal arms: at least 300 are needed", text.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"10 % +6 +6 +54.1 % to 100 %", text.ToString());
    }

    [Fact]
    public void An_interrupted_calibration_goes_on()
    {
        using CancellationTokenSource cancellation = new();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(4, 2, [10], new Stop(cancellation, after: 2), cancellation.Token));
        string[] lines = File.ReadAllLines(Record);
        Assert.Equal(3, lines.Length);
        File.WriteAllText(Record, string.Join('\n', lines) + "\n" + lines[2][..10]);
        CalibrationRecord whole = Run(4, 2, [10]);
        Assert.Equal(6, whole.Outcomes.Select(o => o.Trial).Distinct().Count());
        Assert.Equal(lines, File.ReadAllLines(Record).Take(3));
    }

    [Fact]
    public void What_is_recorded_of_something_else_is_not_mixed_in()
    {
        Run(1, 0, []);
        WriteSuite("inject: {EXTRA: '{row}={percent}'}", "budget: 6\n");
        Assert.Contains("holds outcomes of suite 'small'", Assert.Throws<InputException>(() => Run(1, 0, [])).Message);
        File.WriteAllText(Record, "{}\nnothing\n");
        Assert.Matches(@"outcomes.jsonl:1: no line of a calibration", Assert.Throws<InputException>(() => Run(1, 0, [])).Message);
    }

    [Fact]
    public void A_suite_that_cannot_inject_says_so()
    {
        WriteSuite("seconds: 60");
        Assert.Matches("command 'bench' has no 'inject'", Assert.Throws<InputException>(() => Run(1, 1, [5])).Message);
    }

    [Fact]
    public void A_row_that_the_machine_cannot_measure_is_named()
    {
        WriteSuite("inject: {EXTRA: '{row}={percent}'}, needs: no-such-program");
        Assert.Matches(
            "no row can be measured on this machine: ms: there is no no-such-program",
            Assert.Throws<CannotDecideException>(() => Run(1, 1, [5])).Message);
    }

    /// <summary>Clear cases, in which both usual ways are right.</summary>
    [Theory]
    [InlineData(1.0, false)]
    [InlineData(1.2, true)]
    public void The_usual_ways_by_themselves(double slowdown, bool flagged)
    {
        (Figure, Figure)[] pairs =
            [.. Enumerable.Range(0, 12).Select(i => (new Figure(100 + i % 5), new Figure(slowdown * (100 + (i + 2) % 5))))];
        Assert.Equal(flagged, UsualWays.MeanRatio(pairs));
        Assert.Equal(flagged, UsualWays.MannWhitney(pairs, 0.05));
        Assert.Equal(flagged, UsualWays.MannWhitney(pairs, 1e-5));
    }

    private string Record => _repository["outcomes.jsonl"];

    private CalibrationRecord Run(
        int equal, int injected, double[] sizes, IRunLog? log = null, CancellationToken cancellation = default) => GateCalibration.Run(
        new CalibrationOptions
        {
            SuiteFile = _repository.Suite, Head = "only", Output = Record, Equal = equal, Injected = injected, Sizes = sizes,
        },
        _repository.Folder, log ?? new SilentRunLog(), cancellation);

    private void WriteSuite(string key, string head = "") => File.WriteAllText(
        _repository.Suite,
        $"name: small\n{head}commands:\n  - {{name: bench, run: sh bench.sh, {key}, rows: [{{name: ms, json: ms}}]}}\n");

    /// <summary>Cancels when some runs are done.</summary>
    private sealed class Stop(CancellationTokenSource source, int after) : IRunLog, IProgressReport
    {
        public void Line(string text)
        {
        }

        public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work) => work(this);

        public void Report(long done, string? status = null)
        {
            if (done == after)
                source.Cancel();
        }
    }
}
