namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>
/// Bracketed character classes: ranges, escapes, properties, POSIX classes, nested classes, negation, and intersection with &amp;&amp;.
/// </summary>
internal static class CharacterClassParser
{
    private const int DeepestNesting = 50;

    /// <summary>Parses from after the opening bracket to after the closing one.</summary>
    public static CodePointSet Parse(PatternCursor cursor, bool ignoreCase, int depth = 0)
    {
        if (depth > DeepestNesting)
            throw cursor.Error("character classes nested too deeply");
        bool negated = cursor.TryTake("^");
        var intersected = new List<CodePointSet>();
        var members = new List<CodePointSet>();
        bool first = true;
        while (!cursor.LooksAt("]") || first)
        {
            if (cursor.AtEnd)
                throw cursor.Error("a character class without its closing bracket");
            if (cursor.TryTake("&&"))
            {
                intersected.Add(Union(members));
                members.Clear();
            }
            else if (cursor.TryTake("[:"))
            {
                members.Add(Posix(cursor));
            }
            else if (cursor.TryTake("["))
            {
                members.Add(Parse(cursor, ignoreCase: false, depth + 1));
            }
            else
            {
                members.Add(Item(cursor));
            }
            first = false;
        }
        cursor.Take();
        intersected.Add(Union(members));
        CodePointSet set = intersected.Count == 1 ? intersected[0] : new CodePointSet(c => intersected.TrueForAll(s => s.Contains(c)));
        if (ignoreCase)
            set = CaseFolding.Close(set);
        return negated ? set.Complement() : set;
    }

    /// <summary>The set of a class escape such as \s or \p{L}, its letter taken already; null where it is none.</summary>
    public static CodePointSet? ClassEscape(PatternCursor cursor, int letter) => letter switch
    {
        'd' => UnicodeProperty.Find("digit"),
        'D' => UnicodeProperty.Find("digit")!.Complement(),
        's' => UnicodeProperty.Find("space"),
        'S' => UnicodeProperty.Find("space")!.Complement(),
        'w' => UnicodeProperty.Find("word"),
        'W' => UnicodeProperty.Find("word")!.Complement(),
        'h' => UnicodeProperty.Find("xdigit"),
        'H' => UnicodeProperty.Find("xdigit")!.Complement(),
        'p' => cursor.TakeProperty(negated: false),
        'P' => cursor.TakeProperty(negated: true),
        _ => null,
    };

    private static CodePointSet Item(PatternCursor cursor)
    {
        (int from, CodePointSet? set) = Member(cursor);
        int here = cursor.Position;
        if (set is not null || !cursor.TryTake("-"))
            return set ?? new CodePointSet(c => c == from);
        if (cursor.LooksAt("]") || cursor.LooksAt("["))
        {
            // A hyphen before the end (or a nested class) stands for itself.
            cursor.GoTo(here);
            return new CodePointSet(c => c == from);
        }
        (int to, CodePointSet? notACharacter) = Member(cursor);
        if (notACharacter is not null)
        {
            cursor.GoTo(here);
            return new CodePointSet(c => c == from);
        }
        if (to < from)
            throw cursor.Error("a range that ends before it starts");
        return new CodePointSet(c => c >= from && c <= to);
    }

    private static (int CodePoint, CodePointSet? Set) Member(PatternCursor cursor)
    {
        int codePoint = cursor.Take();
        if (codePoint != '\\')
            return (codePoint, null);
        int letter = cursor.Take();
        if (letter == 'b')
            return ('\b', null);
        if (ClassEscape(cursor, letter) is { } set)
            return (-1, set);
        int escaped = cursor.TakeCharacterEscape(letter);
        return escaped >= 0 ? (escaped, null) : throw cursor.Error($"the escape \\{char.ConvertFromUtf32(letter)} in a character class, which is not supported");
    }

    private static CodePointSet Posix(PatternCursor cursor)
    {
        bool negated = cursor.TryTake("^");
        string name = cursor.TakeUntil(":]");
        CodePointSet? set = name is "punct" or "digit" or "space" or "word" or "xdigit" or "blank" or "cntrl" or "ascii" ? UnicodeProperty.Find(name) : null;
        if (set is null)
            throw cursor.Error($"the class [:{name}:], which is not supported");
        // As a POSIX class, punct takes the symbols beyond ASCII too.
        if (name == "punct")
            set = set.Or(UnicodeProperty.Find("s")!);
        return negated ? set.Complement() : set;
    }

    private static CodePointSet Union(List<CodePointSet> members)
    {
        CodePointSet[] all = [.. members];
        return new CodePointSet(c => Array.Exists(all, s => s.Contains(c)));
    }
}
