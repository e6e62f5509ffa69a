using System.Text;

namespace TraceFast.Data.Statistics;

/// <summary>
/// The writing system of a letter, by Unicode block (Unicode 16, Blocks.txt; the runtime has no Script property). Letters of blocks that
/// are not listed count as "Other".
/// </summary>
internal static class Scripts
{
    public const string Other = "Other";

    public const string None = "None";

    /// <summary>Ascending and disjoint.</summary>
    private static readonly (int From, int To, string Name)[] s_blocks =
    [
        (0x0041, 0x024F, "Latin"), (0x0370, 0x03FF, "Greek"), (0x0400, 0x052F, "Cyrillic"), (0x0530, 0x058F, "Armenian"),
        (0x0590, 0x05FF, "Hebrew"), (0x0600, 0x06FF, "Arabic"), (0x0750, 0x077F, "Arabic"), (0x08A0, 0x08FF, "Arabic"),
        (0x0900, 0x097F, "Devanagari"), (0x0980, 0x09FF, "Bengali"), (0x0A00, 0x0A7F, "Gurmukhi"), (0x0A80, 0x0AFF, "Gujarati"),
        (0x0B80, 0x0BFF, "Tamil"), (0x0C00, 0x0C7F, "Telugu"), (0x0C80, 0x0CFF, "Kannada"), (0x0D00, 0x0D7F, "Malayalam"),
        (0x0D80, 0x0DFF, "Sinhala"), (0x0E00, 0x0E7F, "Thai"), (0x0E80, 0x0EFF, "Lao"), (0x0F00, 0x0FFF, "Tibetan"),
        (0x1000, 0x109F, "Myanmar"), (0x10A0, 0x10FF, "Georgian"), (0x1100, 0x11FF, "Hangul"), (0x1200, 0x139F, "Ethiopic"),
        (0x1780, 0x17FF, "Khmer"), (0x1800, 0x18AF, "Mongolian"), (0x1C80, 0x1C8F, "Cyrillic"), (0x1E00, 0x1EFF, "Latin"),
        (0x1F00, 0x1FFF, "Greek"), (0x2C60, 0x2C7F, "Latin"), (0x2DE0, 0x2DFF, "Cyrillic"), (0x2E80, 0x2FDF, "Han"),
        (0x3005, 0x3007, "Han"), (0x3040, 0x309F, "Hiragana"), (0x30A0, 0x30FF, "Katakana"), (0x3130, 0x318F, "Hangul"),
        (0x31F0, 0x31FF, "Katakana"), (0x3400, 0x4DBF, "Han"), (0x4E00, 0x9FFF, "Han"), (0xA640, 0xA69F, "Cyrillic"),
        (0xA720, 0xA7FF, "Latin"), (0xAC00, 0xD7AF, "Hangul"), (0xF900, 0xFAFF, "Han"), (0xFB50, 0xFDFF, "Arabic"),
        (0xFE70, 0xFEFF, "Arabic"), (0xFF21, 0xFF5A, "Latin"), (0xFF66, 0xFF9D, "Katakana"), (0x20000, 0x3FFFF, "Han"),
    ];

    /// <summary>Adds the number of letters of each script in a text.</summary>
    public static void Count(string text, Dictionary<string, long> letters)
    {
        long ascii = 0;
        string current = Other;
        long run = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                ascii += char.IsAsciiLetter((char)rune.Value) ? 1 : 0;
                continue;
            }
            if (!Rune.IsLetter(rune))
                continue;
            string script = Of(rune.Value);
            if (script != current)
            {
                Add(letters, current, run);
                (current, run) = (script, 0);
            }
            run++;
        }
        Add(letters, current, run);
        Add(letters, "Latin", ascii);
    }

    /// <summary>The script of most letters (the first by name among equals); "None" where there is no letter.</summary>
    public static string Dominant(Dictionary<string, long> letters) =>
        letters.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key)
            .FirstOrDefault() ?? None;

    private static string Of(int codePoint)
    {
        int low = 0;
        int high = s_blocks.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int from, int to, string name) = s_blocks[middle];
            if (codePoint < from)
                high = middle - 1;
            else if (codePoint > to)
                low = middle + 1;
            else
                return name;
        }
        return Other;
    }

    private static void Add(Dictionary<string, long> letters, string script, long count)
    {
        if (count > 0)
            letters[script] = letters.GetValueOrDefault(script) + count;
    }
}
