using System.Text;

namespace TraceFast.Data.CodePoints;

/// <summary>
/// Which code points are the same letter where case does not count: simple case folding (Unicode's CaseFolding.txt, status C and S).
/// </summary>
public static class CaseFolding
{
    // Beyond the last code point that has another case.
    private const int CasedBelow = 0x1F000;

    private static readonly Lazy<int[][]> s_same = new(() =>
    [
        .. Enumerable.Range(0, CasedBelow).Where(Rune.IsValid).GroupBy(Fold).Select(same => same.ToArray()).Where(same => same.Length > 1),
    ]);

    /// <summary>The set with all case variants of its members.</summary>
    /// <param name="set">Code points.</param>
    /// <param name="withDotlessI">Takes İ and ı for i, as Python does.</param>
    public static CodePointSet Close(CodePointSet set, bool withDotlessI)
    {
        CodePointSet closed = set;
        if (set.Single is >= 0 and < 128 and var c)
        {
            if (char.IsAsciiLetter((char)c))
                closed = closed.Or(CodePointSet.Of(c ^ 0x20));
            closed = (c | 0x20) switch { 's' => closed.Or(CodePointSet.Of('ſ')), 'k' => closed.Or(CodePointSet.Of(0x212A)), _ => closed };
        }
        else
        {
            foreach (int[] same in s_same.Value)
                if (Array.Exists(same, set.Contains))
                    foreach (int variant in same)
                        if (!closed.Contains(variant))
                            closed = closed.Or(CodePointSet.Of(variant));
        }
        return withDotlessI && Array.Exists(['i', 'I', 0x130, 0x131], set.Contains)
            ? closed.Or(CodePointSet.Ranges('I', 'I', 'i', 'i', 0x130, 0x131))
            : closed;
    }

    /// <summary>One of all the code points that are the same letter.</summary>
    private static int Fold(int c) => c switch
    {
        'ſ' => 's', // .NET keeps it apart from S
        0x1FD3 => 0x390,
        0x1FE3 => 0x3B0,
        0xFB05 => 0xFB06,
        _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(c))).Value,
    };
}
