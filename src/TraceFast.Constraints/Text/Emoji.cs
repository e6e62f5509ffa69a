using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Text;

/// <summary>
/// Emoji as readers see them (Unicode UTS #51): a character that is an emoji by itself, or one that the variation selector U+FE0F makes
/// one, with its skin tone; several joined by U+200D are one, a pair of regional indicators (a flag) is one, a keycap (1 U+FE0F U+20E3) is
/// one. Text symbols such as ★ ✓ → © are none.
/// </summary>
internal static class Emoji
{
    private const int Joiner = 0x200D, Presentation = 0xFE0F, Keycap = 0x20E3;

    /// <summary>Emoji of the basic plane: first and last code point of each range, in order.</summary>
    private static readonly char[] s_ranges =
        [.. ResourceBlocks.Of(typeof(ConstraintTypes), "text.txt")["emoji"].SelectMany(r => new[] { r[..4], r[^4..] })
            .Select(c => (char)Convert.ToInt32(c, 16))];

    public static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        int i = 0;
        while (i < text.Length)
        {
            int length = LengthAt(text, i);
            if (length == 0)
            {
                i++;
                continue;
            }

            count++;
            i += length;
        }

        return count;
    }

    /// <summary>The length of the emoji that starts at a position, with all that is joined to it; 0: none does.</summary>
    private static int LengthAt(ReadOnlySpan<char> text, int start)
    {
        char first = text[start];
        if (first < 0xA0 && !(char.IsAsciiDigit(first) || first is '#' or '*'))
            return 0;
        int c = Script.At(text, start, out int length);
        int i = start + length;
        if (IsRegional(c))
            return i < text.Length && IsRegional(Script.At(text, i, out int second)) ? length + second : length;
        bool selected = i < text.Length && text[i] == Presentation;
        if (c < 0xA0)
            return selected && i + 1 < text.Length && text[i + 1] == Keycap ? length + 2 : 0;
        if (!IsEmoji(c) && !(selected && c < 0x3300))
            return 0;
        while (i < text.Length)
        {
            int next = Script.At(text, i, out length);
            if (next == Presentation || next is >= 0x1F3FB and <= 0x1F3FF or >= 0xE0020 and <= 0xE007F)
            {
                i += length;
            }
            else if (next == Joiner && i + 1 < text.Length && IsEmoji(Script.At(text, i + 1, out int joined)))
            {
                i += 1 + joined;
            }
            else
            {
                break;
            }
        }

        return i - start;
    }

    private static bool IsRegional(int c) => c is >= 0x1F1E6 and <= 0x1F1FF;

    private static bool IsEmoji(int c)
    {
        if (c >= 0x10000)
        {
            return c is 0x1F004 or 0x1F0CF or 0x1F18E or >= 0x1F191 and <= 0x1F19A or >= 0x1F201 and <= 0x1F265
                or >= 0x1F300 and <= 0x1F64F or >= 0x1F680 and <= 0x1F6FF or >= 0x1F7E0 and <= 0x1F7F0
                or >= 0x1F90C and <= 0x1F9FF or >= 0x1FA70 and <= 0x1FAFF;
        }

        if (c < s_ranges[0])
            return false;
        int low = 0, high = s_ranges.Length / 2 - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (c < s_ranges[2 * middle])
                high = middle - 1;
            else if (c > s_ranges[2 * middle + 1])
                low = middle + 1;
            else
                return true;
        }

        return false;
    }
}
