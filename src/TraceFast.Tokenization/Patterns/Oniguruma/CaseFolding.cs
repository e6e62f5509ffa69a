using System.Text;

namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>Case-insensitive matching: simple case folding, code point by code point.</summary>
internal static class CaseFolding
{
    // Code points beyond ASCII whose simple folding is an ASCII letter.
    private const int LongS = 0x17F;
    private const int KelvinSign = 0x212A;

    private static readonly string[] multiCharacterFolds = ["ss", "ff", "fi", "fl", "st"];

    /// <summary>The set with all case variants of its members.</summary>
    public static CodePointSet Close(CodePointSet set) => new(c =>
    {
        if (set.Contains(c))
            return true;
        foreach (int variant in Variants(c))
            if (set.Contains(variant))
                return true;
        return false;
    });

    public static bool HasVariants(int codePoint) => Variants(codePoint).Any(v => v != codePoint);

    /// <summary>True where the two letters together also fold from one character (as ß does from ss), which is not supported.</summary>
    public static bool FoldTogether(int first, int second) => first < 128 && second < 128
        && Array.IndexOf(multiCharacterFolds, string.Concat(char.ToLowerInvariant((char)first), char.ToLowerInvariant((char)second))) >= 0;

    private static IEnumerable<int> Variants(int codePoint)
    {
        if (!Rune.IsValid(codePoint))
            yield break;
        int lower = codePoint switch { LongS => 's', KelvinSign => 'k', _ => Rune.ToLowerInvariant(new Rune(codePoint)).Value };
        yield return lower;
        yield return Rune.ToUpperInvariant(new Rune(lower)).Value;
        if (lower == 's')
            yield return LongS;
        if (lower == 'k')
            yield return KelvinSign;
    }
}
