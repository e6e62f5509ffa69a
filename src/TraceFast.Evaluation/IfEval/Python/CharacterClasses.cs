using TraceFast.Data.CodePoints;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// Classes of code points as Python 3.11's str methods and its re module have them (Unicode 14). .NET has a newer Unicode; letters and
/// digits assigned since 14 are taken out again. Source: python/cpython 3.11, Objects/unicodectype.c and Modules/_sre.
/// </summary>
internal static class CharacterClasses
{
    /// <summary>Letters and numbers that Unicode 15, 15.1 and 16 added, as pairs of first and last.</summary>
    private static readonly int[] s_assignedSince14 =
    [
        0x1C89, 0x1C8A, 0xA7CB, 0xA7CD, 0xA7DA, 0xA7DC, 0x105C0, 0x105F3, 0x10D40, 0x10D65, 0x10D6F, 0x10D85, 0x10EC2, 0x10EC4, 0x1123F,
        0x11240,
        0x11380, 0x11389, 0x1138B, 0x1138B, 0x1138E, 0x1138E, 0x11390, 0x113B5, 0x113B7, 0x113B7, 0x113D1, 0x113D1, 0x113D3, 0x113D3,
        0x116D0, 0x116E3,
        0x11BC0, 0x11BE0, 0x11BF0, 0x11BF9, 0x11F02, 0x11F02, 0x11F04, 0x11F10, 0x11F12, 0x11F33, 0x11F50, 0x11F59, 0x1342F, 0x1342F,
        0x13441, 0x13446,
        0x13460, 0x143FA, 0x16100, 0x1611D, 0x16130, 0x16139, 0x16D40, 0x16D6C, 0x16D70, 0x16D79, 0x18CFF, 0x18CFF, 0x1B132, 0x1B132,
        0x1B155, 0x1B155,
        0x1CCF0, 0x1CCF9, 0x1D2C0, 0x1D2D3, 0x1DF25, 0x1DF2A, 0x1E030, 0x1E06D, 0x1E4D0, 0x1E4EB, 0x1E4F0, 0x1E4F9, 0x1E5D0, 0x1E5ED,
        0x1E5F0, 0x1E5FA,
        0x2B739, 0x2B739, 0x2EBF0, 0x2EE5D, 0x31350, 0x323AF,
    ];

    /// <summary>Property Other_Uppercase: letter numbers and circled letters.</summary>
    private static readonly int[] s_otherUpper = [0x2160, 0x216F, 0x24B6, 0x24CF, 0x1F130, 0x1F149, 0x1F150, 0x1F169, 0x1F170, 0x1F189];

    /// <summary>Property Other_Lowercase.</summary>
    private static readonly int[] s_otherLower =
    [
        0xAA, 0xAA, 0xBA, 0xBA, 0x2B0, 0x2B8, 0x2C0, 0x2C1, 0x2E0, 0x2E4, 0x345, 0x345, 0x37A, 0x37A, 0x1D2C, 0x1D6A, 0x1D78, 0x1D78,
        0x1D9B, 0x1DBF,
        0x2071, 0x2071, 0x207F, 0x207F, 0x2090, 0x209C, 0x2170, 0x217F, 0x24D0, 0x24E9, 0x2C7C, 0x2C7D, 0xA69C, 0xA69D, 0xA770, 0xA770,
        0xA7F8, 0xA7F9,
        0xAB5C, 0xAB5F, 0x10780, 0x10780, 0x10783, 0x10785, 0x10787, 0x107B0, 0x107B2, 0x107BA,
    ];

    private const uint Letters = 1u << (int)UnicodeCategory.UppercaseLetter | 1u << (int)UnicodeCategory.LowercaseLetter
        | 1u << (int)UnicodeCategory.TitlecaseLetter | 1u << (int)UnicodeCategory.ModifierLetter | 1u << (int)UnicodeCategory.OtherLetter;

    private const uint Numbers = 1u << (int)UnicodeCategory.DecimalDigitNumber | 1u << (int)UnicodeCategory.LetterNumber
        | 1u << (int)UnicodeCategory.OtherNumber;

    /// <summary>\w.</summary>
    public static CodePointSet Word { get; } =
        CodePointSet.Categories(Letters | Numbers).Except(CodePointSet.Ranges(s_assignedSince14)).Or(CodePointSet.Of('_'));

    /// <summary>\d.</summary>
    public static CodePointSet Digit { get; } =
        CodePointSet.Categories(1u << (int)UnicodeCategory.DecimalDigitNumber).Except(CodePointSet.Ranges(s_assignedSince14));

    /// <summary>\s.</summary>
    public static CodePointSet Space { get; } = CodePointSet.WhiteSpace.Or(CodePointSet.Ranges(0x1C, 0x1F));

    /// <summary>str.isspace of one character, and \s.</summary>
    public static bool IsSpace(int c) => c switch
    {
        ' ' or (>= 0x09 and <= 0x0D) or (>= 0x1C and <= 0x1F) => true,
        < 0x80 => false,
        0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000 => true,
        _ => false,
    };

    /// <summary>\w: str.isalnum or underscore.</summary>
    public static bool IsWord(int c) => c < 0x80
        ? c == '_' || char.IsAsciiLetterOrDigit((char)c)
        : Category(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Property Uppercase.</summary>
    public static bool IsUpper(int c) =>
        c < 0x80 ? char.IsAsciiLetterUpper((char)c) : Category(c) == UnicodeCategory.UppercaseLetter || IsIn(s_otherUpper, c);

    /// <summary>Property Lowercase.</summary>
    public static bool IsLower(int c) =>
        c < 0x80 ? char.IsAsciiLetterLower((char)c) : Category(c) == UnicodeCategory.LowercaseLetter || IsIn(s_otherLower, c);

    /// <summary>General category Lt.</summary>
    public static bool IsTitle(int c) => c >= 0x80 && Category(c) == UnicodeCategory.TitlecaseLetter;

    /// <summary>Property Cased.</summary>
    public static bool IsCased(int c) => IsUpper(c) || IsLower(c) || IsTitle(c);

    /// <summary>Property Case_Ignorable.</summary>
    public static bool IsCaseIgnorable(int c) =>
        c is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027 or 0xFE13 or 0xFE52 or 0xFE55
            or 0xFF07 or 0xFF0E or 0xFF1A
        || Category(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static UnicodeCategory Category(int c)
    {
        UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(c);
        return c >= s_assignedSince14[0] && IsIn(s_assignedSince14, c) ? UnicodeCategory.OtherNotAssigned : category;
    }

    /// <param name="ranges">Pairs of first and last, ascending.</param>
    private static bool IsIn(int[] ranges, int c)
    {
        int at = Array.BinarySearch(ranges, c);
        return at >= 0 || (~at & 1) == 1;
    }
}
