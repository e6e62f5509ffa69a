using System.Globalization;

namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>
/// The properties of <c>\p{...}</c> and <c>[[:...:]]</c>: general categories by short and long name, the POSIX classes that
/// Oniguruma derives from them, and the scripts that tokenizers name.
/// </summary>
internal static class UnicodeProperty
{
    // Short names in the order of UnicodeCategory.
    private static readonly string[] shortNames =
    [
        "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co",
        "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn",
    ];

    private static readonly string[] longNames =
    [
        "uppercaseletter", "lowercaseletter", "titlecaseletter", "modifierletter", "otherletter", "nonspacingmark", "spacingmark",
        "enclosingmark", "decimalnumber", "letternumber", "othernumber", "spaceseparator", "lineseparator", "paragraphseparator",
        "control", "format", "surrogate", "privateuse", "connectorpunctuation", "dashpunctuation", "openpunctuation",
        "closepunctuation", "initialpunctuation", "finalpunctuation", "otherpunctuation", "mathsymbol", "currencysymbol",
        "modifiersymbol", "othersymbol", "unassigned",
    ];

    private static readonly Dictionary<string, string> groups = new()
    {
        ["letter"] = "l", ["mark"] = "m", ["combiningmark"] = "m", ["number"] = "n", ["separator"] = "z", ["other"] = "c",
        ["punctuation"] = "p", ["symbol"] = "s",
    };

    /// <summary>The set of a property, or null where the name is not known. Case, spaces, hyphens and underscores do not count.</summary>
    public static CodePointSet? Find(string name)
    {
        string key = new([.. name.Where(c => c is not (' ' or '-' or '_')).Select(char.ToLowerInvariant)]);
        int category = Array.IndexOf(shortNames, key);
        if (category < 0)
            category = Array.IndexOf(longNames, key);
        if (category >= 0)
            return Categories(1u << category);
        if (key == "lc" || key == "casedletter")
            return Categories(Mask("lu") | Mask("ll") | Mask("lt"));
        if (groups.TryGetValue(key, out string? group))
            key = group;
        if (key.Length == 1 && Mask(key) is var mask and not 0)
            return Categories(mask);
        return Derived(key) ?? Script(key);
    }

    private static CodePointSet? Derived(string key) => key switch
    {
        "any" => new(_ => true),
        "assigned" => Categories(~Mask("cn")),
        "ascii" => new(c => c < 128),
        "blank" => new(c => c == '\t' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator),
        "cntrl" => Categories(Mask("cc")),
        "digit" => Categories(Mask("nd")),
        "punct" => Categories(Mask("p")).Or(new(c => c < 128 && CharacterClasses.IsPunctuation(c))),
        "space" or "whitespace" => new(CharacterClasses.IsWhiteSpace),
        "word" => new(CharacterClasses.IsWord),
        "xdigit" => new(c => c < 128 && char.IsAsciiHexDigit((char)c)),
        _ => null,
    };

    /// <summary>Unicode's Scripts.txt, assigned code points only.</summary>
    private static CodePointSet? Script(string key) => key switch
    {
        "han" => Ranges(0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x3005, 0x3005, 0x3007, 0x3007, 0x3021, 0x3029, 0x3038, 0x303B,
            0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFA6D, 0xFA70, 0xFAD9, 0x16FE2, 0x16FE3, 0x16FF0, 0x16FF1, 0x20000, 0x2A6DF,
            0x2A700, 0x2B739, 0x2B740, 0x2B81D, 0x2B820, 0x2CEA1, 0x2CEB0, 0x2EBE0, 0x2EBF0, 0x2EE5D, 0x2F800, 0x2FA1D, 0x30000, 0x3134A,
            0x31350, 0x323AF),
        "hiragana" => Ranges(0x3041, 0x3096, 0x309D, 0x309F, 0x1B001, 0x1B11F, 0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1F200, 0x1F200),
        "katakana" => Ranges(0x30A1, 0x30FA, 0x30FD, 0x30FF, 0x31F0, 0x31FF, 0x32D0, 0x32FE, 0x3300, 0x3357, 0xFF66, 0xFF6F, 0xFF71, 0xFF9D,
            0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B000, 0x1B120, 0x1B122, 0x1B155, 0x1B155, 0x1B164, 0x1B167),
        "hangul" => Ranges(0x1100, 0x11FF, 0x302E, 0x302F, 0x3131, 0x318E, 0x3200, 0x321E, 0x3260, 0x327E, 0xA960, 0xA97C, 0xAC00, 0xD7A3,
            0xD7B0, 0xD7C6, 0xD7CB, 0xD7FB, 0xFFA0, 0xFFBE, 0xFFC2, 0xFFC7, 0xFFCA, 0xFFCF, 0xFFD2, 0xFFD7, 0xFFDA, 0xFFDC),
        _ => null,
    };

    private static CodePointSet Ranges(params int[] bounds) => new(c =>
    {
        for (int i = 0; i < bounds.Length; i += 2)
            if (c >= bounds[i] && c <= bounds[i + 1])
                return true;
        return false;
    });

    private static uint Mask(string prefix)
    {
        uint mask = 0;
        for (int i = 0; i < shortNames.Length; i++)
            if (shortNames[i].StartsWith(prefix, StringComparison.Ordinal))
                mask |= 1u << i;
        return mask;
    }

    private static CodePointSet Categories(uint mask) => new(c => ((mask >> (int)CharUnicodeInfo.GetUnicodeCategory(c)) & 1) != 0);
}
