using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>Names, numbers, string literals and operators inside {{ }} and {% %}.</summary>
internal sealed class ExpressionLexer(string name, string source, List<Token> tokens)
{
    // Longest first.
    private static readonly string[] s_operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",",
        ";",
    ];

    private readonly Stack<char> _brackets = new();
    private int _line;

    public bool InBrackets => _brackets.Count > 0;

    /// <summary>Reads one token at <paramref name="at"/> (not white space) and returns where it ends.</summary>
    public int Next(int at, int line)
    {
        _line = line;
        char c = source[at];
        if (char.IsAsciiDigit(c))
            return Number(at);
        if (c is '\'' or '"')
            return String(at);
        if (c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c))
            return Name(at);
        foreach (string op in s_operators)
        {
            if (string.CompareOrdinal(source, at, op, 0, op.Length) != 0)
                continue;
            Balance(op);
            tokens.Add(new Token(TokenKind.Operator, op, line));
            return at + op.Length;
        }
        throw Fail($"unexpected char '{c}'");
    }

    private JinjaException Fail(string reason) => new(name, _line, reason);

    private void Balance(string op)
    {
        switch (op)
        {
            case "(" or "[" or "{":
                if (_brackets.Count >= JinjaLimits.ParseDepth)
                    throw Fail($"brackets nested deeper than {JinjaLimits.ParseDepth}");
                _brackets.Push(op == "(" ? ')' : op == "[" ? ']' : '}');
                break;
            case ")" or "]" or "}":
                if (!_brackets.TryPop(out char expected))
                    throw Fail($"unexpected '{op}'");
                if (expected != op[0])
                    throw Fail($"unexpected '{op}', expected '{expected}'");
                break;
        }
    }

    private int Name(int at)
    {
        int end = at;
        while (end < source.Length && (source[end] == '_' || char.IsLetterOrDigit(source[end]) || char.IsSurrogate(source[end])
            || char.GetUnicodeCategory(source[end]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
            end++;
        if (char.IsAsciiDigit(source[at]))
            throw Fail("Invalid character in identifier");
        tokens.Add(new Token(TokenKind.Name, source[at..end], _line));
        return end;
    }

    private int Number(int at)
    {
        int end = at;
        bool isFloat = false;
        string digits;
        int radix = source[at] == '0' && at + 1 < source.Length
            ? char.ToLowerInvariant(source[at + 1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 }
            : 10;
        if (radix != 10)
        {
            end = at + 2;
            while (end < source.Length && (char.IsAsciiHexDigit(source[end]) || source[end] == '_'))
                end++;
            digits = source[(at + 2)..end].Replace("_", "", StringComparison.Ordinal);
            long value = 0;
            foreach (char d in digits)
            {
                int digit = int.Parse(d.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (digit >= radix || value > (long.MaxValue - digit) / radix)
                    throw Fail($"'{source[at..end]}' is not a 64-bit integer");
                value = value * radix + digit;
            }
            if (digits.Length == 0)
                throw Fail($"'{source[at..end]}' is not a number");
            tokens.Add(new Token(TokenKind.Integer, source[at..end], _line, value));
            return end;
        }
        end = Digits(end);
        // messages.0.content: a number right after a dot is an index, never a float.
        bool afterDot = tokens.Count > 0 && tokens[^1].Is(".") && source[at - 1] == '.';
        if (!afterDot && end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            isFloat = true;
            end = Digits(end + 1);
        }
        if (!afterDot && end < source.Length && source[end] is 'e' or 'E' && !afterDot)
        {
            int exponent = end + 1;
            if (exponent < source.Length && source[exponent] is '+' or '-')
                exponent++;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                isFloat = true;
                end = Digits(exponent);
            }
        }
        digits = source[at..end].Replace("_", "", StringComparison.Ordinal);
        if (isFloat)
            tokens.Add(new Token(TokenKind.Float, digits, _line, double.Parse(digits, CultureInfo.InvariantCulture)));
        else if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long integer))
            tokens.Add(new Token(TokenKind.Integer, digits, _line, integer));
        else
            throw Fail($"'{digits}' does not fit in 64 bits");
        return end;
    }

    private int Digits(int i)
    {
        while (i < source.Length && (char.IsAsciiDigit(source[i])
            || (source[i] == '_' && i + 1 < source.Length && char.IsAsciiDigit(source[i + 1]))))
            i++;
        return i;
    }

    private int String(int at)
    {
        char quote = source[at];
        int i = at + 1;
        StringBuilder text = new();
        while (true)
        {
            if (i >= source.Length)
                throw Fail($"a string that starts with {quote} does not end");
            char c = source[i++];
            if (c == quote)
                break;
            if (c == '\\' && i < source.Length)
                i = Escape(i, text);
            else
                text.Append(c);
        }
        tokens.Add(new Token(TokenKind.String, text.ToString(), _line));
        return i;
    }

    // Python's string escapes; an unknown one keeps its backslash.
    private int Escape(int i, StringBuilder text)
    {
        char c = source[i++];
        switch (c)
        {
            case '\n':
                return i;
            case 'x':
                return CodePoint(i, 2, text);
            case 'u':
                return CodePoint(i, 4, text);
            case 'U':
                return CodePoint(i, 8, text);
            case 'N':
                throw Fail("\\N{...} names of characters are not supported: use \\uXXXX");
            case >= '0' and <= '7':
                int value = c - '0';
                for (int n = 1; n < 3 && i < source.Length && source[i] is >= '0' and <= '7'; n++)
                    value = value * 8 + source[i++] - '0';
                text.Append((char)value);
                return i;
        }
        int at = "\\'\"abfnrtv".IndexOf(c, StringComparison.Ordinal);
        if (at >= 0)
            text.Append("\\'\"\a\b\f\n\r\t\v"[at]);
        else
            text.Append('\\').Append(c);
        return i;
    }

    private int CodePoint(int i, int digits, StringBuilder text)
    {
        if (i + digits > source.Length
            || !uint.TryParse(source.AsSpan(i, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
            || code > 0x10FFFF)
            throw Fail($"an escape needs {digits} hexadecimal digits of a code point");
        if (code < 0x10000)
            text.Append((char)code);
        else
            text.Append(char.ConvertFromUtf32((int)code));
        return i + digits;
    }
}

/// <summary>The tokens of a template with a place in them, and what both parsers share: expectations, errors, nesting.</summary>
internal sealed class TokenStream(string template, List<Token> tokens)
{
    private int _at;
    private int _depth;

    // The variables read so far in each macro that is being parsed.
    private readonly Stack<HashSet<string>> _names = new();

    public Token Current => tokens[_at];

    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Take()
    {
        Token token = tokens[_at];
        if (token.Kind != TokenKind.End)
            _at++;
        return token;
    }

    public bool TakeIf(string op)
    {
        if (!Current.Is(op))
            return false;
        _at++;
        return true;
    }

    public bool TakeIfName(string name)
    {
        if (!Current.IsName(name))
            return false;
        _at++;
        return true;
    }

    public Token Expect(string op) => Current.Is(op) ? Take() : throw Unexpected($"'{op}'");

    public Token ExpectName() => Current.Kind == TokenKind.Name ? Take() : throw Unexpected("a name");

    public void ExpectName(string name)
    {
        if (!TakeIfName(name))
            throw Unexpected($"'{name}'");
    }

    public void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
            throw Unexpected(new Token(kind, "", 0).Describe());
        Take();
    }

    public JinjaException Unexpected(string expected) => Fail($"expected {expected}, got '{Current.Describe()}'");

    public JinjaException Fail(string reason) => FailAt(Current.Line, reason);

    public JinjaException FailAt(int line, string reason) => new(template, line, reason);

    /// <summary>Bounds the nesting of what is parsed; pair with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > JinjaLimits.ParseDepth)
            throw Fail($"nested deeper than {JinjaLimits.ParseDepth}");
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    public void Leave() => _depth--;

    public void BeginNames() => _names.Push([]);

    public IReadOnlySet<string> EndNames()
    {
        HashSet<string> names = _names.Pop();
        if (_names.TryPeek(out HashSet<string>? outer))
            outer.UnionWith(names);
        return names;
    }

    public void Read(string name)
    {
        if (_names.TryPeek(out HashSet<string>? names))
            names.Add(name);
    }

    /// <summary>Above zero inside if, where an unknown filter or test is an error only when it is reached.</summary>
    public int Conditional { get; set; }

    /// <summary>Unknown filters and tests outside if; an inline if around them takes them back.</summary>
    public List<JinjaException> Unknown { get; } = [];
}
