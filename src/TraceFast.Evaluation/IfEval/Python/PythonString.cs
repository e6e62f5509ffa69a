using System.Text;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>Python 3.11's str methods on .NET strings; code points, not UTF-16 units, are characters.</summary>
internal static class PythonString
{
    /// <summary>str.strip() without argument.</summary>
    public static string Strip(string text) => text[StripRange(text)];

    /// <summary>
    /// Which part of the text str.strip() leaves; of a blank one, nothing at its start. White space lies in the basic plane, so units are
    /// characters.
    /// </summary>
    public static Range StripRange(ReadOnlySpan<char> text)
    {
        int start = 0, end = text.Length;
        while (start < end && CharacterClasses.IsSpace(text[start]))
            start++;
        while (end > start && CharacterClasses.IsSpace(text[end - 1]))
            end--;
        return start == end ? 0..0 : start..end;
    }

    public static bool IsBlank(ReadOnlySpan<char> text) => text[StripRange(text)].IsEmpty;

    /// <summary>str.split() without argument: what lies between white space.</summary>
    public static IEnumerable<string> Split(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool space = i == text.Length || CharacterClasses.IsSpace(text[i]);
            if (space && start >= 0)
                yield return text[start..i];
            start = space ? -1 : start >= 0 ? start : i;
        }
    }

    /// <summary>str.lower(): simple mappings, U+0130 to two characters, and the rule for final sigma (Unicode 14, table 3-17).</summary>
    public static string Lower(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        StringBuilder lower = new(text.Length + 4);
        for (int i = 0; i < text.Length; i++)
        {
            int c = At(text, i);
            if (c == 0x130)
                lower.Append("i\u0307");
            else if (c == 0x3A3)
                lower.Append(IsFinal(text, i) ? '\u03C2' : '\u03C3');
            else if (c is >= 0xD800 and <= 0xDFFF)
                lower.Append((char)c);
            else
                lower.Append(Rune.ToLowerInvariant(new Rune(c)).ToString());
            i += c > char.MaxValue ? 1 : 0;
        }
        return lower.ToString();
    }

    /// <summary>The simple lower-case mapping of a code point; that of U+0130 is i.</summary>
    public static int Lower(int c) => c switch
    {
        0x130 => 'i',
        >= 0xD800 and <= 0xDFFF => c,
        _ => Rune.ToLowerInvariant(new Rune(c)).Value,
    };

    /// <summary>str.isupper(): a cased character, none of them lower or title case.</summary>
    public static bool IsUpper(ReadOnlySpan<char> text) => IsAllCased(text, CharacterClasses.IsUpper, CharacterClasses.IsLower);

    /// <summary>str.islower(): a cased character, none of them upper or title case.</summary>
    public static bool IsLower(ReadOnlySpan<char> text) => IsAllCased(text, CharacterClasses.IsLower, CharacterClasses.IsUpper);

    /// <summary>The code point at a unit; half a surrogate pair is itself.</summary>
    public static int At(ReadOnlySpan<char> text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
            ? char.ConvertToUtf32(text[index], text[index + 1])
            : text[index];

    private static bool IsAllCased(ReadOnlySpan<char> text, Func<int, bool> wanted, Func<int, bool> other)
    {
        bool any = false;
        for (int i = 0; i < text.Length; i++)
        {
            int c = At(text, i);
            if (other(c) || CharacterClasses.IsTitle(c))
                return false;
            any |= wanted(c);
            i += c > char.MaxValue ? 1 : 0;
        }
        return any;
    }

    /// <summary>A sigma is final after a cased letter and not before one; case-ignorable characters between do not count.</summary>
    private static bool IsFinal(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && CharacterClasses.IsCaseIgnorable(AtEnd(text, before)))
            before -= AtEnd(text, before) > char.MaxValue ? 2 : 1;
        if (before < 0 || !CharacterClasses.IsCased(AtEnd(text, before)))
            return false;
        int after = at + 1;
        while (after < text.Length && CharacterClasses.IsCaseIgnorable(At(text, after)))
            after += At(text, after) > char.MaxValue ? 2 : 1;
        return after == text.Length || !CharacterClasses.IsCased(At(text, after));
    }

    /// <summary>The code point that ends at a unit.</summary>
    private static int AtEnd(string text, int index) =>
        char.IsLowSurrogate(text[index]) && index > 0 && char.IsHighSurrogate(text[index - 1])
            ? char.ConvertToUtf32(text[index - 1], text[index])
            : text[index];
}
