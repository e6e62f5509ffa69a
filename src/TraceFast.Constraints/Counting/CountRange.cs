using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Counting;

/// <summary>A range of counts, both ends included.</summary>
/// <param name="Min">Its lower end; null: none.</param>
/// <param name="Max">Its upper end; null: none.</param>
public readonly record struct CountRange(long? Min, long? Max)
{
    public static CountRange Of(Arguments arguments) => new(arguments.IntegerOrNull("min"), arguments.IntegerOrNull("max"));

    public bool Holds(long count) => count >= (Min ?? 0) && count <= (Max ?? long.MaxValue);

    public Arguments ToArguments() => Arguments.Of(("min", Min), ("max", Max));

    /// <summary>As a reason says it: "at least 3", "3 to 5", "exactly 4".</summary>
    public override string ToString() => (Min, Max) switch
    {
        ({ } min, { } max) => min == max ? $"exactly {min}" : $"{min} to {max}",
        ({ } min, null) => $"at least {min}",
        (null, { } max) => $"at most {max}",
        _ => "any number",
    };

    /// <summary>What is wrong with it; null: nothing.</summary>
    public string? Fault => (Min, Max) switch
    {
        (null, null) => "it needs min or max",
        ({ } min, { } max) when min > max => $"min {min} is greater than max {max}",
        (0, null) => "at least 0 asks for nothing",
        ( < 0, _) or (_, < 0) => "a count is not negative",
        _ => null,
    };

    /// <summary>A random range whose ends lie from <paramref name="low"/> to <paramref name="high"/>: at least, at most, between or exactly.</summary>
    /// <param name="random">Randomness.</param>
    /// <param name="low">The least count worth asking for, at least 1.</param>
    /// <param name="high">The greatest.</param>
    /// <param name="step">Ends are multiples of it where the range allows (numbers as people write them); exact counts are not.</param>
    /// <param name="leastMin">The least number that "at least" asks for: an answer has one sentence anyway.</param>
    public static CountRange Draw(SeededRandom random, int low, int high, int step = 1, int leastMin = 1)
    {
        int a = random.Between(low, high), b = random.Between(low, high);
        (int min, int max) = (Math.Min(a, b), Math.Max(a, b));
        switch (random.Below(4))
        {
            case 0:
                return new(Math.Max(Math.Max(low, leastMin), min / step * step), null);
            case 1:
                return new(null, Math.Max(low, (max + step - 1) / step * step));
            case 2 when high > low:
                min = Math.Max(low, min / step * step);
                max = (max + step - 1) / step * step;
                return new(min, Math.Max(min + 1, max));
            default:
                return new(a, a);
        }
    }

    /// <summary>A random range that shares no count with this one, as near to <paramref name="low"/> to <paramref name="high"/> as it can lie.</summary>
    public CountRange DrawApart(SeededRandom random, int low, int high)
    {
        long below = (Min ?? 0) - 1; // the greatest count under this range
        bool roomBelow = below >= low, roomAbove = Max is { } max && max < high;
        if (roomBelow && (!roomAbove || random.Chance(0.5)))
        {
            long end = Math.Max(low, Math.Min(below, high));
            long top = end - random.Below((int)Math.Max(1, (end - low) / 2 + 1));
            return random.Below(3) switch
            {
                0 => new(null, top),
                1 when top > low => new(low + random.Below((int)(top - low)), top),
                _ => new(top, top),
            };
        }

        if (Max is { } last)
        {
            long start = Math.Max(last + 1, low);
            int spread = (int)Math.Max(2, (high - start) / 2);
            long bottom = start + random.Below(spread);
            return random.Below(3) switch
            {
                0 => new(bottom, null),
                1 => new(bottom, bottom + 1 + random.Below(spread)),
                _ => new(bottom, bottom),
            };
        }

        return new(null, below); // only counts under low are left
    }
}
