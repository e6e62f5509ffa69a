namespace TraceFast.Tokenization.Jinja;

/// <summary>Statements: text, {{ }}, and the {% %} tags that chat templates use.</summary>
internal sealed class Parser
{
    private readonly TokenStream _stream;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private Parser(TokenStream stream)
    {
        _stream = stream;
        _expressions = new ExpressionParser(stream);
    }

    public static Block Parse(string name, string source)
    {
        Parser parser = new(new TokenStream(name, Lexer.Tokenize(name, source)));
        Block body = parser.Body();
        return parser._stream.Unknown.Count == 0 ? body : throw parser._stream.Unknown[0];
    }

    // Statements up to one of the given tags, which is left as the current token; without any, up to the end.
    private Block Body(params ReadOnlySpan<string> ends)
    {
        _stream.Enter();
        int line = _stream.Current.Line;
        List<Statement> statements = new();
        while (true)
        {
            Token token = _stream.Current;
            if (token.Kind == TokenKind.End)
            {
                if (ends.Length > 0)
                    throw _stream.FailAt(line, $"unexpected end of template; a block that begins here lacks its '{ends[^1]}'");
                break;
            }
            _stream.Take();
            if (token.Kind == TokenKind.Data)
            {
                statements.Add(new TemplateText(token.Line, token.Text));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                statements.Add(new Print(_stream.Current.Line, _expressions.ParseTuple()));
                _stream.Expect(TokenKind.VariableEnd);
            }
            else
            {
                Token tag = _stream.Current;
                if (tag.Kind == TokenKind.Name && ends.Contains(tag.Text))
                    break;
                statements.Add(Tag(_stream.ExpectName()));
                _stream.Expect(TokenKind.BlockEnd);
            }
        }
        _stream.Leave();
        return new Block(statements);
    }

    private Statement Tag(Token tag)
    {
        switch (tag.Text)
        {
            case "for":
                return For(tag.Line);
            case "if":
                return If(tag.Line);
            case "set":
                return Set(tag.Line);
            case "macro":
                return new MacroStatement(tag.Line, Macro(VariableName(_stream.ExpectName())));
            case "call":
                return CallBlock(tag.Line);
            case "filter":
                return Filter(tag.Line);
            case "generation":
                return new Generation(tag.Line, SeparateBody("endgeneration"));
            case "break" or "continue":
                if (_loops == 0)
                    throw _stream.FailAt(tag.Line, $"'{tag.Text}' outside a for loop");
                return new Jump(tag.Line, tag.Text == "break" ? Flow.Break : Flow.Continue);
            case "block" or "extends" or "include" or "import" or "from" or "autoescape" or "print" or "with":
                throw _stream.FailAt(tag.Line, $"{{% {tag.Text} %}} is not supported in a chat template");
            default:
                throw _stream.FailAt(tag.Line, $"Encountered unknown tag '{tag.Text}'.");
        }
    }

    // %} body {% end: leaves the end tag's name taken.
    private Block EnclosedBody(string end)
    {
        _stream.Expect(TokenKind.BlockEnd);
        Block body = Body(end);
        _stream.ExpectName(end);
        return body;
    }

    // The body of a macro, call or generation block, which break and continue cannot leave.
    private Block SeparateBody(string end)
    {
        int loops = _loops;
        _loops = 0;
        Block body = EnclosedBody(end);
        _loops = loops;
        return body;
    }

    private For For(int line)
    {
        _loops++;
        Target target = Targets(endName: "in", withNamespace: false);
        _loops--;
        _stream.ExpectName("in");
        Expression items = _expressions.ParseTuple(withInlineIf: false, endName: "recursive");
        Expression? condition = _stream.TakeIfName("if") ? _expressions.Parse() : null;
        if (_stream.Current.IsName("recursive"))
            throw _stream.Fail("recursive for loops are not supported");
        _stream.Expect(TokenKind.BlockEnd);
        _loops++;
        Block body = Body("else", "endfor");
        _loops--;
        if (_stream.Current.IsName("else"))
            throw _stream.Fail("{% for %} ... {% else %} is not supported in a chat template; write {% if not items %} for it");
        _stream.ExpectName("endfor");
        return new For(line, target, items, condition, body);
    }

    private If If(int line)
    {
        List<(Expression, Block)> branches = new();
        Block otherwise = new([]);
        _stream.Conditional++;
        do
        {
            Expression condition = _expressions.ParseTuple(withInlineIf: false);
            _stream.Expect(TokenKind.BlockEnd);
            branches.Add((condition, Body("elif", "else", "endif")));
        }
        while (_stream.TakeIfName("elif"));
        if (_stream.TakeIfName("else"))
        {
            _stream.Expect(TokenKind.BlockEnd);
            otherwise = Body("endif");
        }
        _stream.Conditional--;
        _stream.ExpectName("endif");
        return new If(line, branches, otherwise);
    }

    private Statement Set(int line)
    {
        Target target = Targets(endName: null, withNamespace: true);
        if (_stream.TakeIf("="))
            return new Assignment(line, target, _expressions.ParseTuple());
        FilterCall? filter = (FilterCall?)_expressions.FilterChain(null);
        return new BlockAssignment(line, target, filter, EnclosedBody("endset"));
    }

    private FilterBlock Filter(int line)
    {
        FilterCall filter = (FilterCall)_expressions.FilterChain(null, startsInline: true)!;
        return new FilterBlock(line, filter, EnclosedBody("endfilter"));
    }

    private CallBlock CallBlock(int line)
    {
        _stream.BeginNames();
        List<(string, Expression?)> parameters = _stream.Current.Is("(") ? Signature() : [];
        _stream.EndNames();
        if (_expressions.Parse() is not Call call)
            throw _stream.FailAt(line, "expected call");
        _stream.BeginNames();
        Block body = SeparateBody("endcall");
        return new CallBlock(line, call, new MacroDefinition("caller", parameters, body, _stream.EndNames()));
    }

    private MacroDefinition Macro(string name)
    {
        _stream.BeginNames();
        List<(string, Expression?)> parameters = Signature();
        Block body = SeparateBody("endmacro");
        return new MacroDefinition(name, parameters, body, _stream.EndNames());
    }

    private List<(string, Expression?)> Signature()
    {
        List<(string Name, Expression? Default)> parameters = new();
        _stream.Expect("(");
        while (!_stream.Current.Is(")"))
        {
            if (parameters.Count > 0)
                _stream.Expect(",");
            string name = VariableName(_stream.ExpectName());
            Expression? otherwise = _stream.TakeIf("=") ? _expressions.Parse() : null;
            if (otherwise is null && parameters.Any(p => p.Default is not null))
                throw _stream.Fail("non-default argument follows default argument");
            parameters.Add((name, otherwise));
        }
        _stream.Expect(")");
        return parameters;
    }

    private Target Targets(string? endName, bool withNamespace)
    {
        Target first = SingleTarget(withNamespace);
        if (!_stream.Current.Is(","))
            return first;
        List<Target> targets = new() { first };
        while (_stream.TakeIf(","))
        {
            if (_stream.Current.Is("=") || (endName is not null && _stream.Current.IsName(endName)))
                break;
            targets.Add(SingleTarget(withNamespace));
        }
        return new Target.Several(targets);
    }

    private Target SingleTarget(bool withNamespace)
    {
        if (_stream.TakeIf("("))
        {
            _stream.Enter();
            List<Target> targets = new();
            bool isTuple = false;
            while (!_stream.Current.Is(")"))
            {
                targets.Add(SingleTarget(withNamespace: false));
                if (!_stream.TakeIf(","))
                    break;
                isTuple = true;
            }
            _stream.Expect(")");
            _stream.Leave();
            return targets.Count == 1 && !isTuple ? targets[0] : new Target.Several(targets);
        }
        Token name = _stream.ExpectName();
        if (withNamespace && _stream.TakeIf("."))
        {
            _stream.Read(name.Text);
            return new Target.NamespaceAttribute(name.Text, _stream.ExpectName().Text);
        }
        if (name.Text == "loop" && _loops > 0)
            throw _stream.FailAt(name.Line, "Can't assign to special loop variable");
        return new Target.Variable(VariableName(name));
    }

    private string VariableName(Token token) => token.Text is "true" or "True" or "false" or "False" or "none" or "None"
        ? throw _stream.FailAt(token.Line, "can't assign to 'const'")
        : token.Text;
}
