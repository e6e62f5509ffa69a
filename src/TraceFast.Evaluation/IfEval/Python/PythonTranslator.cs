using TraceFast.Data.CodePoints;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// Translates Python 3.11's regular expressions (string patterns) to .NET's. Source: python/cpython 3.11, Lib/re/_parser.py; what Python
/// rejects is rejected. Not taken: \N{name}, re.ASCII and re.LOCALE.
/// </summary>
internal sealed class PythonTranslator : RegexTranslator
{
    private const int MaxDepth = 200;

    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<bool> _closed = [true];
    private readonly CodePointSet _word = CharacterClasses.Word;
    private readonly CodePointSet _digit = CharacterClasses.Digit;
    private readonly CodePointSet _space = CharacterClasses.Space;
    private bool _ignoreCase;
    private bool _multiLine;
    private bool _dotAll;
    private bool _verbose;
    private Func<int, int>? _letter;
    private int _depth;
    private int _highestCondition;
    private int _flagsEnd; // of the whole pattern, which are at its start

    private PythonTranslator(string pattern)
        : base(pattern)
    {
    }

    /// <summary>What a quantifier may follow, or not.</summary>
    private readonly record struct Item(Part Part, bool IsAnchor = false, bool IsRepeated = false);

    /// <exception cref="RegexSyntaxException">Python would raise re.error.</exception>
    public static TranslatedRegex Translate(string pattern, bool ignoreCase, bool multiLine)
    {
        PythonTranslator translator = new(pattern) { _ignoreCase = ignoreCase, _multiLine = multiLine };
        Part whole = translator.Alternatives();
        if (!translator.AtEnd)
            throw translator.Error("unbalanced parenthesis");
        if (translator._highestCondition >= translator._closed.Count)
            throw translator.Error($"invalid group reference {translator._highestCondition}");
        return translator.Finish(whole, translator._closed.Count - 1, translator._letter);
    }

    private Part Alternatives()
    {
        if (++_depth > MaxDepth)
            throw Error($"groups nested deeper than {MaxDepth}");
        List<Part> alternatives = [Sequence()];
        while (TryTake("|"))
            alternatives.Add(Sequence());
        _depth--;
        return Part.Choice(alternatives);
    }

    private Part Sequence()
    {
        List<Item> items = [];
        while (!AtEnd && !LooksAt("|") && !LooksAt(")"))
        {
            if (SkipVerbose())
                continue;
            if (Atom() is { } item)
                items.Add(Quantified(item));
            else if (items.Count > 0) // a quantifier after a comment applies to what precedes the comment
                items[^1] = Quantified(items[^1]);
        }
        return Part.Sequence(items.ConvertAll(i => i.Part));
    }

    private Item? Atom()
    {
        int c = Take();
        switch (c)
        {
            case '.':
                return new Item(One(_dotAll ? CodePointSet.All : CodePointSet.Of('\n').Complement()));
            case '^':
                return new Item(_multiLine ? LineStart(alsoAtEnd: true) : new Part(@"\A"), IsAnchor: true);
            case '$':
                return new Item(_multiLine ? LineEnd() : TextEnd(), IsAnchor: true);
            case '(':
                return Group() is { } group ? new Item(group) : null;
            case '[':
                return new Item(One(Brackets()));
            case '\\':
                return Escape();
            case '*' or '+' or '?':
            case '{' when Bounds(out _, out _):
                throw Error("nothing to repeat");
            default:
                return Literal(c);
        }
    }

    private static Item Anchor(string text) => new(new Part(text), IsAnchor: true);

    private Item Literal(int c) => new(One(_ignoreCase ? CaseFolding.Close(CodePointSet.Of(c), withDotlessI: true) : CodePointSet.Of(c)));

    private Item Quantified(Item item)
    {
        while (!AtEnd)
        {
            if (SkipVerbose())
                continue;
            int start = Position, min = 0, max = Unbounded;
            if (TryTake("+"))
                min = 1;
            else if (TryTake("?"))
                max = 1;
            else if (!TryTake("*") && !(TryTake("{") && Bounds(out min, out max)))
            {
                Position = start;
                return item;
            }
            if (item.IsAnchor)
                throw Error("nothing to repeat");
            if (item.IsRepeated)
                throw Error("multiple repeat");
            Greed greed = TryTake("?") ? Greed.Lazy : TryTake("+") ? Greed.Possessive : Greed.Greedy;
            item = new Item(item.Part.Repeat(min, max, greed), IsRepeated: true);
        }
        return item;
    }

    /// <summary>m}, m,}, ,n} or m,n} after an opening brace; anything else leaves the brace a literal.</summary>
    private bool Bounds(out int min, out int max)
    {
        int start = Position;
        (min, max) = (0, Unbounded);
        string low = TakeWhile(char.IsAsciiDigit), high = low;
        bool comma = TryTake(",");
        if (comma)
            high = TakeWhile(char.IsAsciiDigit);
        if ((!comma && low.Length == 0) || !TryTake("}"))
        {
            Position = start;
            return false;
        }
        min = low.Length > 0 ? Number(low, Unbounded) : 0;
        max = high.Length > 0 ? Number(high, Unbounded) : Unbounded;
        return min <= max ? true : throw Error("min repeat greater than max repeat");
    }

    private Part? Group()
    {
        if (!TryTake("?"))
            return Capture(null);
        if (TryTake("P"))
            return NamedGroup();
        if (TryTake(":"))
            return Closed(Alternatives);
        if (TryTake(">"))
            return Closed(Alternatives).Atomic();
        if (TryTake("#"))
        {
            TakeUntil(")", "missing ), unterminated comment");
            return null;
        }
        if (TryTake("="))
            return Closed(Alternatives).Look(behind: false, negative: false);
        if (TryTake("!"))
            return Closed(Alternatives).Look(behind: false, negative: true);
        if (TryTake("<="))
            return LookBehind(negative: false);
        if (TryTake("<!"))
            return LookBehind(negative: true);
        if (TryTake("<"))
            throw Error("unknown extension ?<");
        return TryTake("(") ? Closed(Conditional) : Flags();
    }

    private Part Capture(string? name)
    {
        int index = _closed.Count;
        _closed.Add(false);
        if (name != null && !_names.TryAdd(name, index))
            throw Error($"redefinition of group name '{name}'");
        Part inside = Closed(Alternatives);
        _closed[index] = true;
        return inside with { Text = $"({inside.Text})" };
    }

    private Part NamedGroup()
    {
        if (TryTake("<"))
            return Capture(Name(">"));
        if (!TryTake("="))
            throw Error("unknown extension ?P");
        string referred = Name(")");
        return _names.TryGetValue(referred, out int index) ? Reference(index) : throw Error($"unknown group name '{referred}'");
    }

    private Part LookBehind(bool negative)
    {
        Part inside = Closed(Alternatives);
        return inside.Min == inside.Max ? inside.Look(behind: true, negative) : throw Error("look-behind requires fixed-width pattern");
    }

    private Part Conditional()
    {
        string name = Name(")", number: true);
        int index = _names.TryGetValue(name, out int named) ? named
            : name.All(char.IsAsciiDigit) ? Number(name, Unbounded)
            : throw Error($"unknown group name '{name}'");
        if (index == 0)
            throw Error("bad group number");
        _highestCondition = Math.Max(_highestCondition, index);
        Part yes = Sequence();
        Part no = TryTake("|") ? Sequence() : new Part("");
        if (LooksAt("|"))
            throw Error("conditional backref with more than two branches");
        return new Part(
            $"(?({index.ToString(CultureInfo.InvariantCulture)}){yes.Text}|{no.Text})", Math.Min(yes.Min, no.Min),
            Math.Max(yes.Max, no.Max));
    }

    /// <summary>(?ims) at the start of the pattern, or (?i-m:...) around a part.</summary>
    private Part? Flags()
    {
        int start = Position;
        (bool, bool, bool, bool) before = (_ignoreCase, _multiLine, _dotAll, _verbose);
        bool on = true;
        while (!AtEnd && !LooksAt(")") && !LooksAt(":"))
        {
            int flag = Take();
            if (flag == '-' && on && !AtEnd && !LooksAt(")") && !LooksAt(":"))
                on = false;
            else if (flag == 'i')
                _ignoreCase = on;
            else if (flag == 'm')
                _multiLine = on;
            else if (flag == 's')
                _dotAll = on;
            else if (flag == 'x')
                _verbose = on;
            else if (flag != 'u' || !on)
                throw Error("unknown extension or flag");
        }
        if (Position == start)
            throw Error("unexpected end of pattern or missing flag");
        if (TryTake(":"))
        {
            Part inside = Alternatives();
            (_ignoreCase, _multiLine, _dotAll, _verbose) = before;
            return TryTake(")") ? inside : throw Error("missing ), unterminated subpattern");
        }
        if (!TryTake(")"))
            throw Error("missing -, : or )");
        if (!on || start != _flagsEnd + 2)
            throw Error("global flags not at the start of the expression");
        _flagsEnd = Position;
        return null;
    }

    private Part Closed(Func<Part> inside)
    {
        bool outer = _verbose;
        Part part = inside();
        _verbose = outer;
        return TryTake(")") ? part : throw Error("missing ), unterminated subpattern");
    }

    private Part Reference(int index)
    {
        if (index >= _closed.Count)
            throw Error($"invalid group reference {index}");
        if (!_closed[index])
            throw Error("cannot refer to an open group");
        // Where case counts in one reference and not in another, it counts in none.
        if (_ignoreCase || _letter == null)
            _letter = _ignoreCase ? PythonString.Lower : c => c;
        return new Part(string.Create(CultureInfo.InvariantCulture, $@"\k<{index}>"), 0, Unbounded);
    }

    private Item Escape()
    {
        if (AtEnd)
            throw Error("bad escape (end of pattern)");
        if (TryTake("A"))
            return Anchor(@"\A");
        if (TryTake("Z"))
            return Anchor(@"\z");
        if (TryTake("b"))
            return new Item(Boundary(_word, negative: false), IsAnchor: true);
        if (TryTake("B")) // on an empty text it does not hold either
            return Anchor(@"(?!\A\z)" + Boundary(_word, negative: true).Text);
        if (Peek is >= '1' and <= '9')
            return GroupOrOctal();
        return ClassEscape() is { } set ? new Item(One(set)) : Literal(CharacterEscape());
    }

    private Item GroupOrOctal()
    {
        int start = Position;
        if (TakeWhile(IsOctal, atMost: 3) is { Length: 3 } octal && octal[0] < '4')
            return Literal(Convert.ToInt32(octal, 8));
        Position = start;
        return new Item(Reference(Number(TakeWhile(char.IsAsciiDigit, atMost: 2), Unbounded)));
    }

    /// <summary>\d and its like; null for other escapes, which are left unread.</summary>
    private CodePointSet? ClassEscape()
    {
        CodePointSet? set = Peek switch { 'd' or 'D' => _digit, 's' or 'S' => _space, 'w' or 'W' => _word, _ => null };
        return set == null ? null : Take() >= 'a' ? set : set.Complement();
    }

    private int CharacterEscape()
    {
        int c = Take();
        switch (c)
        {
            case 'x':
                return Hexadecimal(2);
            case 'u':
                return Hexadecimal(4);
            case 'U':
                return Hexadecimal(8) is var code and < CodePointSet.End ? code : throw Error("bad escape \\U");
            case '0':
                return Convert.ToInt32($"0{TakeWhile(IsOctal, atMost: 2)}", 8);
        }
        int plain = c < 128 ? "abfnrtv".IndexOf((char)c, StringComparison.Ordinal) : -1;
        if (plain >= 0)
            return "\a\b\f\n\r\t\v"[plain];
        return c >= 128 || !char.IsAsciiLetterOrDigit((char)c) ? c : throw Error($"bad escape \\{(char)c}");
    }

    private int Hexadecimal(int digits)
    {
        string text = TakeWhile(char.IsAsciiHexDigit, digits);
        return text.Length == digits ? (int)Math.Min(Convert.ToUInt32(text, 16), int.MaxValue) : throw Error("incomplete escape");
    }

    private CodePointSet Brackets()
    {
        CodePointSet ranges = CodePointSet.Empty, classes = CodePointSet.Empty;
        bool negated = TryTake("^");
        for (bool first = true; first || !LooksAt("]"); first = false)
        {
            int low = Member(ref classes);
            int here = Position;
            if (TryTake("-") && !LooksAt("]"))
            {
                int high = Member(ref classes);
                if (low < 0 || high < low)
                    throw Error("bad character range");
                ranges = ranges.Or(CodePointSet.Ranges(low, high));
                continue;
            }
            Position = here;
            if (low >= 0)
                ranges = ranges.Or(CodePointSet.Of(low));
        }
        Take();
        CodePointSet set = (_ignoreCase ? CaseFolding.Close(ranges, withDotlessI: true) : ranges).Or(classes);
        return negated ? set.Complement() : set;
    }

    /// <summary>One code point of a bracketed set; -1 where it was a class, which is added.</summary>
    private int Member(ref CodePointSet classes)
    {
        if (AtEnd)
            throw Error("unterminated character set");
        int c = Take();
        if (c != '\\')
            return c;
        if (AtEnd)
            throw Error("unterminated character set");
        if (ClassEscape() is { } set)
        {
            classes = classes.Or(set);
            return -1;
        }
        if (TakeWhile(IsOctal, atMost: 3) is not { Length: > 0 } octal)
            return CharacterEscape();
        int value = Convert.ToInt32(octal, 8);
        return value <= 0xFF ? value : throw Error("octal escape value outside of range 0-0o377");
    }

    private string Name(string end, bool number = false)
    {
        string name = TakeUntil(end, $"missing {end}, unterminated name");
        bool isName = name.Length > 0 && name.All(c => CharacterClasses.IsWord(c) || char.IsSurrogate(c)) && !char.IsAsciiDigit(name[0]);
        if (!isName && !(number && name.Length > 0 && name.All(char.IsAsciiDigit)))
            throw Error($"bad character in group name '{name}'");
        return name;
    }

    /// <summary>White space or a comment where the pattern is verbose.</summary>
    private bool SkipVerbose()
    {
        if (!_verbose || !(LooksAt("#") || CharacterClasses.IsSpace(Peek)))
            return false;
        if (Take() == '#')
        {
            TakeWhile(c => c != '\n');
            TryTake("\n");
        }
        return true;
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';
}
