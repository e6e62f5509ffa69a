using System.Globalization;
using System.Text;

namespace TraceFast.Constraints.Text;

/// <summary>Which script a code point belongs to, by Unicode block. Only what counting and language checks ask for.</summary>
internal static class Script
{
    /// <summary>CJK ideographs of any plane, 〇 and 々.</summary>
    public static bool IsHan(int c) =>
        c is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or 0x3007 or 0x3005 or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x323AF;

    /// <summary>Hiragana and katakana, half-width ones too; not the middle dot and not punctuation.</summary>
    public static bool IsKana(int c) =>
        c is >= 0x3041 and <= 0x309F or >= 0x30A1 and <= 0x30FA or >= 0x30FC and <= 0x30FF or >= 0x31F0 and <= 0x31FF
            or >= 0xFF66 and <= 0xFF9D;

    /// <summary>Hangul syllables and letters.</summary>
    public static bool IsHangul(int c) => c is >= 0xAC00 and <= 0xD7A3 or >= 0x1100 and <= 0x11FF or >= 0x3131 and <= 0x318E;

    /// <summary>Written without blanks between words and counted character by character.</summary>
    public static bool IsIdeograph(int c) => c >= 0x3005 && (IsHan(c) || IsKana(c));

    public static bool IsLatin(int c) =>
        c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= 0xC0 and <= 0x24F and not 0xD7 and not 0xF7 or >= 0x1E00 and <= 0x1EFF;

    public static bool IsCyrillic(int c) => c is >= 0x400 and <= 0x52F;

    public static bool IsArabic(int c) =>
        c is >= 0x620 and <= 0x64A or >= 0x66E and <= 0x6D3 or >= 0x750 and <= 0x77F or >= 0xFB50 and <= 0xFDFB or >= 0xFE70 and <= 0xFEFC;

    public static bool IsHebrew(int c) => c is >= 0x5D0 and <= 0x5EA;

    public static bool IsGreek(int c) => c is >= 0x370 and <= 0x3FF or >= 0x1F00 and <= 0x1FFF;

    public static bool IsThai(int c) => c is >= 0xE01 and <= 0xE3A or >= 0xE40 and <= 0xE4E;

    public static bool IsDevanagari(int c) => c is >= 0x900 and <= 0x963 or >= 0x971 and <= 0x97F;

    /// <summary>The code point at a position and its length in UTF-16 units; a lone surrogate is U+FFFD of length 1.</summary>
    public static int At(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index];
        length = 1;
        if (!char.IsSurrogate(c))
            return c;
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }

        return 0xFFFD;
    }

    public static bool IsLetterOrDigit(int c) =>
        c < 128 ? char.IsAsciiLetterOrDigit((char)c) : c < 0x10000 ? char.IsLetterOrDigit((char)c) : Rune.IsLetterOrDigit(new Rune(c));

    /// <summary>An accent or vowel sign that belongs to the letter before it.</summary>
    public static bool IsMark(int c) =>
        c >= 0x300 && (c < 0x10000 ? CharUnicodeInfo.GetUnicodeCategory((char)c)
            : CharUnicodeInfo.GetUnicodeCategory(c)) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
