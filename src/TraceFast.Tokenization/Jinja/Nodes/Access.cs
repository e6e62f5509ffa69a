namespace TraceFast.Tokenization.Jinja;

/// <summary>value.name</summary>
internal sealed class AttributeAccess(int line, Expression target, string name) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        scope.State.Line = Line;
        return Members.Attribute(scope.State, value, name);
    }
}

/// <summary>value[key]</summary>
internal sealed class ItemAccess(int line, Expression target, Expression key) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        object? at = key.Evaluate(scope);
        scope.State.Line = Line;
        return Members.Item(scope.State, value, at);
    }
}

/// <summary>value[start:stop:step]</summary>
internal sealed class SliceAccess(int line, Expression target, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        (long? from, long? to, long? by) = (Bound(scope, start), Bound(scope, stop), Bound(scope, step));
        scope.State.Line = Line;
        return PySlice.Slice(scope.State, value, from, to, by);
    }

    private static long? Bound(Scope scope, Expression? expression) => expression?.Evaluate(scope) switch
    {
        null => null,
        object bound => PyType.Integer(bound, "slice index"),
    };
}
