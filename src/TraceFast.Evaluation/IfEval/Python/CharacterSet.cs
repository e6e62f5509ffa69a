namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>A set of code points: ranges and classes, possibly negated, possibly ignoring case.</summary>
internal sealed class CharacterSet
{
    private const int CasedBelow = 0x20000;

    private readonly bool[] ascii = new bool[128];
    private readonly (int First, int Last)[] ranges;
    private readonly Func<int, bool>[] classes;
    private readonly bool negated;
    private readonly HashSet<int>? folded;

    public CharacterSet(IEnumerable<(int First, int Last)> ranges, IEnumerable<Func<int, bool>> classes, bool negated, bool ignoreCase)
    {
        this.ranges = [.. ranges];
        this.classes = [.. classes];
        this.negated = negated;
        if (ignoreCase)
        {
            folded = [];
            foreach ((int first, int last) in this.ranges)
                for (int c = first; c <= Math.Min(last, CasedBelow - 1); c++)
                    folded.Add(CaseFolding.Fold(c));
        }
        for (int c = 0; c < ascii.Length; c++)
            ascii[c] = Find(c);
    }

    /// <summary>Everything but line feed, or everything.</summary>
    public static CharacterSet Any(bool dotAll) => new(dotAll ? [] : [('\n', '\n')], [], negated: true, ignoreCase: false);

    public static CharacterSet Of(Func<int, bool> isIn) => new([], [isIn], negated: false, ignoreCase: false);

    public static CharacterSet Of(int c, bool ignoreCase) => new([(c, c)], [], negated: false, ignoreCase);

    public bool Contains(int c) => c < 128 ? ascii[c] : Find(c);

    private bool Find(int c)
    {
        bool found = false;
        if (folded != null)
        {
            found = folded.Contains(CaseFolding.Fold(c));
            c = CaseFolding.Lower(c);
        }
        if (folded == null || c >= CasedBelow)
            foreach ((int first, int last) in ranges)
                found |= c >= first && c <= last;
        foreach (Func<int, bool> isIn in classes)
            found |= isIn(c);
        return found != negated;
    }
}
