namespace TraceFast.Tokenization.Jinja;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <param name="Text">template text, a name, an operator, or the decoded string literal</param>
/// <param name="Number">the value of an Integer (long) or Float (double)</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Number = null)
{
    public bool Is(string operatorText) => Kind == TokenKind.Operator && Text == operatorText;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public string Describe() => Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.Data => "template text",
        _ => Text,
    };
}

/// <summary>
/// Cuts a template into text, {{ }}, {% %} and {# #}, with jinja2's white space rules as transformers sets them: trim_blocks (the
/// newline after a block or comment goes), lstrip_blocks (blanks before a block or comment that starts its line go), '-' strips on its
/// side, '+' keeps, one newline at the end of the template goes.
/// </summary>
internal sealed class Lexer
{
    private readonly string _name;
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;

    private Lexer(string name, string source)
    {
        _name = name;
        string normalized = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = normalized.EndsWith('\n') ? normalized[..^1] : normalized;
    }

    public static List<Token> Tokenize(string name, string source)
    {
        Lexer lexer = new(name, source);
        lexer.Run();
        return lexer._tokens;
    }

    private JinjaException Fail(string reason) => new(_name, _line, reason);

    private void Run()
    {
        // True where the text that follows starts a line, or the template.
        bool lineStarting = true;
        while (_at < _source.Length)
        {
            int open = FindOpening(_at);
            if (open < 0)
            {
                Add(TokenKind.Data, _source[_at..]);
                break;
            }
            char kind = _source[open + 1];
            int after = open + 2;
            char sign = after < _source.Length && _source[after] is '-' or '+' ? _source[after++] : ' ';
            string data = _source[_at..open];
            string kept = sign == '-' ? TrimEnd(data) : data;
            if (sign == ' ' && kind != '{')
                kept = StripBlanksBeforeBlock(data, lineStarting);
            if (kept.Length > 0)
                Add(TokenKind.Data, kept);
            _line += Newlines(_source, _at, after);
            _at = after;
            int before = _at;
            if (kind == '#')
                SkipComment();
            else if (kind != '%' || !TryRaw())
                Inside(kind == '%');
            lineStarting = _at > before && _source[_at - 1] == '\n';
        }
        Add(TokenKind.End, "");
    }

    private int FindOpening(int from)
    {
        for (int i = from; (i = _source.IndexOf('{', i)) >= 0; i++)
            if (i + 1 < _source.Length && _source[i + 1] is '{' or '%' or '#')
                return i;
        return -1;
    }

    private static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && PyText.IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }

    private static string StripBlanksBeforeBlock(string data, bool lineStarting)
    {
        int lineStart = data.LastIndexOf('\n') + 1;
        if (lineStart == 0 && !lineStarting)
            return data;
        for (int i = lineStart; i < data.Length; i++)
            if (!PyText.IsSpace(data[i]))
                return data;
        return data[..lineStart];
    }

    private void SkipComment()
    {
        int close = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (close < 0)
            throw Fail("Missing end of comment tag");
        char sign = close > _at && _source[close - 1] is '-' or '+' ? _source[close - 1] : ' ';
        Advance(close + 2);
        EndTag(sign, trimNewline: true);
    }

    // {% raw %} text {% endraw %}
    private bool TryRaw()
    {
        int i = SkipSpace(_at);
        if (!Word(ref i, "raw"))
            return false;
        i = SkipSpace(i);
        char sign = i < _source.Length && _source[i] == '-' ? _source[i++] : ' ';
        if (string.CompareOrdinal(_source, i, "%}", 0, 2) != 0)
            return false;
        Advance(i + 2);
        EndTag(sign, trimNewline: false);

        for (int open = _at; (open = _source.IndexOf("{%", open, StringComparison.Ordinal)) >= 0; open += 2)
        {
            int end = open + 2;
            char openSign = end < _source.Length && _source[end] is '-' or '+' ? _source[end++] : ' ';
            end = SkipSpace(end);
            if (!Word(ref end, "endraw"))
                continue;
            end = SkipSpace(end);
            char closeSign = end < _source.Length && _source[end] is '-' or '+' ? _source[end++] : ' ';
            if (string.CompareOrdinal(_source, end, "%}", 0, 2) != 0)
                continue;
            string data = _source[_at..open];
            data = openSign == '-' ? TrimEnd(data) : openSign == ' ' ? StripBlanksBeforeBlock(data, lineStarting: false) : data;
            if (data.Length > 0)
                Add(TokenKind.Data, data);
            Advance(end + 2);
            EndTag(closeSign, trimNewline: true);
            return true;
        }
        throw Fail("Missing end of raw directive");
    }

    private bool Word(ref int i, string word)
    {
        if (string.CompareOrdinal(_source, i, word, 0, word.Length) != 0)
            return false;
        i += word.Length;
        return true;
    }

    private int SkipSpace(int i)
    {
        while (i < _source.Length && PyText.IsSpace(_source[i]))
            i++;
        return i;
    }

    // Tokens of one {{ }} or {% %}; the end is looked for only outside brackets, so that {{ {'a': {}} }} works.
    private void Inside(bool block)
    {
        Add(block ? TokenKind.BlockBegin : TokenKind.VariableBegin, block ? "{%" : "{{");
        string close = block ? "%}" : "}}";
        ExpressionLexer expressions = new(_name, _source, _tokens);
        while (true)
        {
            Advance(SkipSpace(_at));
            if (_at >= _source.Length)
                throw Fail($"unexpected end of template, expected '{close}'");
            if (!expressions.InBrackets)
            {
                char sign = _source[_at] == '-' || (block && _source[_at] == '+') ? _source[_at] : ' ';
                int at = sign == ' ' ? _at : _at + 1;
                if (string.CompareOrdinal(_source, at, close, 0, 2) == 0)
                {
                    Add(block ? TokenKind.BlockEnd : TokenKind.VariableEnd, close);
                    Advance(at + 2);
                    EndTag(sign, trimNewline: block);
                    return;
                }
            }
            Advance(expressions.Next(_at, _line));
        }
    }

    private void EndTag(char sign, bool trimNewline)
    {
        if (sign == '-')
            Advance(SkipSpace(_at));
        else if (sign == ' ' && trimNewline && _at < _source.Length && _source[_at] == '\n')
            Advance(_at + 1);
    }

    private void Advance(int to)
    {
        _line += Newlines(_source, _at, to);
        _at = to;
    }

    private static int Newlines(string s, int from, int to) => s.AsSpan(from, to - from).Count('\n');

    private void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));
}
