namespace TraceFast.Tokenization.Jinja;

/// <summary>
/// Expressions, by jinja2's precedence from loosest to tightest: inline if, or, and, not, comparisons and in, + -, ~, * %, unary -,
/// then . [] () | is.
/// </summary>
internal sealed class ExpressionParser(TokenStream stream)
{
    public Expression Parse() => InlineIf();

    /// <summary>An expression, or a tuple where commas follow.</summary>
    public Expression ParseTuple(bool withInlineIf = true, bool parenthesized = false, string? endName = null)
    {
        int line = stream.Current.Line;
        List<Expression> items = new();
        bool isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(withInlineIf ? InlineIf() : Or());
            if (!stream.TakeIf(","))
                break;
            isTuple = true;
        }
        if (!isTuple && items.Count == 1)
            return items[0];
        if (items.Count == 0 && !parenthesized)
            throw stream.Unexpected("an expression");
        return new TupleLiteral(line, items);
    }

    private bool IsTupleEnd(string? endName) =>
        stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || stream.Current.Is(")")
        || (endName is not null && stream.Current.IsName(endName));

    private Expression InlineIf()
    {
        stream.Enter();
        int known = stream.Unknown.Count;
        Expression value = Or();
        while (stream.Current.IsName("if"))
        {
            int line = stream.Take().Line;
            Expression condition = Or();
            Expression? otherwise = stream.TakeIfName("else") ? InlineIf() : null;
            value = new InlineIf(line, condition, value, otherwise);
            stream.Unknown.RemoveRange(known, stream.Unknown.Count - known);
        }
        stream.Leave();
        return value;
    }

    private Expression Or()
    {
        Expression left = And();
        while (stream.Current.IsName("or"))
            left = new Logical(stream.Take().Line, isAnd: false, left, And());
        return left;
    }

    private Expression And()
    {
        Expression left = NotExpression();
        while (stream.Current.IsName("and"))
            left = new Logical(stream.Take().Line, isAnd: true, left, NotExpression());
        return left;
    }

    private Expression NotExpression()
    {
        if (!stream.Current.IsName("not"))
            return Compare();
        int line = stream.Take().Line;
        stream.Enter();
        Not node = new(line, NotExpression());
        stream.Leave();
        return node;
    }

    private Expression Compare()
    {
        int line = stream.Current.Line;
        Expression first = Sum();
        List<(ComparisonOperator, Expression)> rest = new();
        while (ComparisonSign() is { } op)
            rest.Add((op, Sum()));
        return rest.Count == 0 ? first : new Comparison(line, first, rest);
    }

    private ComparisonOperator? ComparisonSign()
    {
        if (stream.Current.IsName("not") && stream.Next.IsName("in"))
        {
            stream.Take();
            stream.Take();
            return ComparisonOperator.NotIn;
        }
        ComparisonOperator? op = stream.Current switch
        {
            { Kind: TokenKind.Name, Text: "in" } => ComparisonOperator.In,
            { Kind: not TokenKind.Operator } => null,
            { Text: "==" } => ComparisonOperator.Equal,
            { Text: "!=" } => ComparisonOperator.NotEqual,
            { Text: "<" } => ComparisonOperator.Less,
            { Text: "<=" } => ComparisonOperator.LessOrEqual,
            { Text: ">" } => ComparisonOperator.Greater,
            { Text: ">=" } => ComparisonOperator.GreaterOrEqual,
            _ => null,
        };
        if (op is not null)
            stream.Take();
        return op;
    }

    private Expression Sum()
    {
        Expression left = Concatenate();
        while (stream.Current.Is("+") || stream.Current.Is("-"))
        {
            Token op = stream.Take();
            left = new Arithmetic(op.Line, (ArithmeticOperator)op.Text[0], left, Concatenate());
        }
        return left;
    }

    private Expression Concatenate()
    {
        int line = stream.Current.Line;
        Expression first = Product();
        if (!stream.Current.Is("~"))
            return first;
        List<Expression> parts = new() { first };
        while (stream.TakeIf("~"))
            parts.Add(Product());
        return new Concatenation(line, parts);
    }

    private Expression Product()
    {
        Expression left = Unary(withFilter: true);
        while (stream.Current.Is("*") || stream.Current.Is("%"))
        {
            Token op = stream.Take();
            left = new Arithmetic(op.Line, (ArithmeticOperator)op.Text[0], left, Unary(withFilter: true));
        }
        return stream.Current is { Kind: TokenKind.Operator, Text: "/" or "//" or "**" }
            ? throw stream.Fail($"the operator {stream.Current.Text} is not supported in chat templates; supported are + - * % ~")
            : left;
    }

    private Expression Unary(bool withFilter)
    {
        stream.Enter();
        Expression node;
        if (stream.Current.Is("-"))
            node = new Negative(stream.Take().Line, Unary(withFilter: false));
        else if (stream.Current.Is("+"))
            throw stream.Fail("the sign + is not supported in chat templates; leave it out");
        else
            node = Primary();
        node = Postfix(node);
        if (withFilter)
            node = FiltersAndTests(node);
        stream.Leave();
        return node;
    }

    public Expression Primary()
    {
        Token token = stream.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                switch (token.Text)
                {
                    case "true" or "True":
                        return new Constant(token.Line, true);
                    case "false" or "False":
                        return new Constant(token.Line, false);
                    case "none" or "None":
                        return new Constant(token.Line, null);
                }
                stream.Read(token.Text);
                return new Name(token.Line, token.Text);
            case TokenKind.String:
                string text = token.Text;
                while (stream.Current.Kind == TokenKind.String)
                    text += stream.Take().Text;
                return new Constant(token.Line, TaintedString.FromTemplate(text));
            case TokenKind.Integer or TokenKind.Float:
                return new Constant(token.Line, token.Number);
            case TokenKind.Operator when token.Text == "(":
                Expression inner = ParseTuple(parenthesized: true);
                stream.Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return List(token.Line);
            case TokenKind.Operator when token.Text == "{":
                return Dict(token.Line);
            default:
                throw stream.FailAt(token.Line, $"unexpected '{token.Describe()}'");
        }
    }

    private ListLiteral List(int line)
    {
        List<Expression> items = new();
        while (!stream.Current.Is("]"))
        {
            if (items.Count > 0)
                stream.Expect(",");
            if (stream.Current.Is("]"))
                break;
            items.Add(Parse());
        }
        stream.Expect("]");
        return new ListLiteral(line, items);
    }

    private DictLiteral Dict(int line)
    {
        List<(Expression, Expression)> items = new();
        while (!stream.Current.Is("}"))
        {
            if (items.Count > 0)
                stream.Expect(",");
            if (stream.Current.Is("}"))
                break;
            Expression key = Parse();
            stream.Expect(":");
            items.Add((key, Parse()));
        }
        stream.Expect("}");
        return new DictLiteral(line, items);
    }

    private Expression Postfix(Expression node)
    {
        while (true)
        {
            if (stream.Current.Is(".") || stream.Current.Is("["))
                node = Subscript(node);
            else if (stream.Current.Is("("))
                node = new Call(stream.Current.Line, node, CallArguments());
            else
                return node;
        }
    }

    private Expression Subscript(Expression node)
    {
        Token token = stream.Take();
        if (token.Text == ".")
        {
            Token name = stream.Take();
            return name.Kind switch
            {
                TokenKind.Name => new AttributeAccess(token.Line, node, name.Text),
                TokenKind.Integer => new ItemAccess(token.Line, node, new Constant(name.Line, name.Number)),
                _ => throw stream.FailAt(name.Line, "expected name or number"),
            };
        }
        Expression? start = stream.Current.Is(":") ? null : Parse();
        if (!stream.TakeIf(":"))
        {
            List<Expression> keys = new() { start! };
            while (stream.TakeIf(","))
                keys.Add(Parse());
            stream.Expect("]");
            return new ItemAccess(token.Line, node, keys.Count == 1 ? start! : new TupleLiteral(token.Line, keys));
        }
        Expression? stop = stream.Current.Is(":") || stream.Current.Is("]") ? null : Parse();
        Expression? step = stream.TakeIf(":") && !stream.Current.Is("]") ? Parse() : null;
        stream.Expect("]");
        return new SliceAccess(token.Line, node, start, stop, step);
    }

    private Expression FiltersAndTests(Expression node)
    {
        while (true)
        {
            if (stream.Current.Is("|"))
                node = FilterChain(node)!;
            else if (stream.Current.IsName("is"))
                node = TestExpression(node);
            else if (stream.Current.Is("("))
                node = new Call(stream.Current.Line, node, CallArguments());
            else
                return node;
        }
    }

    /// <summary>
    /// | name(arguments) | name ...; <paramref name="startsInline"/> where the first name has no bar, as in a filter block.
    /// </summary>
    public Expression? FilterChain(Expression? node, bool startsInline = false)
    {
        while (startsInline || stream.TakeIf("|"))
        {
            startsInline = false;
            Token name = stream.ExpectName();
            string full = name.Text;
            while (stream.TakeIf("."))
                full += "." + stream.ExpectName().Text;
            if (stream.Conditional == 0 && !Filter.Table.Has(full))
                stream.Unknown.Add(stream.FailAt(name.Line, Filter.Table.Unsupported(full)));
            node = new FilterCall(name.Line, node, full, stream.Current.Is("(") ? CallArguments() : ArgumentList.Empty);
        }
        return node;
    }

    private Expression TestExpression(Expression node)
    {
        int line = stream.Take().Line;
        bool negated = stream.TakeIfName("not");
        string name = stream.ExpectName().Text;
        while (stream.TakeIf("."))
            name += "." + stream.ExpectName().Text;
        if (stream.Conditional == 0 && !Test.Table.Has(name))
            stream.Unknown.Add(stream.FailAt(line, Test.Table.Unsupported(name)));
        ArgumentList arguments = ArgumentList.Empty;
        Token current = stream.Current;
        if (current.Is("("))
        {
            arguments = CallArguments();
        }
        else if ((current.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float || current.Is("[")
            || current.Is("{"))
            && !current.IsName("else") && !current.IsName("or") && !current.IsName("and"))
        {
            if (current.IsName("is"))
                throw stream.Fail("You cannot chain multiple tests with is");
            arguments = new ArgumentList([Postfix(Primary())], [], null, null);
        }
        Expression test = new TestCall(line, node, name, arguments);
        return negated ? new Not(line, test) : test;
    }

    private ArgumentList CallArguments()
    {
        Token open = stream.Expect("(");
        List<Expression> positional = new();
        List<(string, Expression)> keyword = new();
        (Expression? sequence, Expression? dict) = (null, null);
        void Require(bool valid)
        {
            if (!valid)
                throw stream.FailAt(open.Line, "invalid syntax for function call expression");
        }
        for (bool first = true; !stream.Current.Is(")"); first = false)
        {
            if (!first)
                stream.Expect(",");
            if (stream.Current.Is(")"))
                break;
            if (stream.TakeIf("*"))
            {
                Require(sequence is null && dict is null);
                sequence = Parse();
            }
            else if (stream.TakeIf("**"))
            {
                Require(dict is null);
                dict = Parse();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Next.Is("="))
            {
                Require(dict is null);
                string name = stream.Take().Text;
                stream.Take();
                keyword.Add((name, Parse()));
            }
            else
            {
                Require(sequence is null && dict is null && keyword.Count == 0);
                positional.Add(Parse());
            }
        }
        stream.Expect(")");
        return new ArgumentList(positional, keyword, sequence, dict);
    }
}
