namespace TraceFast.Synthesis.FromResponses;

/// <summary>Numbers that people write: 80, 150, 300.</summary>
internal static class NiceNumber
{
    /// <summary>
    /// A number between two counts, with room to either, so that whoever counts decides alike; null: they are too close.
    /// </summary>
    public static int? Between(int low, int high)
    {
        double least = low * 1.06 + 2, most = high / 1.06 - 2;
        if (least > most)
            return null;
        double middle = Math.Sqrt(Math.Max(least, 1) * most);
        foreach (int step in (ReadOnlySpan<int>)[100, 50, 20, 10, 5])
        {
            int number = (int)Math.Round(middle / step) * step;
            if (step < Coarsest(number))
                return null;
            if (number >= least && number <= most && number >= step)
                return number;
        }

        return null;
    }

    /// <summary>Nobody asks for at most 915 words.</summary>
    private static int Coarsest(int number) => number < 60 ? 5 : number < 200 ? 10 : number < 500 ? 20 : 50;

    /// <summary>A range around a count (by the ways of counting it), with room to it and to another count; null: it can not keep away.</summary>
    public static (int Low, int High)? Around((int Least, int Most) count, (int Least, int Most) other)
    {
        int step = count.Least < 60 ? 10 : count.Least < 200 ? 20 : 50;
        int low = (int)Math.Floor(count.Least * 0.88 / step) * step, high = (int)Math.Ceiling(count.Most * 1.12 / step) * step;
        return low > 0 && (other.Most < low * 0.9 || other.Least > high * 1.1) ? (low, high) : null;
    }
}
