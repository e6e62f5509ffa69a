using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace TraceFast.Data.CodePoints;

/// <summary>A set of Unicode code points, half surrogate pairs among them, as ranges.</summary>
public sealed class CodePointSet
{
    /// <summary>One more than the last code point.</summary>
    public const int End = 0x110000;

    private const int FirstSurrogate = 0xD800;
    private const int AfterSurrogates = 0xE000;
    private const int AfterBasicPlane = 0x10000;

    // How many general categories there are.
    private const int CategoryCount = 30;

    // With no more ranges than this a class is written range by range.
    private const int FewRanges = 4;

    // The categories in the order of UnicodeCategory, then the groups of them.
    private static readonly string[] s_names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn", "L", "M", "N", "Z", "P", "S", "C",
    ];

    private static readonly CodePointSet s_basicPlane = Ranges(0, FirstSurrogate - 1, AfterSurrogates, AfterBasicPlane - 1);

    // Ascending: the set goes from the first of these to before the second, from the third to before the fourth, and so on.
    private readonly int[] bounds;

    private CodePointSet(int[] bounds) => this.bounds = bounds;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([0, End]);

    /// <summary>Where the set begins and ends, in turn.</summary>
    public ReadOnlySpan<int> Bounds => bounds;

    /// <summary>The one code point of the set, or -1 where it has none or several.</summary>
    public int Single => bounds.Length == 2 && bounds[1] == bounds[0] + 1 ? bounds[0] : -1;

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
    /// <param name="basicOnly">Only the basic plane is of interest: the others are left out, which spares going through them.</param>
    public static CodePointSet Categories(uint categories, bool basicOnly)
    {
        CodePointSet[] sets = basicOnly ? BasicCategories.Sets : AllCategories.Sets;
        CodePointSet all = Empty;
        for (int i = 0; i < CategoryCount; i++)
            if ((categories >> i & 1) != 0)
                all = all.Or(sets[i]);
        return all;
    }

    public bool Contains(int codePoint) => (CountUpTo(codePoint) & 1) != 0;

    public CodePointSet Complement() => All.Except(this);

    public CodePointSet Or(CodePointSet other) => bounds.Length == 0 ? other : Combine(other, 0b1110);

    public CodePointSet And(CodePointSet other) => Combine(other, 0b1000);

    public CodePointSet Except(CodePointSet other) => Combine(other, 0b0100);

    /// <summary>
    /// The set as a character class of .NET, which goes by UTF-16 units: the code points of the basic plane without surrogates, and units that
    /// stand for others.
    /// </summary>
    /// <param name="standIns">Units, escaped, that stand for code points of the set.</param>
    /// <param name="others">Those that stand for code points outside it.</param>
    internal string ToClass(string standIns, string others)
    {
        // What reaches to the end is written by what it leaves out.
        if (Contains(AfterBasicPlane - 1))
        {
            string leftOut = Members(s_basicPlane.Except(this), mayExcept: false, others);
            return leftOut.Length == 0 ? @"[\s\S]" : $"[^{leftOut}]";
        }
        string members = Members(And(s_basicPlane), mayExcept: true, standIns);
        return members.Length == 0 ? "(?!)" : $"[{members}]";
    }

    private static string Members(CodePointSet set, bool mayExcept, string more)
    {
        StringBuilder text = new();
        CodePointSet left = set, except = Empty;
        if (set.bounds.Length > 2 * FewRanges && WhiteSpace.IsWithin(set))
        {
            text.Append(@"\s");
            left = left.Except(WhiteSpace);
        }
        // CategoryCount first. Units that stand for other code points are surrogates, so no class may take these by their category.
        for (int i = Array.IndexOf(s_names, "C") - 1; i >= 0 && left.bounds.Length > 2 * FewRanges; i--)
        {
            CodePointSet block = BasicCategories.Sets[i];
            if (i == (int)UnicodeCategory.Surrogate || left.And(block).bounds is not { Length: > 0 and var inside })
                continue;
            CodePointSet missing = block.Except(set);
            if (missing.bounds.Length > 0 && !(mayExcept && i < CategoryCount && missing.bounds.Length < inside))
                continue;
            text.Append(CultureInfo.InvariantCulture, $@"\p{{{s_names[i]}}}");
            left = left.Except(block);
            except = except.Or(missing);
        }
        text.Append(Written(left)).Append(more);
        if (except.bounds.Length > 0)
            text.Append("-[").Append(Written(except)).Append(']');
        return text.ToString();
    }

    private static StringBuilder Written(CodePointSet set)
    {
        StringBuilder text = new();
        for (int i = 0; i < set.bounds.Length; i += 2)
        {
            text.Append(CultureInfo.InvariantCulture, $@"\u{set.bounds[i]:X4}");
            if (set.bounds[i + 1] > set.bounds[i] + 1)
                text.Append(CultureInfo.InvariantCulture, $@"-\u{set.bounds[i + 1] - 1:X4}");
        }
        return text;
    }

    /// <summary>Property White_Space, which is <c>\s</c> in .NET.</summary>
    public static CodePointSet WhiteSpace { get; } =
        Ranges('\t', '\r', ' ', ' ', 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000);

    /// <summary>The categories and groups of <see cref="s_names"/>, up to a code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static CodePointSet[] Scan(int end)
    {
        List<int>[] bounds = new List<int>[s_names.Length];
        int[] groupOf = new int[CategoryCount];
        for (int i = 0; i < bounds.Length; i++)
        {
            bounds[i] = [];
            if (i < CategoryCount)
                groupOf[i] = Array.IndexOf(s_names, s_names[i][..1]);
        }
        int category = -1, group = -1;
        for (int c = 0; c <= end; c++)
        {
            int here = c < end ? (int)CharUnicodeInfo.GetUnicodeCategory(c) : -1;
            if (here == category)
                continue;
            int groupHere = here < 0 ? -1 : groupOf[here];
            if (category >= 0)
                bounds[category].Add(c);
            if (here >= 0)
                bounds[here].Add(c);
            if (group >= 0 && group != groupHere)
                bounds[group].Add(c);
            if (groupHere >= 0 && group != groupHere)
                bounds[groupHere].Add(c);
            (category, group) = (here, groupHere);
        }
        return Array.ConvertAll(bounds, b => new CodePointSet([.. b]));
    }

    private bool IsWithin(CodePointSet other)
    {
        for (int i = 0; i < bounds.Length; i += 2)
        {
            int at = other.CountUpTo(bounds[i]);
            if ((at & 1) == 0 || other.bounds[at] < bounds[i + 1])
                return false;
        }
        return true;
    }

    /// <summary>How many bounds lie at or before a code point.</summary>
    private int CountUpTo(int codePoint)
    {
        int at = Array.BinarySearch(bounds, codePoint);
        return at >= 0 ? at + 1 : ~at;
    }

    /// <param name="other">Another set.</param>
    /// <param name="isIn">Bits: what is in neither, only in the other, only in this one, in both.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private CodePointSet Combine(CodePointSet other, int isIn)
    {
        int[] mine = bounds, theirs = other.bounds;
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

    // By themselves, so that each is made when it is asked for.
    private static class BasicCategories
    {
        public static readonly CodePointSet[] Sets = Scan(AfterBasicPlane);
    }

    private static class AllCategories
    {
        public static readonly CodePointSet[] Sets = Scan(End);
    }
}
