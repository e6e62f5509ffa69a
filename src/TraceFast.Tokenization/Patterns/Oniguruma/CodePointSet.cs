namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>
/// A set of code points, given by a predicate. Membership is kept as bitmaps of 256 code points, each made when first
/// asked for; making one twice on two threads gives the same bits.
/// </summary>
internal sealed class CodePointSet(Func<int, bool> predicate)
{
    private const int PageBits = 8;

    private readonly ulong[]?[] pages = new ulong[(0x10FFFF >> PageBits) + 1][];

    public bool Contains(int codePoint)
    {
        ulong[] page = pages[codePoint >> PageBits] ?? MakePage(codePoint >> PageBits);
        return ((page[(codePoint >> 6) & 3] >> (codePoint & 63)) & 1) != 0;
    }

    public CodePointSet Complement() => new(c => !predicate(c));

    public CodePointSet Or(CodePointSet other)
    {
        Func<int, bool> mine = predicate;
        return new CodePointSet(c => mine(c) || other.Contains(c));
    }

    private ulong[] MakePage(int index)
    {
        ulong[] page = new ulong[4];
        for (int i = 0; i < 1 << PageBits; i++)
            if (predicate((index << PageBits) + i))
                page[i >> 6] |= 1UL << (i & 63);
        pages[index] = page;
        return page;
    }
}
