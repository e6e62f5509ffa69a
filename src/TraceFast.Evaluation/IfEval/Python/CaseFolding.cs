using System.Text;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// What re.IGNORECASE takes as the same letter: equal lower case (simple mapping), or lower-case letters with the same upper case.
/// Source: python/cpython 3.11, Lib/re/_casefix.py (the second rule as a table).
/// </summary>
internal static class CaseFolding
{
    private static readonly int[][] s_sameUpperCase =
    [
        ['i', 0x131], ['s', 0x17F], [0xB5, 0x3BC], [0x345, 0x3B9, 0x1FBE], [0x390, 0x1FD3], [0x3B0, 0x1FE3], [0x3B2, 0x3D0], [0x3B5, 0x3F5],
        [0x3B8, 0x3D1], [0x3BA, 0x3F0], [0x3C0, 0x3D6], [0x3C1, 0x3F1], [0x3C2, 0x3C3], [0x3C6, 0x3D5], [0x432, 0x1C80], [0x434, 0x1C81],
        [0x43E, 0x1C82], [0x441, 0x1C83], [0x442, 0x1C84, 0x1C85], [0x44A, 0x1C86], [0x463, 0x1C87], [0x1C88, 0xA64B], [0x1E61, 0x1E9B], [0xFB05, 0xFB06],
    ];

    private static readonly Dictionary<int, int> s_first = s_sameUpperCase.SelectMany(same => same.Select(c => (c, same[0]))).ToDictionary();

    /// <summary>The simple lower-case mapping.</summary>
    public static int Lower(int c) => c switch
    {
        < 0x80 => c is >= 'A' and <= 'Z' ? c | 0x20 : c,
        0x130 => 'i',
        >= 0xD800 and <= 0xDFFF => c,
        _ => Rune.ToLowerInvariant(new Rune(c)).Value,
    };

    /// <summary>One of all the characters that match each other when case is ignored.</summary>
    public static int Fold(int c)
    {
        int lower = Lower(c);
        return lower < 0x80 && lower is not ('i' or 's') ? lower : s_first.GetValueOrDefault(lower, lower);
    }
}
