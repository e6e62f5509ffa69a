namespace TraceFast.Constraints.Sampling;

/// <summary>
/// A small generator that gives the same numbers on any machine and any version of .NET: SplitMix64 (Steele, Lea and Flood 2014, "Fast
/// splittable pseudorandom number generators"). <see cref="Split"/> gives an independent stream, so that record n does not depend on how
/// records are shared out.
/// </summary>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The stream of item <paramref name="index"/> under a seed.</summary>
    public static SeededRandom Split(ulong seed, ulong index) =>
        new(Mix(Mix(seed + 0x9E3779B97F4A7C15UL) ^ Mix(index + 0xD1B54A32D192ED03UL)));

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    /// <summary>
    /// A whole number from 0 to <paramref name="count"/> - 1 (Lemire's multiply-shift; its bias is below 2^-32 for any count used here).
    /// </summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)Math.BigMul(NextBits(), (ulong)count, out _);
    }

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => (NextBits() >> 11) * (1.0 / (1UL << 53)) < probability;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Fisher and Yates, in place.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (int i = items.Count - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}

/// <summary>What a type samples from: random numbers, the language of the answer and words that fit the task.</summary>
/// <param name="Random">All randomness; the same bytes on any machine for the same seed.</param>
/// <param name="Language">Of the instruction and the answer.</param>
/// <param name="Words">Words that an answer to the task can naturally contain (keywords to ask for).</param>
/// <param name="OtherWords">Words that an answer to the task can do without (words to forbid).</param>
public sealed record SamplingContext(SeededRandom Random, Language Language, IReadOnlyList<string> Words, IReadOnlyList<string> OtherWords);
