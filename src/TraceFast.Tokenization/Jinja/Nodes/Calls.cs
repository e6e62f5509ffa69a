namespace TraceFast.Tokenization.Jinja;

/// <summary>The arguments of a call, filter or test as written: positional, name=value, *sequence, **dict.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<(string Name, Expression Value)> Keyword,
    Expression? Sequence,
    Expression? Dict)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);

    public Arguments Evaluate(Scope scope)
    {
        List<object?> positional = [.. Positional.Select(e => e.Evaluate(scope))];
        List<KeyValuePair<string, object?>> keyword = [.. Keyword.Select(k => KeyValuePair.Create(k.Name, k.Value.Evaluate(scope)))];
        if (Sequence is not null)
            positional.AddRange(PyType.ToList(scope.State, Sequence.Evaluate(scope)));
        if (Dict is not null)
        {
            if (Dict.Evaluate(scope) is not JinjaDict dict)
                throw new JinjaFault("the argument after ** must be a dict");
            foreach ((object? key, object? value) in dict.Entries)
                keyword.Add(KeyValuePair.Create(PyType.Text(key, "a keyword").Value, value));
        }
        foreach (IGrouping<string, KeyValuePair<string, object?>> twice in keyword.GroupBy(k => k.Key).Where(g => g.Skip(1).Any()))
            throw new JinjaFault($"got multiple values for keyword argument '{twice.Key}'");
        return new Arguments(positional, keyword);
    }
}

/// <summary>function(arguments)</summary>
internal sealed class Call(int line, Expression target, ArgumentList arguments) : Expression(line)
{
    protected override object? Value(Scope scope) => Invoke(scope, null);

    /// <param name="caller">the body of a {% call %} block, passed to the macro as caller</param>
    public object? Invoke(Scope scope, Macro? caller)
    {
        object? function = target.Evaluate(scope);
        Arguments values = arguments.Evaluate(scope);
        scope.State.Line = Line;
        if (caller is not null)
            values = new Arguments(values.Positional, [.. values.Keyword, KeyValuePair.Create("caller", (object?)caller)]);
        if (function is Undefined u)
            throw new JinjaFault(u.Message);
        if (function is not IJinjaCallable callable)
            throw new JinjaFault($"'{PyType.Name(function)}' object is not callable");
        scope.State.Enter();
        object? result = callable.Call(scope.State, values);
        scope.State.Leave();
        return result;
    }
}

/// <summary>value | filter(arguments); no value in a filter block, whose text is then given</summary>
internal sealed class FilterCall(int line, Expression? target, string name, ArgumentList arguments) : Expression(line)
{
    protected override object? Value(Scope scope) => Apply(scope, target!.Evaluate(scope));

    /// <summary>Applies a chain that starts at a filter block's text.</summary>
    public object? ApplyTo(Scope scope, object? text) =>
        Apply(scope, target is FilterCall inner ? inner.ApplyTo(scope, text) : target is null ? text : target.Evaluate(scope));

    private object? Apply(Scope scope, object? value)
    {
        Arguments values = arguments.Evaluate(scope);
        scope.State.Line = Line;
        return Filter.Find(name)(scope.State, value, values);
    }
}

/// <summary>value is test(arguments)</summary>
internal sealed class TestCall(int line, Expression target, string name, ArgumentList arguments) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        Arguments values = arguments.Evaluate(scope);
        scope.State.Line = Line;
        return Test.Find(name)(scope.State, value, values);
    }
}
