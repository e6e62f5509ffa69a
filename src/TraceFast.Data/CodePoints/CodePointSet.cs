using System.Globalization;
using System.Runtime.CompilerServices;

namespace TraceFast.Data.CodePoints;

/// <summary>A set of Unicode code points, half surrogate pairs among them, as ranges.</summary>
public sealed class CodePointSet
{
    /// <summary>One more than the last code point.</summary>
    public const int End = 0x110000;

    private const int CategoryCount = 30;

    // Ascending: the set goes from the first of these to before the second, from the third to before the fourth, and so on.
    private readonly int[] _bounds;

    private CodePointSet(int[] bounds) => _bounds = bounds;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([0, End]);

    /// <summary>Where the set begins and ends, in turn.</summary>
    public ReadOnlySpan<int> Bounds => _bounds;

    /// <summary>The one code point of the set, or -1 where it has none or several.</summary>
    public int Single => _bounds.Length == 2 && _bounds[1] == _bounds[0] + 1 ? _bounds[0] : -1;

    public static CodePointSet Of(int codePoint) => new([codePoint, codePoint + 1]);

    /// <param name="pairs">First and last code point of each range.</param>
    public static CodePointSet Ranges(params ReadOnlySpan<int> pairs)
    {
        CodePointSet set = new([]);
        for (int i = 0; i < pairs.Length; i += 2)
            set = set.Or(new CodePointSet([pairs[i], pairs[i + 1] + 1]));
        return set;
    }

    /// <summary>The code points of some general categories.</summary>
    /// <param name="categories">Bit n for the category with number n.</param>
    public static CodePointSet Categories(uint categories)
    {
        CodePointSet all = Empty;
        for (int i = 0; i < CategoryCount; i++)
            if (((categories >> i) & 1) != 0)
                all = all.Or(General.Sets[i]);
        return all;
    }

    public bool Contains(int codePoint) => (CountUpTo(codePoint) & 1) != 0;

    public CodePointSet Complement() => All.Except(this);

    public CodePointSet Or(CodePointSet other) => _bounds.Length == 0 ? other : Combine(other, 0b1110);

    public CodePointSet And(CodePointSet other) => Combine(other, 0b1000);

    public CodePointSet Except(CodePointSet other) => Combine(other, 0b0100);

    /// <summary>Property White_Space.</summary>
    public static CodePointSet WhiteSpace { get; } = Ranges(
        '\t', '\r', ' ', ' ', 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F,
        0x3000, 0x3000);

    /// <summary>How many bounds lie at or before a code point.</summary>
    private int CountUpTo(int codePoint)
    {
        int at = Array.BinarySearch(_bounds, codePoint);
        return at >= 0 ? at + 1 : ~at;
    }

    /// <param name="other">Another set.</param>
    /// <param name="isIn">Bits: what is in neither, only in the other, only in this one, in both.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private CodePointSet Combine(CodePointSet other, int isIn)
    {
        int[] mine = _bounds, theirs = other._bounds;
        int[] result = new int[mine.Length + theirs.Length];
        int i = 0, j = 0, count = 0;
        while (i < mine.Length || j < theirs.Length)
        {
            int at = Math.Min(i < mine.Length ? mine[i] : End, j < theirs.Length ? theirs[j] : End);
            i += i < mine.Length && mine[i] == at ? 1 : 0;
            j += j < theirs.Length && theirs[j] == at ? 1 : 0;
            if (((isIn >> ((2 * (i & 1)) + (j & 1))) & 1) != (count & 1))
                result[count++] = at;
        }
        return new CodePointSet(result[..count]);
    }

    /// <summary>The general categories, by themselves, so that they are made when one is asked for.</summary>
    private static class General
    {
        public static readonly CodePointSet[] Sets = Scan();

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static CodePointSet[] Scan()
        {
            List<int>[] bounds = new List<int>[CategoryCount];
            for (int i = 0; i < bounds.Length; i++)
                bounds[i] = [];
            int last = -1;
            for (int c = 0; c < End; c++)
            {
                int category = (int)CharUnicodeInfo.GetUnicodeCategory(c);
                if (category == last)
                    continue;
                if (last >= 0)
                    bounds[last].Add(c);
                bounds[category].Add(c);
                last = category;
            }
            bounds[last].Add(End);
            return Array.ConvertAll(bounds, b => new CodePointSet([.. b]));
        }
    }
}
