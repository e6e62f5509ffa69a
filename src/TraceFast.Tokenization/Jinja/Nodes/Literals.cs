namespace TraceFast.Tokenization.Jinja;

/// <summary>A string, number, true, false or none.</summary>
internal sealed class Constant(int line, object? value) : Expression(line)
{
    protected override object? Value(Scope scope) => value;
}

/// <summary>A variable; undefined where nothing has that name.</summary>
internal sealed class Name(int line, string name) : Expression(line)
{
    public string Identifier => name;

    protected override object? Value(Scope scope) => scope.Lookup(name);
}

/// <summary>[a, b]</summary>
internal sealed class ListLiteral(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        scope.State.ChargeItems(items.Count);
        return new JinjaList([.. items.Select(item => item.Evaluate(scope))]);
    }
}

/// <summary>(a, b), or a, b without brackets where the grammar allows</summary>
internal sealed class TupleLiteral(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    public IReadOnlyList<Expression> Items => items;

    protected override object? Value(Scope scope)
    {
        scope.State.ChargeItems(items.Count);
        return new JinjaTuple([.. items.Select(item => item.Evaluate(scope))]);
    }
}

/// <summary>{key: value}</summary>
internal sealed class DictLiteral(int line, IReadOnlyList<(Expression Key, Expression Value)> items) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        scope.State.ChargeItems(items.Count);
        var dict = new JinjaDict();
        foreach ((Expression key, Expression value) in items)
            dict.Set(key.Evaluate(scope), value.Evaluate(scope));
        return dict;
    }
}
