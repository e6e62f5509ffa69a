using System.Collections;
using System.Runtime.CompilerServices;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints;

/// <summary>A range of counts, both ends included.</summary>
/// <param name="Min">Its lower end; null: none.</param>
/// <param name="Max">Its upper end; null: none.</param>
public readonly record struct CountRange(long? Min = null, long? Max = null)
{
    public static CountRange AtLeast(long min) => new(min);

    public static CountRange AtMost(long max) => new(null, max);

    public static CountRange Exactly(long count) => new(count, count);

    public static CountRange None { get; } = AtMost(0);

    public bool IsEmpty => Min is null && Max is null;

    public bool Contains(long count) => count >= (Min ?? 0) && count <= (Max ?? long.MaxValue);

    /// <summary>What two ranges have in common; null: nothing.</summary>
    public CountRange? Intersect(CountRange other)
    {
        long? min = Min is null ? other.Min : other.Min is null ? Min : Math.Max(Min.Value, other.Min.Value);
        long? max = Max is null ? other.Max : other.Max is null ? Max : Math.Min(Max.Value, other.Max.Value);
        return min > max ? null : new(min, max);
    }

    /// <summary>A random count of the range, from <paramref name="low"/> to <paramref name="high"/> where it leaves room.</summary>
    public int SampleCount(SeededRandom random, int low, int high)
    {
        int from = (int)Math.Max(Min ?? 0, Math.Min(low, Max ?? low));
        int to = (int)Math.Min(Max ?? int.MaxValue, Math.Max(high, from));
        return random.Between(Math.Min(from, to), to);
    }

    /// <summary>How many of something that an answer has only when it is asked for: its least number or a few more.</summary>
    public int SampleCount(SeededRandom random, int spread = 2) =>
        IsEmpty ? 0 : SampleCount(random, (int)(Min ?? 0), (int)Math.Min(Max ?? int.MaxValue, (Min ?? 0) + spread));

    /// <summary>As a reason says it: "at least 3", "3 to 5", "exactly 4".</summary>
    public override string ToString() => (Min, Max) switch
    {
        ({ } min, { } max) => min == max ? $"exactly {min}" : $"{min} to {max}",
        ({ } min, null) => $"at least {min}",
        (null, { } max) => $"at most {max}",
        _ => "any number",
    };

    /// <summary>What is wrong with it; null: nothing.</summary>
    /// <param name="prefix">What is before "min" and "max" in the names of its ends.</param>
    public string? Error(string prefix = "") => (Min, Max) switch
    {
        (null, null) => $"it needs {prefix}min or {prefix}max",
        ({ } min, { } max) when min > max => $"{prefix}min {min} is greater than {prefix}max {max}",
        (0, null) => "at least 0 asks for nothing",
        ( < 0, _) or (_, < 0) => "a count is not negative",
        _ => null,
    };

    /// <summary>
    /// A random range whose ends lie from <paramref name="low"/> to <paramref name="high"/>: at least, at most, between or exactly.
    /// </summary>
    /// <param name="random">Randomness.</param>
    /// <param name="low">The smallest count worth asking for, at least 1.</param>
    /// <param name="high">The greatest.</param>
    /// <param name="step">Ends are multiples of it where the range allows (numbers as people write them); exact counts are not.</param>
    /// <param name="lowestMin">The smallest number that "at least" asks for: an answer has one sentence anyway.</param>
    public static CountRange Sample(SeededRandom random, int low, int high, int step = 1, int lowestMin = 1)
    {
        int a = random.Between(low, high), b = random.Between(low, high);
        (int min, int max) = (Math.Min(a, b), Math.Max(a, b));
        switch (random.Below(4))
        {
            case 0:
                return AtLeast(Math.Max(Math.Max(low, lowestMin), min / step * step));
            case 1:
                return AtMost(Math.Max(low, (max + step - 1) / step * step));
            case 2 when high > low:
                min = Math.Max(low, min / step * step);
                max = (max + step - 1) / step * step;
                return new(min, Math.Max(min + 1, max));
            default:
                return Exactly(a);
        }
    }

    /// <summary>A random range that has the counts from <paramref name="low"/> to <paramref name="high"/>, not much wider.</summary>
    /// <param name="random">Randomness.</param>
    /// <param name="low">The smallest count that there is, at least 0.</param>
    /// <param name="high">The greatest.</param>
    /// <param name="step">As for <see cref="Sample"/>.</param>
    /// <param name="lowestMin">As for <see cref="Sample"/>.</param>
    public static CountRange SampleAround(SeededRandom random, int low, int high, int step = 1, int lowestMin = 1)
    {
        if (high == 0)
            return None;
        int min = low / step * step, max = (high + step - 1) / step * step;
        bool hasMin = min >= lowestMin;
        return random.Below(4) switch
        {
            0 when hasMin => AtLeast(min),
            1 when low == high => Exactly(low),
            2 when hasMin => new(min, Math.Max(min + 1, max)),
            _ => AtMost(max),
        };
    }

    /// <summary>
    /// A random range that shares no count with this one, as near to <paramref name="low"/> to <paramref name="high"/> as possible.
    /// </summary>
    public CountRange SampleDisjoint(SeededRandom random, int low, int high)
    {
        long below = (Min ?? 0) - 1; // the greatest count under this range
        bool spaceBelow = below >= low, spaceAbove = Max is { } max && max < high;
        if (spaceBelow && (!spaceAbove || random.Chance(0.5)))
        {
            long end = Math.Max(low, Math.Min(below, high));
            long top = end - random.Below((int)Math.Max(1, (end - low) / 2 + 1));
            return random.Below(3) switch
            {
                0 => AtMost(top),
                1 when top > low => new(low + random.Below((int)(top - low)), top),
                _ => Exactly(top),
            };
        }

        if (Max is { } last)
        {
            long start = Math.Max(last + 1, low);
            int spread = (int)Math.Max(2, (high - start) / 2);
            long bottom = start + random.Below(spread);
            return random.Below(3) switch
            {
                0 => AtLeast(bottom),
                1 => new(bottom, bottom + 1 + random.Below(spread)),
                _ => Exactly(bottom),
            };
        }

        return AtMost(below); // only counts under low are left
    }
}

/// <summary>
/// Texts in order, such as the words of a constraint. Equal by content, unlike an array, so that records which hold one are too.
/// </summary>
[CollectionBuilder(typeof(TextList), nameof(Create))]
public sealed class TextList : IReadOnlyList<string>, IEquatable<TextList>
{
    private readonly string[] _texts;

    private TextList(string[] texts) => _texts = texts;

    public int Count => _texts.Length;

    public string this[int index] => _texts[index];

    public static TextList Create(ReadOnlySpan<string> texts) => new(texts.ToArray());

    public static TextList Of(IEnumerable<string> texts) => new([.. texts]);

    public bool Equals(TextList? other) => other is not null && _texts.AsSpan().SequenceEqual(other._texts);

    public override bool Equals(object? obj) => Equals(obj as TextList);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (string text in _texts)
            hash.Add(text, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_texts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", _texts)}]";
}
