using System.Globalization;
using System.Text;
using TraceFast.Data.CodePoints;

namespace TraceFast.Tokenization.Patterns;

/// <summary>
/// Translates the regular expressions of tokenizer.json as Oniguruma's default syntax reads them (the library's engine): <c>^</c> and
/// <c>$</c> match at lines, <c>.</c> leaves out the newline, <c>x++</c> is possessive, <c>x{n}+</c> is a repeated repetition, <c>\h</c> is
/// a hexadecimal digit. Groups do not capture, since nothing reads a capture. https://github.com/kkos/oniguruma/blob/master/doc/RE
/// </summary>
internal sealed class OnigurumaTranslator : RegexTranslator
{
    private const int DeepestNesting = 50;
    private const int MostQuantifiers = 10;
    private const int LongestPattern = 20_000;
    private const int LongestLookBehind = 255;
    private const int MostRepetitions = 100_000;

    private static readonly CodePointSet s_lineEnds = CodePointSet.Ranges('\n', '\r', 0x85, 0x85, 0x2028, 0x2029);

    // Two letters that together also fold from one character, as ss does from ß.
    private static readonly string[] s_foldedTogether = ["ss", "ff", "fi", "fl", "st"];

    private bool _ignoreCase;
    private bool _dotMatchesNewline;
    private int _depth;

    private OnigurumaTranslator(string pattern)
        : base(pattern)
    {
    }

    /// <exception cref="RegexSyntaxException">The pattern is malformed, or uses a construct that is not supported.</exception>
    public static TranslatedRegex Translate(string pattern)
    {
        if (pattern.Length > LongestPattern)
            throw new RegexSyntaxException($"a pattern of {pattern.Length} characters, longer than {LongestPattern}");
        OnigurumaTranslator translator = new(pattern);
        Part whole = translator.Alternatives();
        return translator.AtEnd ? translator.Finish(whole) : throw translator.Error("a closing parenthesis without its opening one");
    }

    private Part Alternatives()
    {
        if (++_depth > DeepestNesting)
            throw Error("groups nested too deeply");
        // Options set inside a group end with it.
        (bool, bool) options = (_ignoreCase, _dotMatchesNewline);
        List<Part> alternatives = [Sequence()];
        while (TryTake("|"))
            alternatives.Add(Sequence());
        (_ignoreCase, _dotMatchesNewline) = options;
        _depth--;
        return Part.Choice(alternatives);
    }

    private Part Sequence()
    {
        List<Part> items = [];
        int previous = -1;
        while (!AtEnd && !LooksAt("|") && !LooksAt(")"))
        {
            int start = Position, first = Peek;
            items.Add(Repeated(Atom()));
            int letter = _ignoreCase && Position == start + 1 && first < 128 && char.IsAsciiLetter((char)first) ? first | 0x20 : -1;
            if (previous >= 0 && letter >= 0 && s_foldedTogether.Contains($"{(char)previous}{(char)letter}"))
                throw Error(
                    $"\"{(char)previous}{(char)letter}\" without regard to case, which would also match one "
                        + "character and is not supported");
            previous = letter;
        }
        return Part.Sequence(items);
    }

    private Part Repeated(Part item)
    {
        for (int count = 0; TryQuantifier(out int min, out int max, out bool interval); count++)
        {
            if (count > MostQuantifiers)
                throw Error("too many quantifiers in a row");
            Greed greed = Greed.Greedy;
            if (interval && max == min && LooksAt("?"))
                greed = Greed.Greedy; // {n}? is an optional {n}: the next quantifier.
            else if (TryTake("?"))
                greed = Greed.Lazy;
            else if (!interval && TryTake("+"))
                greed = Greed.Possessive;
            item = item.Repeat(min, max, greed);
        }
        return item;
    }

    private bool TryQuantifier(out int min, out int max, out bool interval)
    {
        (min, max, interval) = (0, Unbounded, false);
        if (TryTake("*"))
            return true;
        if (TryTake("+"))
        {
            min = 1;
            return true;
        }
        if (TryTake("?"))
        {
            max = 1;
            return true;
        }
        interval = true;
        return TryInterval(out min, out max);
    }

    /// <summary>{n}, {n,}, {,m} or {n,m}; anything else in braces means itself.</summary>
    private bool TryInterval(out int min, out int max)
    {
        (min, max) = (0, Unbounded);
        int start = Position;
        if (!TryTake("{"))
            return false;
        string low = TakeWhile(char.IsAsciiDigit);
        string high = TryTake(",") ? TakeWhile(char.IsAsciiDigit) : low;
        if (!TryTake("}") || low.Length + high.Length == 0)
        {
            Position = start;
            return false;
        }
        min = low.Length > 0 ? Number(low, MostRepetitions) : 0;
        max = high.Length > 0 ? Number(high, MostRepetitions) : Unbounded;
        return min <= max ? true : throw Error("a repetition whose most is below its least");
    }

    private Part Atom()
    {
        int codePoint = Take();
        return codePoint switch
        {
            '(' => Group(),
            '[' => One(Class(_ignoreCase, 0)),
            '.' => One(_dotMatchesNewline ? CodePointSet.All : CodePointSet.Of('\n').Complement()),
            '^' => LineStart(alsoAtEnd: false),
            '$' => LineEnd(),
            '\\' => Escape(Take()),
            '*' or '+' or '?' => throw Error("a quantifier with nothing to repeat"),
            _ => Character(codePoint),
        };
    }

    private Part Escape(int letter)
    {
        switch (letter)
        {
            case 'A' or 'z' or 'G':
                return new Part($@"\{(char)letter}");
            case 'Z':
                return TextEnd();
            case 'b' or 'B':
                return Boundary(UnicodeProperties.LoneWord, negative: letter == 'B');
            case 'w' or 'W':
                return One(letter == 'w' ? UnicodeProperties.LoneWord : UnicodeProperties.LoneWord.Complement());
            case 'R':
                return Part.Choice([Part.Sequence([One(CodePointSet.Of('\r')), One(CodePointSet.Of('\n'))]), One(s_lineEnds)]).Atomic();
        }
        if (ClassEscape(letter) is { } set)
            return One(set);
        int codePoint = CharacterEscape(letter);
        return codePoint >= 0 ? Character(codePoint) : throw Error($"the escape \\{char.ConvertFromUtf32(letter)}, which is not supported");
    }

    private Part Character(int codePoint) =>
        One(_ignoreCase ? CaseFolding.Close(CodePointSet.Of(codePoint), withDotlessI: false) : CodePointSet.Of(codePoint));

    private Part Group()
    {
        if (!TryTake("?") || TryTake(":"))
            return Closed(Alternatives());
        if (TryTake(">"))
            return Closed(Alternatives()).Atomic();
        if (TryTake("="))
            return Look(behind: false, negative: false);
        if (TryTake("!"))
            return Look(behind: false, negative: true);
        if (TryTake("<="))
            return Look(behind: true, negative: false);
        if (TryTake("<!"))
            return Look(behind: true, negative: true);
        if (TryTake("#"))
        {
            TakeUntil(")", "no \")\"");
            return new Part("");
        }
        if (TryTake("<"))
        {
            TakeUntil(">", "no \">\"");
            return Closed(Alternatives());
        }
        return OptionGroup();
    }

    private Part Look(bool behind, bool negative)
    {
        Part inside = Closed(Alternatives());
        return !behind || inside.Max <= LongestLookBehind
            ? inside.Look(behind, negative)
            : throw Error($"a look-behind of more than {LongestLookBehind} characters, which is not supported");
    }

    /// <summary>
    /// (?i:...) and (?i) with the options i and m, also switched off after a hyphen. An isolated option holds to the end of
    /// the enclosing group, its further alternatives included: a(?i)b|c reads as a(?i:b|c).
    /// </summary>
    private Part OptionGroup()
    {
        (bool IgnoreCase, bool DotMatchesNewline) before = (_ignoreCase, _dotMatchesNewline);
        bool on = true;
        while (!LooksAt(":") && !LooksAt(")"))
        {
            int option = Take();
            if (option == '-')
                on = false;
            else if (option == 'i')
                _ignoreCase = on;
            else if (option == 'm')
                _dotMatchesNewline = on;
            else
                throw Error($"the group (?{new Rune(option)}, which is not supported");
        }
        bool isolated = Take() == ')';
        Part inside = Alternatives();
        (_ignoreCase, _dotMatchesNewline) = before;
        return isolated ? inside : Closed(inside);
    }

    private Part Closed(Part inside) => TryTake(")") ? inside : throw Error("a group without its closing parenthesis");

    /// <summary>
    /// A bracketed class, from after its opening bracket to after the closing one: ranges, escapes, properties, POSIX classes, nested
    /// classes, negation, and intersection with &amp;&amp;.
    /// </summary>
    private CodePointSet Class(bool closeOverCase, int nesting)
    {
        if (nesting > DeepestNesting)
            throw Error("character classes nested too deeply");
        bool negated = TryTake("^");
        CodePointSet all = CodePointSet.All, members = CodePointSet.Empty;
        for (bool first = true; first || !LooksAt("]"); first = false)
        {
            if (AtEnd)
                throw Error("a character class without its closing bracket");
            if (TryTake("&&"))
                (all, members) = (all.And(members), CodePointSet.Empty);
            else
                members = members.Or(TryTake("[:") ? PosixClass() : TryTake("[") ? Class(closeOverCase: false, nesting + 1) : Range());
        }
        Take();
        all = all.And(members);
        if (closeOverCase)
            all = CaseFolding.Close(all, withDotlessI: false);
        return negated ? all.Complement() : all;
    }

    private CodePointSet Range()
    {
        (int first, CodePointSet set) = Member();
        int here = Position;
        if (first < 0 || !TryTake("-"))
            return set;
        // A hyphen before the end, a nested class or a class escape means itself.
        int last = LooksAt("]") || LooksAt("[") ? -1 : Member().CodePoint;
        if (last >= 0)
            return first <= last ? CodePointSet.Ranges(first, last) : throw Error("a range that ends before it starts");
        Position = here;
        return set;
    }

    /// <summary>A code point, or -1 and a set.</summary>
    private (int CodePoint, CodePointSet Set) Member()
    {
        int codePoint = Take();
        if (codePoint == '\\')
        {
            int letter = Take();
            if (ClassEscape(letter) is { } set)
                return (-1, set);
            codePoint = letter == 'b' ? '\b' : CharacterEscape(letter);
            if (codePoint < 0)
                throw Error($"the escape \\{char.ConvertFromUtf32(letter)} in a character class, which is not supported");
        }
        return (codePoint, CodePointSet.Of(codePoint));
    }

    private CodePointSet PosixClass()
    {
        bool negated = TryTake("^");
        string name = TakeUntil(":]", "no \":]\"");
        bool isKnown = name is "punct" or "digit" or "space" or "word" or "xdigit" or "blank" or "cntrl" or "ascii";
        CodePointSet? set = isKnown ? UnicodeProperties.Find(name) : null;
        if (set is null)
            throw Error($"the class [:{name}:], which is not supported");
        // As a POSIX class, punct takes the symbols beyond ASCII too.
        if (name == "punct")
            set = set.Or(UnicodeProperties.Find("s")!);
        return negated ? set.Complement() : set;
    }

    /// <summary>The set of a class escape such as \s or \p{L}, its letter taken already; null where it is none.</summary>
    private CodePointSet? ClassEscape(int letter)
    {
        CodePointSet? set = (letter | 0x20) switch
        {
            'd' => UnicodeProperties.Find("digit"),
            's' => UnicodeProperties.Find("space"),
            'w' => UnicodeProperties.Find("word"),
            'h' => UnicodeProperties.Find("xdigit"),
            'p' when letter is 'p' or 'P' => Property(),
            _ => null,
        };
        return letter is >= 'A' and <= 'Z' ? set?.Complement() : letter is >= 'a' and <= 'z' ? set : null;
    }

    /// <summary>The rest of <c>\p{...}</c>.</summary>
    private CodePointSet Property()
    {
        string name = TryTake("{") ? TakeUntil("}", "no \"}\"") : char.ConvertFromUtf32(Take());
        bool negated = name.StartsWith('^');
        CodePointSet set = UnicodeProperties.Find(negated ? name[1..] : name)
            ?? throw Error($"the property \\p{{{name}}}, which is not supported");
        return negated ? set.Complement() : set;
    }

    /// <summary>The rest of an escape that represents one code point, after its backslash and letter; -1 where it is none.</summary>
    private int CharacterEscape(int letter) => letter switch
    {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        '0' => 0,
        'x' when TryTake("{") => Hexadecimal(TakeUntil("}", "no \"}\"")),
        'x' => Hexadecimal(TakeWhile(char.IsAsciiHexDigit, atMost: 2)),
        'u' => Hexadecimal(TakeWhile(char.IsAsciiHexDigit, atMost: 4)),
        _ => letter < 128 && char.IsAsciiLetterOrDigit((char)letter) ? -1 : letter,
    };

    private int Hexadecimal(string digits) =>
        int.TryParse(digits.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && Rune.IsValid(value)
            ? value
            : throw Error($"\"{digits}\" as a code point");
}
