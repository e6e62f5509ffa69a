using System.Globalization;

namespace TraceFast.Evaluation.IfEval.Languages;

/// <summary>Maps characters to those that profiles count: small letters; one stands for all of a large set.</summary>
internal static class Alphabet
{
    private const char Hiragana = '\u3042', Katakana = '\u30A2', Hangul = '\uAC00', Han = '\u4E00';

    /// <summary>A small letter or mark, or a space for everything else.</summary>
    public static char Reduce(char c) => c switch
    {
        >= 'a' and <= 'z' => c,
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        < '\u00AA' => ' ',
        >= '\u3040' and <= '\u309F' => Hiragana,
        >= '\u30A0' and <= '\u30FF' => Katakana,
        >= '\u1100' and <= '\u11FF' or >= '\u3130' and <= '\u318F' or >= '\uAC00' and <= '\uD7A3' => Hangul,
        >= '\u3400' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF' => Han,
        '\u0219' => '\u015F',
        '\u021B' => '\u0163',
        // Persian and Arabic typing differ in these two alone.
        '\u06CC' => '\u064A',
        '\u06A9' => '\u0643',
        _ => char.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            ? char.ToLowerInvariant(c)
            : ' ',
    };
}
