using System.Globalization;
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

    // With no more ranges than this a class is written range by range.
    private const int FewRanges = 4;

    private static readonly CodePointSet s_basicPlane = Ranges(0, FirstSurrogate - 1, AfterSurrogates, AfterBasicPlane - 1);
    private static readonly Lazy<(CodePointSet[] Basic, (string Text, CodePointSet Set)[] Blocks)> s_basic = new(() =>
    {
        CodePointSet[] sets = Scan(AfterBasicPlane);
        return (sets, Blocks(sets));
    });
    private static readonly Lazy<CodePointSet[]> s_full = new(() => Scan(End));

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
        CodePointSet[] sets = basicOnly ? s_basic.Value.Basic : s_full.Value;
        CodePointSet all = Empty;
        for (int i = 0; i < sets.Length; i++)
            if ((categories >> i & 1) != 0)
                all = all.Or(sets[i]);
        return all;
    }

    public bool Contains(int codePoint) => (CountUpTo(codePoint) & 1) != 0;

    public CodePointSet Complement() => Combine(All, (mine, all) => all && !mine);

    public CodePointSet Or(CodePointSet other) => bounds.Length == 0 ? other : Combine(other, (mine, theirs) => mine || theirs);

    public CodePointSet And(CodePointSet other) => Combine(other, (mine, theirs) => mine && theirs);

    public CodePointSet Except(CodePointSet other) => Combine(other, (mine, theirs) => mine && !theirs);

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
        if (set.bounds.Length > 2 * FewRanges)
        {
            foreach ((string name, CodePointSet block) in s_basic.Value.Blocks)
                if (block.IsWithin(set) && block.And(left).bounds.Length > 0)
                {
                    text.Append(name);
                    left = left.Except(block);
                }
            foreach ((string name, CodePointSet block) in mayExcept && left.bounds.Length > 2 * FewRanges ? s_basic.Value.Blocks : [])
                if (block.Except(set) is var missing && missing.bounds.Length < block.And(left).bounds.Length)
                {
                    text.Append(name);
                    left = left.Except(block);
                    except = except.Or(missing);
                }
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

    /// <summary>White space, the groups of categories and the categories, as .NET writes them, in the basic plane without surrogates.</summary>
    private static (string Text, CodePointSet Set)[] Blocks(CodePointSet[] categories)
    {
        string[] names = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
            "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn"];
        // Units that stand for other code points are surrogates, so no block may hold these.
        var single = names.Select((name, i) => ($@"\p{{{name}}}", categories[i])).Where(b => b.Item1 != @"\p{Cs}");
        var groups = "LMNPSZ".Select(letter => ($@"\p{{{letter}}}",
            names.Select((name, i) => name[0] == letter ? categories[i] : Empty).Aggregate((a, b) => a.Or(b))));
        return [(@"\s", WhiteSpace), .. groups, .. single];
    }

    /// <summary>Property White_Space, which is <c>\s</c> in .NET.</summary>
    public static CodePointSet WhiteSpace { get; } =
        Ranges('\t', '\r', ' ', ' ', 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000);

    private static CodePointSet[] Scan(int end)
    {
        List<int>[] bounds = [.. Enumerable.Range(0, 30).Select(_ => new List<int>())];
        int last = -1;
        for (int c = 0; c < end; c++)
        {
            int category = (int)CharUnicodeInfo.GetUnicodeCategory(c);
            if (category == last)
                continue;
            if (last >= 0)
                bounds[last].Add(c);
            bounds[category].Add(c);
            last = category;
        }
        bounds[last].Add(end);
        return [.. bounds.Select(b => new CodePointSet([.. b]))];
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

    private CodePointSet Combine(CodePointSet other, Func<bool, bool, bool> isIn)
    {
        int[] theirs = other.bounds;
        List<int> result = new(bounds.Length + theirs.Length);
        int i = 0, j = 0;
        while (i < bounds.Length || j < theirs.Length)
        {
            int at = Math.Min(i < bounds.Length ? bounds[i] : End, j < theirs.Length ? theirs[j] : End);
            i += i < bounds.Length && bounds[i] == at ? 1 : 0;
            j += j < theirs.Length && theirs[j] == at ? 1 : 0;
            if (isIn((i & 1) != 0, (j & 1) != 0) != ((result.Count & 1) != 0))
                result.Add(at);
        }
        return new CodePointSet([.. result]);
    }
}
