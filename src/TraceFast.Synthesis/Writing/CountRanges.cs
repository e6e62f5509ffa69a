using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Numbers drawn from ranges.</summary>
internal static class CountRanges
{
    /// <summary>Whether the range asks for anything.</summary>
    public static bool IsAsked(this CountRange range) => range.Min is not null || range.Max is not null;

    /// <summary>A count in the range, near to <paramref name="low"/> to <paramref name="high"/> where it leaves room.</summary>
    public static int Draw(this CountRange range, SeededRandom random, int low, int high)
    {
        int from = (int)Math.Max(range.Min ?? 0, Math.Min(low, range.Max ?? low));
        int to = (int)Math.Min(range.Max ?? int.MaxValue, Math.Max(high, from));
        return random.Between(Math.Min(from, to), to);
    }

    /// <summary>How many of something that stands in an answer only when asked for.</summary>
    public static int DrawAsked(this CountRange range, SeededRandom random, int spread = 2) =>
        range.IsAsked() ? range.Draw(random, (int)(range.Min ?? 0), (int)Math.Min(range.Max ?? int.MaxValue, (range.Min ?? 0) + spread)) : 0;
}
