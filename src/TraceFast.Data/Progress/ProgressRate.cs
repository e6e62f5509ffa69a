using System.Diagnostics;
using System.Globalization;

namespace TraceFast.Data.Progress;

/// <summary>Rate and time left of a piece of work, from its start to the last report.</summary>
internal sealed class ProgressRate(long total, long before)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _elapsed;
    private long _done, _before = before;

    public long Total { get; private set; } = total;

    public void Correct(long total, long before) => (Total, _before) = (total, before);

    public void Update(long done)
    {
        _done = done;
        _elapsed = Stopwatch.GetElapsedTime(_start);
    }

    /// <summary>For example "1.42 steps/s, 3:05 left", or "8.1 s/step" where one takes more than a second.</summary>
    public string Describe(string unit) => Describe(unit, _elapsed);

    internal string Describe(string unit, TimeSpan elapsed)
    {
        long here = _done - _before;
        if (here <= 0 || elapsed <= TimeSpan.Zero)
            return "";
        double perSecond = here / elapsed.TotalSeconds;
        string rate = perSecond >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.00} {unit}/s")
            : string.Create(CultureInfo.InvariantCulture, $"{1 / perSecond:0.00} s/{unit.TrimEnd('s')}");
        return _done >= Total
            ? $"{rate}, {Clock(elapsed)} in all"
            : $"{rate}, {Clock(TimeSpan.FromSeconds(Math.Min((Total - _done) / perSecond, TimeSpan.MaxValue.TotalSeconds / 2)))} left";
    }

    /// <summary>m:ss below an hour, h:mm:ss above, with hours beyond a day counted on.</summary>
    internal static string Clock(TimeSpan t) => t.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)t.TotalHours}:{t.Minutes:00}:{t.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{t.Minutes}:{t.Seconds:00}");
}
