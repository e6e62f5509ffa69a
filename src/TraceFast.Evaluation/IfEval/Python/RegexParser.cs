using System.Globalization;
using System.Text;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// Reads Python 3.11's regular expressions (string patterns). Source: python/cpython 3.11, Lib/re/_parser.py; what Python rejects is rejected.
/// Not taken: \N{name}, re.ASCII and re.LOCALE.
/// </summary>
internal sealed class RegexParser
{
    private const int MaxRepeat = int.MaxValue;
    private const int MaxDepth = 200;

    private readonly int[] pattern;
    private readonly Dictionary<string, int> names = new(StringComparer.Ordinal);
    private readonly List<bool> closed = [true];
    private bool ignoreCase;
    private bool multiLine;
    private bool dotAll;
    private bool verbose;
    private int at;
    private int depth;
    private int highestCondition;

    private RegexParser(string pattern, bool ignoreCase, bool multiLine)
    {
        this.pattern = [.. pattern.EnumerateRunes().Select(r => r.Value)];
        this.ignoreCase = ignoreCase;
        this.multiLine = multiLine;
    }

    /// <summary>The tree, and the number of capturing groups.</summary>
    /// <exception cref="RegexSyntaxException">Python would raise re.error.</exception>
    public static (RegexNode Root, int Groups) Parse(string pattern, bool ignoreCase, bool multiLine)
    {
        RegexParser parser = new(pattern, ignoreCase, multiLine);
        RegexNode root = parser.Alternatives();
        if (parser.at < parser.pattern.Length)
            throw parser.Error("unbalanced parenthesis");
        if (parser.highestCondition >= parser.closed.Count)
            throw parser.Error($"invalid group reference {parser.highestCondition}");
        return (root, parser.closed.Count - 1);
    }

    private RegexNode Alternatives()
    {
        if (++depth > MaxDepth)
            throw Error($"groups nested deeper than {MaxDepth}");
        List<RegexNode> alternatives = [Sequence()];
        while (Take('|'))
            alternatives.Add(Sequence());
        depth--;
        return alternatives.Count == 1 ? alternatives[0] : new RegexNode.Choice(alternatives);
    }

    private RegexNode Sequence()
    {
        List<RegexNode> items = [];
        while (at < pattern.Length && pattern[at] is not ('|' or ')'))
        {
            int c = pattern[at];
            if (verbose && (CharacterClasses.IsSpace(c) || c == '#'))
            {
                SkipVerbose();
                continue;
            }
            if (Item() is { } item)
                items.Add(Quantified(item));
            else if (items.Count > 0) // what follows a comment repeats what stands before it
                items[^1] = Quantified(items[^1]);
        }
        return items.Count == 1 ? items[0] : new RegexNode.Sequence(items);
    }

    private RegexNode? Item()
    {
        int c = pattern[at++];
        switch (c)
        {
            case '.':
                return new RegexNode.Set(CharacterSet.Any(dotAll));
            case '^':
                return new RegexNode.Anchor(multiLine ? AnchorKind.LineStart : AnchorKind.Start);
            case '$':
                return new RegexNode.Anchor(multiLine ? AnchorKind.LineEnd : AnchorKind.EndOrLastLineFeed);
            case '(':
                return Group();
            case '[':
                return Brackets();
            case '\\':
                return Escape();
            case '*' or '+' or '?':
            case '{' when Bounds(out _, out _):
                throw Error("nothing to repeat", -1);
            default:
                return Literal(c);
        }
    }

    private RegexNode.Set Literal(int c) => new(CharacterSet.Of(c, ignoreCase));

    private RegexNode Quantified(RegexNode item)
    {
        bool repeated = item is RegexNode.Repeat;
        while (at < pattern.Length)
        {
            if (verbose && (CharacterClasses.IsSpace(pattern[at]) || pattern[at] == '#'))
            {
                SkipVerbose();
                continue;
            }
            int before = at, min, max;
            if (Take('*'))
                (min, max) = (0, MaxRepeat);
            else if (Take('+'))
                (min, max) = (1, MaxRepeat);
            else if (Take('?'))
                (min, max) = (0, 1);
            else if (pattern[at] != '{' || !BoundsAfterBrace(out min, out max))
                return item;
            if (item is RegexNode.Anchor)
                throw Error("nothing to repeat", before - at);
            if (repeated)
                throw Error("multiple repeat", before - at);
            repeated = true;
            RepeatMode mode = Take('?') ? RepeatMode.Lazy : Take('+') ? RepeatMode.Possessive : RepeatMode.Greedy;
            item = new RegexNode.Repeat(item, min, max, mode);
        }
        return item;
    }

    private bool BoundsAfterBrace(out int min, out int max)
    {
        int before = at++;
        if (Bounds(out min, out max))
            return true;
        at = before;
        return false;
    }

    /// <summary>m}, m,}, ,n} or m,n} after an opening brace; anything else leaves the brace a literal.</summary>
    private bool Bounds(out int min, out int max)
    {
        int before = at;
        (min, max) = (0, MaxRepeat);
        string low = Digits(), high = low;
        if (Take(','))
            high = Digits();
        else if (low.Length == 0)
            high = "none";
        if (high == "none" || !Take('}'))
        {
            at = before;
            return false;
        }
        if (low.Length > 0)
            min = Number(low);
        if (high.Length > 0)
            max = Number(high);
        if (max < min)
            throw Error("min repeat greater than max repeat");
        return true;
    }

    private int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw Error("the repetition number is too large");

    private string Digits()
    {
        int start = at;
        while (at < pattern.Length && pattern[at] < 128 && char.IsAsciiDigit((char)pattern[at]))
            at++;
        return Text(start, at);
    }

    private RegexNode? Group()
    {
        if (!Take('?'))
            return Closed(() => Capture(null));
        if (Take('P'))
            return NamedGroup();
        if (Take(':'))
            return Closed(() => new RegexNode.Group(0, Alternatives()));
        if (Take('>'))
            return Closed(() => new RegexNode.Atomic(Alternatives()));
        if (Take('#'))
        {
            while (at < pattern.Length && pattern[at] != ')')
                at++;
            Require(')', "missing ), unterminated comment");
            return null;
        }
        if (Take('='))
            return Closed(() => new RegexNode.Look(Alternatives(), 0, Negative: false));
        if (Take('!'))
            return Closed(() => new RegexNode.Look(Alternatives(), 0, Negative: true));
        if (Take('<'))
        {
            if (!Take('=') && !Take('!'))
                throw Error("unknown extension ?<");
            bool negative = pattern[at - 1] == '!';
            return Closed(() => LookBehind(negative));
        }
        return Take('(') ? Closed(Conditional) : Flags();
    }

    private RegexNode.Group Capture(string? name)
    {
        int index = closed.Count;
        closed.Add(false);
        if (name != null && !names.TryAdd(name, index))
            throw Error($"redefinition of group name '{name}'");
        RegexNode inside = Alternatives();
        closed[index] = true;
        return new RegexNode.Group(index, inside);
    }

    private RegexNode NamedGroup()
    {
        if (Take('<'))
        {
            string name = NameUntil('>');
            return Closed(() => Capture(name));
        }
        Require('=', "unknown extension ?P");
        string referred = NameUntil(')');
        if (!names.TryGetValue(referred, out int index))
            throw Error($"unknown group name '{referred}'");
        return Reference(index);
    }

    private RegexNode.Look LookBehind(bool negative)
    {
        RegexNode inside = Alternatives();
        (int min, int max) = inside.Width();
        if (min != max)
            throw Error("look-behind requires fixed-width pattern");
        return new RegexNode.Look(inside, min, negative);
    }

    private RegexNode.Conditional Conditional()
    {
        string name = NameUntil(')', number: true);
        int index = names.TryGetValue(name, out int named) ? named : name.All(char.IsAsciiDigit) ? Number(name) : throw Error($"unknown group name '{name}'");
        if (index == 0)
            throw Error("bad group number");
        highestCondition = Math.Max(highestCondition, index);
        RegexNode yes = Sequence();
        RegexNode no = Take('|') ? Sequence() : new RegexNode.Sequence([]);
        if (at < pattern.Length && pattern[at] == '|')
            throw Error("conditional backref with more than two branches");
        return new RegexNode.Conditional(index, yes, no);
    }

    /// <summary>(?ims) at the start of the pattern, or (?i-m:...) around a part.</summary>
    private RegexNode.Group? Flags()
    {
        int start = at;
        (bool, bool, bool, bool) before = (ignoreCase, multiLine, dotAll, verbose);
        bool on = true;
        while (at < pattern.Length && pattern[at] is not (')' or ':'))
        {
            int flag = pattern[at++];
            if (flag == '-' && on && at < pattern.Length && pattern[at] is not (')' or ':'))
                on = false;
            else if (flag == 'i')
                ignoreCase = on;
            else if (flag == 'm')
                multiLine = on;
            else if (flag == 's')
                dotAll = on;
            else if (flag == 'x')
                verbose = on;
            else if (flag != 'u' || !on)
                throw Error("unknown extension or flag");
        }
        if (at == start)
            throw Error("unexpected end of pattern or missing flag");
        if (Take(':'))
        {
            RegexNode inside = Alternatives();
            (ignoreCase, multiLine, dotAll, verbose) = before;
            Require(')', "missing ), unterminated subpattern");
            return new RegexNode.Group(0, inside);
        }
        Require(')', "missing -, : or )");
        if (start != 2 || !on)
            throw Error("global flags not at the start of the expression");
        return null;
    }

    private T Closed<T>(Func<T> inside)
        where T : RegexNode
    {
        bool outer = verbose;
        T node = inside();
        verbose = outer;
        Require(')', "missing ), unterminated subpattern");
        return node;
    }

    private RegexNode.BackReference Reference(int index)
    {
        if (index >= closed.Count)
            throw Error($"invalid group reference {index}");
        if (!closed[index])
            throw Error("cannot refer to an open group");
        return new RegexNode.BackReference(index, ignoreCase);
    }

    private RegexNode Escape()
    {
        if (at == pattern.Length)
            throw Error("bad escape (end of pattern)");
        int c = pattern[at];
        switch (c)
        {
            case 'A' or 'Z' or 'b' or 'B':
                at++;
                return new RegexNode.Anchor(c switch { 'A' => AnchorKind.Start, 'Z' => AnchorKind.End, 'b' => AnchorKind.WordBoundary, _ => AnchorKind.NoWordBoundary });
            case >= '1' and <= '9':
                return GroupOrOctal();
            default:
                return ClassEscape() is { } isIn ? new RegexNode.Set(CharacterSet.Of(isIn)) : Literal(CharacterEscape());
        }
    }

    private RegexNode GroupOrOctal()
    {
        int start = at++;
        if (at < pattern.Length && IsDigit(pattern[at]))
        {
            if (pattern[start] < '4' && IsOctal(pattern[start]) && IsOctal(pattern[at]) && at + 1 < pattern.Length && IsOctal(pattern[at + 1]))
            {
                at += 2;
                return Literal(Convert.ToInt32(Text(start, at), 8));
            }
            at++;
        }
        return Reference(Number(Text(start, at)));
    }

    /// <summary>\d and its like; null for other escapes, which are left unread.</summary>
    private Func<int, bool>? ClassEscape()
    {
        Func<int, bool>? isIn = pattern[at] switch
        {
            'd' => CharacterClasses.IsDigit,
            'D' => c => !CharacterClasses.IsDigit(c),
            's' => CharacterClasses.IsSpace,
            'S' => c => !CharacterClasses.IsSpace(c),
            'w' => CharacterClasses.IsWord,
            'W' => c => !CharacterClasses.IsWord(c),
            _ => null,
        };
        at += isIn == null ? 0 : 1;
        return isIn;
    }

    private int CharacterEscape()
    {
        int c = pattern[at++];
        switch (c)
        {
            case 'x':
                return Hexadecimal(2);
            case 'u':
                return Hexadecimal(4);
            case 'U':
                return Hexadecimal(8) is var code and <= 0x10FFFF ? code : throw Error("bad escape \\U");
            case '0':
                int start = at - 1;
                while (at < pattern.Length && at - start < 3 && IsOctal(pattern[at]))
                    at++;
                return Convert.ToInt32(Text(start, at), 8);
        }
        int plain = "abfnrtv".IndexOf((char)Math.Min(c, char.MaxValue), StringComparison.Ordinal);
        if (plain >= 0)
            return "\a\b\f\n\r\t\v"[plain];
        if (c < 128 && char.IsAsciiLetterOrDigit((char)c))
            throw Error($"bad escape \\{(char)c}");
        return c;
    }

    private int Hexadecimal(int digits)
    {
        if (at + digits > pattern.Length || !Text(at, at + digits).All(char.IsAsciiHexDigit))
            throw Error("incomplete escape");
        at += digits;
        return (int)Math.Min(Convert.ToUInt32(Text(at - digits, at), 16), int.MaxValue);
    }

    private RegexNode.Set Brackets()
    {
        List<(int, int)> ranges = [];
        List<Func<int, bool>> classes = [];
        bool negated = Take('^');
        int start = at;
        while (true)
        {
            if (at == pattern.Length)
                throw Error("unterminated character set");
            if (pattern[at] == ']' && at > start)
                break;
            int? low = Member(classes);
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                at++;
                int? high = Member(classes);
                if (low is not { } first || high is not { } last || last < first)
                    throw Error("bad character range");
                ranges.Add((first, last));
            }
            else if (low is { } single)
            {
                ranges.Add((single, single));
            }
        }
        at++;
        return new RegexNode.Set(new CharacterSet(ranges, classes, negated, ignoreCase));
    }

    /// <summary>One code point of a bracketed set; null where it was a class, which is added.</summary>
    private int? Member(List<Func<int, bool>> classes)
    {
        int c = pattern[at++];
        if (c != '\\')
            return c;
        if (at == pattern.Length)
            throw Error("unterminated character set");
        if (ClassEscape() is { } isIn)
        {
            classes.Add(isIn);
            return null;
        }
        if (IsOctal(pattern[at]))
        {
            int start = at;
            while (at < pattern.Length && at - start < 3 && IsOctal(pattern[at]))
                at++;
            int value = Convert.ToInt32(Text(start, at), 8);
            return value <= 0xFF ? value : throw Error("octal escape value outside of range 0-0o377");
        }
        return CharacterEscape();
    }

    private string NameUntil(char end, bool number = false)
    {
        int start = at;
        while (at < pattern.Length && pattern[at] != end)
            at++;
        string name = Text(start, at);
        Require(end, $"missing {end}, unterminated name");
        bool isName = name.Length > 0 && name.All(c => CharacterClasses.IsWord(c) || char.IsSurrogate(c)) && !char.IsAsciiDigit(name[0]);
        if (!isName && !(number && name.Length > 0 && name.All(char.IsAsciiDigit)))
            throw Error($"bad character in group name '{name}'");
        return name;
    }

    private void SkipVerbose()
    {
        if (pattern[at++] == '#')
            while (at < pattern.Length && pattern[at++] != '\n')
            {
            }
    }

    private bool Take(char c)
    {
        if (at == pattern.Length || pattern[at] != c)
            return false;
        at++;
        return true;
    }

    private void Require(char c, string otherwise)
    {
        if (!Take(c))
            throw Error(otherwise);
    }

    private string Text(int start, int end)
    {
        StringBuilder text = new();
        foreach (int c in pattern.AsSpan(start, end - start))
            text.Append(new Rune(c).ToString());
        return text.ToString();
    }

    private RegexSyntaxException Error(string message, int offset = 0) => new(message, at + offset);

    private static bool IsDigit(int c) => c is >= '0' and <= '9';

    private static bool IsOctal(int c) => c is >= '0' and <= '7';
}
