using System.Text.RegularExpressions;

namespace TraceFast.Data.CodePoints;

/// <summary>
/// How long regular expressions may still work on one text, over all their matches: with room for the quadratic behavior of ordinary
/// patterns on short texts. .NET's engine counts no steps, so this goes by the clock. A process may stand still for a while (swapping, a
/// suspended laptop), so one match counts for at most half a second, and one that ran out of time is to be tried once more.
/// </summary>
public sealed class MatchTime
{
    /// <summary>The longest that .NET's engine may take for one match.</summary>
    public static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private const long AtLeast = 2000;
    private const long UnitsPerMillisecond = 100;
    private const long MostPerMatch = 500;

    private long _left;
    private long _last;

    /// <summary>Starts again for a text of this many UTF-16 units.</summary>
    public void Renew(long units) => _left = AtLeast + (units / UnitsPerMillisecond);

    /// <summary>Before the first of several matches: what lies before does not count.</summary>
    public void Start() => _last = Environment.TickCount64;

    /// <summary>After a match.</summary>
    /// <returns>False where the time is used up.</returns>
    public bool Spend()
    {
        long now = Environment.TickCount64;
        _left -= Math.Min(now - _last, MostPerMatch);
        _last = now;
        return _left >= 0;
    }
}
