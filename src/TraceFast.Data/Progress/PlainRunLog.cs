using System.Diagnostics;
using System.Globalization;

namespace TraceFast.Data.Progress;

/// <summary>Plain lines, for files and pipes: progress at most every <paramref name="interval"/>, and once at the end.</summary>
public sealed class PlainRunLog(TextWriter output, TimeSpan interval) : IRunLog
{
    public PlainRunLog(TextWriter output)
        : this(output, TimeSpan.FromSeconds(10))
    {
    }

    public void Line(string text)
    {
        output.WriteLine(TerminalText.OneLine(text));
        output.Flush();
    }

    public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work) =>
        work(new Lines(this, what, unit, total, done, interval));

    private sealed class Lines(PlainRunLog log, string what, string unit, long total, long before, TimeSpan interval) : IProgressReport
    {
        private readonly ProgressRate _pace = new(total, before);
        private long _shown = Stopwatch.GetTimestamp();

        public void Report(long done, string? status)
        {
            _pace.Update(done);
            if (done < _pace.Total && Stopwatch.GetElapsedTime(_shown) < interval)
                return;
            _shown = Stopwatch.GetTimestamp();
            string[] parts = [
                string.Create(CultureInfo.InvariantCulture, $"{what}: {done}/{_pace.Total} {unit}"), status ?? "", _pace.Describe(unit)];
            log.Line(string.Join(", ", parts.Where(p => p.Length > 0)));
        }

        public void Correct(long total, long before) => _pace.Correct(total, before);
    }
}
