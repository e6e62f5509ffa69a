namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>
/// Parses the regular expressions of tokenizer.json as Oniguruma's default syntax reads them (the library's engine):
/// <c>^</c> and <c>$</c> match at lines, <c>.</c> leaves out the newline, <c>x++</c> is possessive, <c>x{n}+</c> is a
/// repeated repetition, <c>\h</c> is a hexadecimal digit. Groups do not capture, since nothing reads a capture.
/// https://github.com/kkos/oniguruma/blob/master/doc/RE
/// </summary>
internal sealed class RegexParser
{
    private const int DeepestNesting = 50;
    private const int MostQuantifiers = 10;
    private const int LongestPattern = 20_000;

    private readonly PatternCursor cursor;
    private bool ignoreCase;
    private bool dotMatchesNewline;
    private int depth;

    private RegexParser(string pattern) => cursor = new PatternCursor(pattern);

    /// <exception cref="RegexSyntaxException">The pattern is malformed, or uses a construct that is not supported.</exception>
    public static RegexNode Parse(string pattern)
    {
        if (pattern.Length > LongestPattern)
            throw new RegexSyntaxException($"a pattern of {pattern.Length} characters, longer than {LongestPattern}");
        var parser = new RegexParser(pattern);
        RegexNode node = parser.Alternatives();
        return parser.cursor.AtEnd ? node : throw parser.cursor.Error("a closing parenthesis without its opening one");
    }

    private RegexNode Alternatives()
    {
        if (++depth > DeepestNesting)
            throw cursor.Error("groups nested too deeply");
        // Options set inside a group end with it.
        (bool, bool) options = (ignoreCase, dotMatchesNewline);
        var alternatives = new List<RegexNode> { Sequence() };
        while (cursor.TryTake("|"))
            alternatives.Add(Sequence());
        (ignoreCase, dotMatchesNewline) = options;
        depth--;
        return alternatives.Count == 1 ? alternatives[0] : new AlternationNode(alternatives);
    }

    private RegexNode Sequence()
    {
        var items = new List<RegexNode>();
        int previous = -1;
        while (!cursor.AtEnd && !cursor.LooksAt("|") && !cursor.LooksAt(")"))
        {
            int start = cursor.Position;
            RegexNode item = Repeated(Atom());
            int codePoint = ignoreCase && item is SetNode or CharacterNode ? CodePointAt(start) : -1;
            if (codePoint >= 0 && previous >= 0 && CaseFolding.FoldTogether(previous, codePoint))
                throw cursor.Error($"\"{(char)previous}{(char)codePoint}\" without regard to case, which would also match one character and is not supported");
            previous = codePoint;
            items.Add(item);
        }
        return items.Count == 1 ? items[0] : new SequenceNode(items);
    }

    /// <summary>The plain letter that was parsed at a position, or -1.</summary>
    private int CodePointAt(int position)
    {
        int here = cursor.Position;
        cursor.GoTo(position);
        int codePoint = cursor.Peek;
        cursor.GoTo(here);
        return codePoint < 128 && char.IsAsciiLetter((char)codePoint) ? codePoint : -1;
    }

    private RegexNode Repeated(RegexNode node)
    {
        for (int count = 0; TryQuantifier(out int least, out int? most, out bool interval); count++)
        {
            if (count > MostQuantifiers)
                throw cursor.Error("too many quantifiers in a row");
            Greed greed = Greed.Greedy;
            if (interval && most == least && cursor.LooksAt("?"))
                greed = Greed.Greedy; // {n}? is an optional {n}: the next quantifier.
            else if (cursor.TryTake("?"))
                greed = Greed.Lazy;
            else if (!interval && cursor.TryTake("+"))
                greed = Greed.Possessive;
            node = new RepeatNode(node, least, most, greed);
        }
        return node;
    }

    private bool TryQuantifier(out int least, out int? most, out bool interval)
    {
        (least, most, interval) = (0, null, false);
        if (cursor.TryTake("*"))
            return true;
        if (cursor.TryTake("+"))
        {
            least = 1;
            return true;
        }
        if (cursor.TryTake("?"))
        {
            most = 1;
            return true;
        }
        return TryInterval(out least, out most, out interval);
    }

    /// <summary>{n}, {n,}, {,m} or {n,m}; anything else in braces stands for itself.</summary>
    private bool TryInterval(out int least, out int? most, out bool interval)
    {
        (least, most, interval) = (0, null, true);
        int start = cursor.Position;
        if (!cursor.TryTake("{"))
            return false;
        int? low = cursor.TakeNumber();
        bool comma = cursor.TryTake(",");
        int? high = comma ? cursor.TakeNumber() : low;
        if (!cursor.TryTake("}") || (low is null && high is null))
        {
            cursor.GoTo(start);
            return false;
        }
        least = low ?? 0;
        most = high;
        if (most < least)
            throw cursor.Error("a repetition whose most is below its least");
        return true;
    }

    private RegexNode Atom()
    {
        int codePoint = cursor.Take();
        switch (codePoint)
        {
            case '(':
                return Group();
            case '[':
                return new SetNode(CharacterClassParser.Parse(cursor, ignoreCase));
            case '.':
                return new SetNode(dotMatchesNewline ? new CodePointSet(_ => true) : new CodePointSet(c => c != '\n'));
            case '^':
                return new AnchorNode(Anchor.LineStart);
            case '$':
                return new AnchorNode(Anchor.LineEnd);
            case '\\':
                return Escape(cursor.Take());
            case '*' or '+' or '?':
                throw cursor.Error("a quantifier with nothing to repeat");
            default:
                return Character(codePoint);
        }
    }

    private RegexNode Escape(int letter)
    {
        Anchor? anchor = letter switch
        {
            'A' => Anchor.TextStart,
            'z' => Anchor.TextEnd,
            'Z' => Anchor.TextEndOrFinalNewline,
            'G' => Anchor.SearchStart,
            'b' => Anchor.WordBoundary,
            'B' => Anchor.NoWordBoundary,
            _ => null,
        };
        if (anchor is { } found)
            return new AnchorNode(found);
        if (letter == 'R')
        {
            RegexNode lineEnd = new SetNode(new CodePointSet(c => c is (>= '\n' and <= '\r') or 0x85 or 0x2028 or 0x2029));
            return new AtomicNode(new AlternationNode([new SequenceNode([new CharacterNode('\r'), new CharacterNode('\n')]), lineEnd]));
        }
        if (letter is 'w' or 'W')
            return new SetNode(new CodePointSet(c => CharacterClasses.IsLoneWord(c) == (letter == 'w')));
        if (CharacterClassParser.ClassEscape(cursor, letter) is { } set)
            return new SetNode(set);
        int codePoint = cursor.TakeCharacterEscape(letter);
        return codePoint >= 0 ? Character(codePoint) : throw cursor.Error($"the escape \\{char.ConvertFromUtf32(letter)}, which is not supported");
    }

    private RegexNode Character(int codePoint) => ignoreCase && CaseFolding.HasVariants(codePoint)
        ? new SetNode(CaseFolding.Close(new CodePointSet(c => c == codePoint)))
        : new CharacterNode(codePoint);

    private RegexNode Group()
    {
        if (!cursor.TryTake("?"))
            return Close(Alternatives());
        if (cursor.TryTake(":"))
            return Close(Alternatives());
        if (cursor.TryTake(">"))
            return new AtomicNode(Close(Alternatives()));
        if (cursor.TryTake("="))
            return new LookNode(Close(Alternatives()), Behind: false, Negative: false);
        if (cursor.TryTake("!"))
            return new LookNode(Close(Alternatives()), Behind: false, Negative: true);
        if (cursor.TryTake("<="))
            return new LookNode(Close(Alternatives()), Behind: true, Negative: false);
        if (cursor.TryTake("<!"))
            return new LookNode(Close(Alternatives()), Behind: true, Negative: true);
        if (cursor.TryTake("#"))
        {
            cursor.TakeUntil(")");
            return new SequenceNode([]);
        }
        if (cursor.TryTake("<"))
        {
            cursor.TakeUntil(">");
            return Close(Alternatives());
        }
        return OptionGroup();
    }

    /// <summary>
    /// (?i:...) and (?i) with the options i and m, also switched off after a hyphen. An isolated option holds to the end of
    /// the enclosing group, its further alternatives included: a(?i)b|c reads as a(?i:b|c).
    /// </summary>
    private RegexNode OptionGroup()
    {
        (bool IgnoreCase, bool DotMatchesNewline) before = (ignoreCase, dotMatchesNewline);
        bool on = true;
        while (!cursor.LooksAt(":") && !cursor.LooksAt(")"))
        {
            int option = cursor.Take();
            if (option == '-')
                on = false;
            else if (option == 'i')
                ignoreCase = on;
            else if (option == 'm')
                dotMatchesNewline = on;
            else
                throw cursor.Error($"the group (?{char.ConvertFromUtf32(option)}, which is not supported");
        }
        bool isolated = cursor.Take() == ')';
        RegexNode node = Alternatives();
        (ignoreCase, dotMatchesNewline) = before;
        return isolated ? node : Close(node);
    }

    private RegexNode Close(RegexNode node) => cursor.TryTake(")") ? node : throw cursor.Error("a group without its closing parenthesis");
}
