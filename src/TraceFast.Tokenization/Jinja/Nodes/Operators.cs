namespace TraceFast.Tokenization.Jinja;

/// <summary>a + b, -, *, /, //, %, **</summary>
internal sealed class Arithmetic(int line, string op, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        (object? a, object? b) = (left.Evaluate(scope), right.Evaluate(scope));
        RenderState state = scope.State;
        state.Line = Line;
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Arithmetic(op, a!, b!);
        if (op == "%" && a is MarkedText format)
            return TextFormat.Percent(state, format, b);
        if (a is Undefined ua)
            throw new JinjaFault(ua.Message);
        if (b is Undefined ub)
            throw new JinjaFault(ub.Message);
        switch (op, a, b)
        {
            case ("+", MarkedText x, MarkedText y) when x.IsSafe || y.IsSafe:
                return PyText.Concat(state, PyText.Escape(state, x), PyText.Escape(state, y)).AsSafe();
            case ("+", MarkedText x, MarkedText y):
                return PyText.Concat(state, x, y);
            case ("+", JinjaList, JinjaList):
            case ("+", JinjaTuple, JinjaTuple):
                var (s, t) = ((IJinjaSequence)a, (IJinjaSequence)b);
                state.ChargeItems((long)s.Count + t.Count);
                return Same(a, [.. s.Iterate(), .. t.Iterate()]);
            case ("*", MarkedText x, long or bool):
                return PyText.Repeat(state, x, PyNumber.ToLong(b)).AsSafe(x.IsSafe);
            case ("*", long or bool, MarkedText y):
                return PyText.Repeat(state, y, PyNumber.ToLong(a)).AsSafe(y.IsSafe);
            case ("*", JinjaList or JinjaTuple, long or bool):
                return Repeat(state, (IJinjaSequence)a, PyNumber.ToLong(b));
            case ("*", long or bool, JinjaList or JinjaTuple):
                return Repeat(state, (IJinjaSequence)b, PyNumber.ToLong(a));
            case ("+", MarkedText, _):
                throw new JinjaFault($"can only concatenate str (not \"{PyType.Name(b)}\") to str");
            default:
                throw new JinjaFault($"unsupported operand type(s) for {op}: '{PyType.Name(a)}' and '{PyType.Name(b)}'");
        }
    }

    private static object Repeat(RenderState state, IJinjaSequence sequence, long count)
    {
        var items = new List<object?>();
        for (long i = 0; i < count && sequence.Count > 0; i++)
        {
            state.ChargeItems(sequence.Count);
            items.AddRange(sequence.Iterate());
        }
        return Same(sequence, items);
    }

    private static object Same(object like, List<object?> items) => like is JinjaTuple ? new JinjaTuple(items) : new JinjaList(items);
}

/// <summary>-a, +a</summary>
internal sealed class Sign(int line, bool negative, Expression operand) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = operand.Evaluate(scope);
        if (value is Undefined u)
            throw new JinjaFault(u.Message);
        if (!PyNumber.IsNumber(value))
            throw new JinjaFault($"bad operand type for unary {(negative ? "-" : "+")}: '{PyType.Name(value)}'");
        return negative ? PyNumber.Negate(value!) : value is bool ? PyNumber.ToLong(value) : value;
    }
}

/// <summary>a ~ b: both as strings, joined</summary>
internal sealed class Concatenation(int line, IReadOnlyList<Expression> parts) : Expression(line)
{
    protected override object? Value(Scope scope) =>
        PyText.Concat(scope.State, [.. parts.Select(part => PyRepr.Str(scope.State, part.Evaluate(scope)))]);
}

/// <summary>not a</summary>
internal sealed class Not(int line, Expression operand) : Expression(line)
{
    protected override object? Value(Scope scope) => !PyCompare.IsTrue(operand.Evaluate(scope));
}

/// <summary>a and b, a or b: the operand that decides, as in Python</summary>
internal sealed class Logical(int line, bool isAnd, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = left.Evaluate(scope);
        return PyCompare.IsTrue(value) == isAnd ? right.Evaluate(scope) : value;
    }
}

/// <summary>a &lt; b &lt;= c, in, not in: chained as in Python, each operand evaluated once</summary>
internal sealed class Comparison(int line, Expression first, IReadOnlyList<(string Op, Expression Operand)> rest) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? left = first.Evaluate(scope);
        foreach ((string op, Expression operand) in rest)
        {
            object? right = operand.Evaluate(scope);
            scope.State.Line = Line;
            if (!Holds(scope.State, op, left, right))
                return false;
            left = right;
        }
        return true;
    }

    public static bool Holds(RenderState state, string op, object? left, object? right) => op switch
    {
        "==" => PyCompare.AreEqual(state, left, right),
        "!=" => !PyCompare.AreEqual(state, left, right),
        "<" => PyCompare.Order(state, left, right, op) < 0,
        "<=" => PyCompare.Order(state, left, right, op) <= 0,
        ">" => PyCompare.Order(state, left, right, op) > 0,
        ">=" => PyCompare.Order(state, left, right, op) >= 0,
        "in" => PyCompare.Contains(state, right, left),
        "not in" => !PyCompare.Contains(state, right, left),
        _ => throw new JinjaFault($"unknown comparison '{op}'"),
    };
}

/// <summary>a if condition else b; without else an undefined value</summary>
internal sealed class InlineIf(int line, Expression condition, Expression then, Expression? otherwise) : Expression(line)
{
    protected override object? Value(Scope scope) =>
        PyCompare.IsTrue(condition.Evaluate(scope)) ? then.Evaluate(scope)
        : otherwise is not null ? otherwise.Evaluate(scope)
        : new Undefined($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
}
