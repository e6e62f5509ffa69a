using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Patterns;

/// <summary>Classes of code points by general category (Unicode 16, as .NET 10 and Oniguruma 6.9.10 have it).</summary>
internal static class CharacterClasses
{
    /// <summary>General category N: what Rust's <c>char::is_numeric</c> takes.</summary>
    public static bool IsNumeric(int codePoint) => codePoint < 128
        ? char.IsAsciiDigit((char)codePoint)
        : CharUnicodeInfo.GetUnicodeCategory(codePoint)
            is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Property White_Space; all of it lies in the basic plane.</summary>
    public static bool IsWhiteSpace(int codePoint) => codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint);

    /// <summary>General category P, and the ASCII symbols.</summary>
    public static bool IsPunctuation(int codePoint) => codePoint < 128
        ? char.IsPunctuation((char)codePoint) || char.IsSymbol((char)codePoint)
        : CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>
    /// What \w matches in a bracketed class of Oniguruma: Alphabetic, M, Nd, Pc. With M taken whole, what Alphabetic adds to the letters
    /// are the letter numbers and the circled, squared and parenthesized Latin letters.
    /// </summary>
    public static bool IsWord(int codePoint) => codePoint < 128
        ? char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_'
        : CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
            UnicodeCategory.OtherSymbol => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
                or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
            _ => false,
        };

    /// <summary>What \w matches in Rust's regex crate: <see cref="IsWord"/>, and the two joiners (Join_Control).</summary>
    public static bool IsRustWord(int codePoint) => IsWord(codePoint) || codePoint is 0x200C or 0x200D;

    public static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out Rune first, out _) == System.Buffers.OperationStatus.Done && IsRustWord(first.Value);

    public static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out Rune last, out _) == System.Buffers.OperationStatus.Done && IsRustWord(last.Value);
}
