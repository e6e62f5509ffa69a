using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Format;

/// <summary>Random choices from lists.</summary>
internal static class Drawn
{
    /// <summary>Some of the items, each at most once, in random order.</summary>
    public static string[] Several(SeededRandom random, IReadOnlyList<string> from, int low, int high)
    {
        string[] items = [.. from];
        random.Shuffle(items);
        return items[..Math.Min(items.Length, random.Between(low, high))];
    }

    /// <summary>One of the items that pass; there must be one.</summary>
    public static string Other(SeededRandom random, IEnumerable<string> from, Func<string, bool> passes) => random.Pick([.. from.Where(passes)]);

    /// <summary>The items in another order; there must be two different ones.</summary>
    public static string[] Reordered(SeededRandom random, IReadOnlyList<string> items)
    {
        string[] other = [.. items];
        do
            random.Shuffle(other);
        while (other.AsSpan().SequenceEqual([.. items]));
        return other;
    }
}
