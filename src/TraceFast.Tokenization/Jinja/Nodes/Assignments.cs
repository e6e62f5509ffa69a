namespace TraceFast.Tokenization.Jinja;

/// <summary>Where a value goes: a name, several names, or an attribute of a namespace.</summary>
internal abstract record Target
{
    private Target()
    {
    }

    public abstract void Assign(Scope scope, object? value);

    public sealed record Variable(string Name) : Target
    {
        public override void Assign(Scope scope, object? value) => scope.Set(Name, value);
    }

    public sealed record NamespaceAttribute(string Namespace, string Attribute) : Target
    {
        public override void Assign(Scope scope, object? value)
        {
            if (scope.Lookup(Namespace) is not JinjaNamespace ns)
                throw new JinjaFault("cannot assign attribute on non-namespace object");
            ns.Set(Attribute, value);
        }
    }

    public sealed record Several(IReadOnlyList<Target> Targets) : Target
    {
        public override void Assign(Scope scope, object? value)
        {
            if (value is not (MarkedText or IJinjaIterable))
                throw new JinjaFault($"cannot unpack non-iterable {PyType.Name(value)} object");
            List<object?> values = PyType.ToList(scope.State, value);
            if (values.Count != Targets.Count)
                throw new JinjaFault(values.Count < Targets.Count
                    ? $"not enough values to unpack (expected {Targets.Count}, got {values.Count})"
                    : $"too many values to unpack (expected {Targets.Count})");
            for (int i = 0; i < values.Count; i++)
                Targets[i].Assign(scope, values[i]);
        }
    }
}

/// <summary>{% set target = value %}</summary>
internal sealed class Assignment(int line, Target target, Expression value) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        target.Assign(scope, value.Evaluate(scope));
        return Flow.Normal;
    }
}

/// <summary>{% set target | filter %} text {% endset %}</summary>
internal sealed class BlockAssignment(int line, Target target, FilterCall? filter, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        var captured = new MarkedTextBuilder();
        if (body.Execute(scope.Inner(), captured) is var flow && flow != Flow.Normal)
            return flow;
        MarkedText text = captured.Build();
        target.Assign(scope, filter is null ? text : filter.ApplyTo(scope, text));
        return Flow.Normal;
    }
}

/// <summary>{% with a = 1, b = 2 %} ... {% endwith %}; the values see the outer scope</summary>
internal sealed class With(int line, IReadOnlyList<(Target Target, Expression Value)> bindings, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        Scope inner = scope.Inner();
        foreach ((Target target, object? value) in bindings.Select(b => (b.Target, b.Value.Evaluate(scope))).ToList())
            target.Assign(inner, value);
        return body.Execute(inner, output);
    }
}
