using System.Runtime.CompilerServices;

namespace TraceFast.Tokenization.Jinja;

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
