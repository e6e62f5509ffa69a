using TraceFast.Data.CodePoints;

namespace TraceFast.Tokenization.Patterns;

/// <summary>
/// The properties of <c>\p{...}</c> and <c>[[:...:]]</c>: general categories by short and long name, the POSIX classes that
/// Oniguruma derives from them, and the scripts that tokenizers name.
/// </summary>
internal static class UnicodeProperties
{
    // Short names in the order of UnicodeCategory.
    private static readonly string[] s_shortNames =
    [
        "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co",
        "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn",
    ];

    private static readonly string[] s_longNames =
    [
        "uppercaseletter", "lowercaseletter", "titlecaseletter", "modifierletter", "otherletter", "nonspacingmark", "spacingmark",
        "enclosingmark", "decimalnumber", "letternumber", "othernumber", "spaceseparator", "lineseparator", "paragraphseparator",
        "control", "format", "surrogate", "privateuse", "connectorpunctuation", "dashpunctuation", "openpunctuation",
        "closepunctuation", "initialpunctuation", "finalpunctuation", "otherpunctuation", "mathsymbol", "currencysymbol",
        "modifiersymbol", "othersymbol", "unassigned",
    ];

    private static readonly Dictionary<string, string> s_groups = new()
    {
        ["letter"] = "l", ["mark"] = "m", ["combiningmark"] = "m", ["number"] = "n", ["separator"] = "z", ["other"] = "c",
        ["punctuation"] = "p", ["symbol"] = "s",
    };

    // The superscripts and fractions of Latin-1.
    private static readonly CodePointSet s_latinNumbers = CodePointSet.Ranges(0xB2, 0xB3, 0xB9, 0xB9, 0xBC, 0xBE);

    private static readonly CodePointSet s_ascii = CodePointSet.Ranges(0, 127);

    /// <summary>What \w matches outside a bracketed class, and what \b goes by: also the superscripts and fractions of Latin-1.</summary>
    public static CodePointSet LoneWord => Word.Or(s_latinNumbers);

    /// <summary>
    /// What \w matches in a bracketed class: Alphabetic, M, Nd, Pc. With M taken whole, what Alphabetic adds to the letters are the letter
    /// numbers and the circled, squared and parenthesized Latin letters.
    /// </summary>
    private static CodePointSet Word => CodePointSet.Categories(Mask("l") | Mask("m") | Mask("nd") | Mask("nl") | Mask("pc"))
        .Or(CodePointSet.Ranges(0x24B6, 0x24E9, 0x1F130, 0x1F149, 0x1F150, 0x1F169, 0x1F170, 0x1F189));

    /// <summary>The set of a property, or null where the name is not known. Case, spaces, hyphens and underscores do not count.</summary>
    public static CodePointSet? Find(string name)
    {
        string key = string.Concat(name.Split(' ', '-', '_')).ToLowerInvariant();
        int category = Array.IndexOf(s_shortNames, key);
        if (category < 0)
            category = Array.IndexOf(s_longNames, key);
        if (category >= 0)
            return CodePointSet.Categories(1u << category);
        if (key is "lc" or "casedletter")
            return CodePointSet.Categories(Mask("lu") | Mask("ll") | Mask("lt"));
        if (s_groups.TryGetValue(key, out string? group))
            key = group;
        if (key.Length == 1 && Mask(key) is var mask and not 0)
            return CodePointSet.Categories(mask);
        return Derived(key) ?? Script(key);
    }

    private static CodePointSet? Derived(string key) => key switch
    {
        "any" => CodePointSet.All,
        "assigned" => CodePointSet.Categories(Mask("cn")).Complement(),
        "ascii" => s_ascii,
        "blank" => CodePointSet.Categories(Mask("zs")).Or(CodePointSet.Of('\t')),
        "cntrl" => CodePointSet.Categories(Mask("cc")),
        "digit" => CodePointSet.Categories(Mask("nd")),
        "punct" => CodePointSet.Categories(Mask("p")).Or(CodePointSet.Categories(Mask("s")).And(s_ascii)),
        "space" or "whitespace" => CodePointSet.WhiteSpace,
        "word" => Word,
        "xdigit" => CodePointSet.Ranges('0', '9', 'A', 'F', 'a', 'f'),
        _ => null,
    };

    /// <summary>Unicode's Scripts.txt, assigned code points only.</summary>
    private static CodePointSet? Script(string key) => key switch
    {
        "han" => CodePointSet.Ranges(
            0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x3005, 0x3005, 0x3007, 0x3007, 0x3021, 0x3029, 0x3038, 0x303B,
            0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFA6D, 0xFA70, 0xFAD9, 0x16FE2, 0x16FE3, 0x16FF0, 0x16FF1, 0x20000, 0x2A6DF,
            0x2A700, 0x2B739, 0x2B740, 0x2B81D, 0x2B820, 0x2CEA1, 0x2CEB0, 0x2EBE0, 0x2EBF0, 0x2EE5D, 0x2F800, 0x2FA1D, 0x30000, 0x3134A,
            0x31350, 0x323AF),
        "hiragana" =>
            CodePointSet.Ranges(0x3041, 0x3096, 0x309D, 0x309F, 0x1B001, 0x1B11F, 0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1F200, 0x1F200),
        "katakana" =>
            CodePointSet.Ranges(
                0x30A1, 0x30FA, 0x30FD, 0x30FF, 0x31F0, 0x31FF, 0x32D0, 0x32FE, 0x3300, 0x3357, 0xFF66, 0xFF6F, 0xFF71, 0xFF9D,
            0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B000, 0x1B120, 0x1B122, 0x1B155, 0x1B155, 0x1B164, 0x1B167),
        "hangul" =>
            CodePointSet.Ranges(
                0x1100, 0x11FF, 0x302E, 0x302F, 0x3131, 0x318E, 0x3200, 0x321E, 0x3260, 0x327E, 0xA960, 0xA97C, 0xAC00, 0xD7A3,
            0xD7B0, 0xD7C6, 0xD7CB, 0xD7FB, 0xFFA0, 0xFFBE, 0xFFC2, 0xFFC7, 0xFFCA, 0xFFCF, 0xFFD2, 0xFFD7, 0xFFDA, 0xFFDC),
        _ => null,
    };

    private static uint Mask(string prefix)
    {
        uint mask = 0;
        for (int i = 0; i < s_shortNames.Length; i++)
            if (s_shortNames[i].StartsWith(prefix, StringComparison.Ordinal))
                mask |= 1u << i;
        return mask;
    }
}
