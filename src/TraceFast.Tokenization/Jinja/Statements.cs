namespace TraceFast.Tokenization.Jinja;

/// <summary>Text of the template itself.</summary>
internal sealed class TemplateText(int line, string text) : Statement(line)
{
    private readonly TaintedString _text = TaintedString.FromTemplate(text);

    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        scope.State.ChargeText(_text.Length);
        output.Append(_text);
        return Flow.Normal;
    }
}

/// <summary>{{ value }}</summary>
internal sealed class Print(int line, Expression value) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        TaintedString text = PyRepr.Str(scope.State, value.Evaluate(scope));
        scope.State.ChargeText(text.Length);
        output.Append(text);
        return Flow.Normal;
    }
}

/// <summary>{% generation %}: transformers' marker of assistant text; prints its body.</summary>
internal sealed class Generation(int line, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        body.Execute(scope.Inner(), output);
        return Flow.Normal;
    }
}

/// <summary>{% filter name %} text {% endfilter %}</summary>
internal sealed class FilterBlock(int line, FilterCall filter, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        TaintedStringBuilder captured = new();
        if (body.Execute(scope.Inner(), captured) is var flow && flow != Flow.Normal)
            return flow;
        TaintedString text = PyRepr.Str(scope.State, filter.ApplyTo(scope, captured.Build()));
        scope.State.ChargeText(text.Length);
        output.Append(text);
        return Flow.Normal;
    }
}

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
                throw new JinjaRuntimeError("cannot assign attribute on non-namespace object");
            ns.Set(Attribute, value);
        }
    }

    public sealed record Several(IReadOnlyList<Target> Targets) : Target
    {
        public override void Assign(Scope scope, object? value)
        {
            if (value is not (TaintedString or IJinjaIterable))
                throw new JinjaRuntimeError($"cannot unpack non-iterable {PyType.Name(value)} object");
            List<object?> values = PyType.ToList(scope.State, value);
            if (values.Count != Targets.Count)
                throw new JinjaRuntimeError(values.Count < Targets.Count
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
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        target.Assign(scope, value.Evaluate(scope));
        return Flow.Normal;
    }
}

/// <summary>{% set target | filter %} text {% endset %}</summary>
internal sealed class BlockAssignment(int line, Target target, FilterCall? filter, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        TaintedStringBuilder captured = new();
        if (body.Execute(scope.Inner(), captured) is var flow && flow != Flow.Normal)
            return flow;
        TaintedString text = captured.Build();
        target.Assign(scope, filter is null ? text : filter.ApplyTo(scope, text));
        return Flow.Normal;
    }
}

/// <summary>{% if %} ... {% elif %} ... {% else %} ... {% endif %}; no scope of its own</summary>
internal sealed class If(int line, IReadOnlyList<(Expression Condition, Block Body)> branches, Block otherwise) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        foreach ((Expression condition, Block body) in branches)
            if (PyCompare.IsTrue(condition.Evaluate(scope)))
                return body.Execute(scope, output);
        return otherwise.Execute(scope, output);
    }
}

/// <summary>{% break %} and {% continue %} (jinja2.ext.loopcontrols)</summary>
internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output) => flow;
}

/// <summary>{% for target in items if condition %} ... {% endfor %}</summary>
internal sealed class For(int line, Target target, Expression items, Expression? condition, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        object? value = items.Evaluate(scope);
        scope.State.Line = Line;
        IEnumerable<object?> entries = PyType.Iterate(scope.State, value);
        long? length = condition is null && value is TaintedString or IJinjaSized ? PyType.Length(value) : null;
        if (condition is not null)
            entries = Chosen(scope, entries);
        using LoopVariable loop = new(entries.GetEnumerator(), length);
        while (loop.MoveNext())
        {
            scope.State.Step();
            Scope inner = scope.Inner();
            inner.Set("loop", loop);
            target.Assign(inner, loop.Current);
            if (body.Execute(inner, output) == Flow.Break)
                break;
        }
        return Flow.Normal;
    }

    private IEnumerable<object?> Chosen(Scope scope, IEnumerable<object?> entries)
    {
        foreach (object? entry in entries)
        {
            Scope inner = scope.Inner();
            target.Assign(inner, entry);
            if (PyCompare.IsTrue(condition!.Evaluate(inner)))
                yield return entry;
        }
    }
}

/// <summary>loop inside a for: reads ahead only when last, length, revindex or nextitem ask, as jinja2's LoopContext.</summary>
internal sealed class LoopVariable(IEnumerator<object?> entries, long? length) : IDisposable
{
    private readonly Queue<object?> _ahead = new();
    private long _index0 = -1;
    private object? _previous = Arguments.Absent;
    private object? _changed = Arguments.Absent;

    public object? Current { get; private set; } = Arguments.Absent;

    public bool MoveNext()
    {
        if (!Peek())
            return false;
        _previous = Current;
        Current = _ahead.Dequeue();
        _index0++;
        return true;
    }

    public bool TryGet(string name, out object? value)
    {
        object? member = name switch
        {
            "index" => _index0 + 1,
            "index0" => _index0,
            "revindex" => Length() - _index0,
            "revindex0" => Length() - _index0 - 1,
            "first" => _index0 == 0,
            "last" => !Peek(),
            "length" => Length(),
            "depth" => 1L,
            "depth0" => 0L,
            "previtem" => _index0 == 0 ? new Undefined("there is no previous item") : _previous,
            "nextitem" => Peek() ? _ahead.Peek() : new Undefined("there is no next item"),
            "cycle" => new JinjaFunction("cycle", Cycle),
            "changed" => new JinjaFunction("changed", Changed),
            _ => Arguments.Absent,
        };
        value = member;
        return !ReferenceEquals(member, Arguments.Absent);
    }

    private bool Peek()
    {
        if (_ahead.Count == 0 && entries.MoveNext())
            _ahead.Enqueue(entries.Current);
        return _ahead.Count > 0;
    }

    private long Length()
    {
        if (length is { } known)
            return known;
        while (entries.MoveNext())
            _ahead.Enqueue(entries.Current);
        return _index0 + 1 + _ahead.Count;
    }

    private object? Cycle(RenderState state, Arguments arguments) => arguments.Positional.Count > 0
        ? arguments.Positional[(int)(_index0 % arguments.Positional.Count)]
        : throw new JinjaRuntimeError("no items for cycling given");

    private object Changed(RenderState state, Arguments arguments)
    {
        JinjaTuple values = new(arguments.Positional);
        bool same = !ReferenceEquals(_changed, Arguments.Absent) && PyCompare.AreEqual(state, values, _changed);
        _changed = values;
        return !same;
    }

    public void Dispose() => entries.Dispose();
}

/// <summary>What a macro or a call block's body takes and prints.</summary>
/// <param name="Parameters">names with their default, evaluated at the call where the argument is missing</param>
/// <param name="Names">the variables that the body reads, which decides whether varargs, kwargs and caller are accepted</param>
internal sealed record MacroDefinition(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Block Body, IReadOnlySet<string> Names);

/// <summary>A macro with the scope it was defined in.</summary>
internal sealed class Macro(MacroDefinition definition, Scope closure) : IJinjaCallable
{
    public string Name => definition.Name;

    public bool TryGet(string name, out object? value)
    {
        object? member = name switch
        {
            "name" => TaintedString.FromTemplate(Name),
            "arguments" => new JinjaTuple([.. definition.Parameters.Select(p => TaintedString.FromTemplate(p.Name))]),
            "catch_kwargs" => definition.Names.Contains("kwargs"),
            "catch_varargs" => definition.Names.Contains("varargs"),
            "caller" => definition.Names.Contains("caller"),
            _ => Arguments.Absent,
        };
        value = member;
        return !ReferenceEquals(member, Arguments.Absent);
    }

    public object? Call(RenderState state, Arguments arguments)
    {
        Scope scope = closure.Inner();
        Dictionary<string, object?> keyword = new(arguments.Keyword, StringComparer.Ordinal);
        int taken = Math.Min(arguments.Positional.Count, definition.Parameters.Count);
        for (int i = 0; i < definition.Parameters.Count; i++)
        {
            (string name, Expression? otherwise) = definition.Parameters[i];
            bool given = keyword.Remove(name, out object? value);
            if (i < taken && given)
                throw new JinjaRuntimeError($"macro '{Name}' got multiple values for argument '{name}'");
            if (i < taken)
                value = arguments.Positional[i];
            else if (!given)
                value = otherwise is null ? new Undefined($"parameter '{name}' was not provided") : otherwise.Evaluate(scope);
            scope.Set(name, value);
        }
        Extras(scope, arguments, keyword, taken);
        return definition.Body.Capture(scope);
    }

    private void Extras(Scope scope, Arguments arguments, Dictionary<string, object?> keyword, int taken)
    {
        if (definition.Names.Contains("caller"))
            scope.Set("caller", keyword.Remove("caller", out object? caller) ? caller : new Undefined("No caller defined"));
        if (definition.Names.Contains("kwargs"))
        {
            JinjaDict rest = new();
            foreach ((string name, object? value) in keyword)
                rest.Set(TaintedString.FromTemplate(name), value);
            scope.Set("kwargs", rest);
        }
        else if (keyword.Count > 0)
        {
            throw new JinjaRuntimeError($"macro '{Name}' takes no keyword argument '{keyword.Keys.First()}'");
        }
        if (definition.Names.Contains("varargs"))
            scope.Set("varargs", new JinjaTuple([.. arguments.Positional.Skip(taken)]));
        else if (arguments.Positional.Count > taken)
            throw new JinjaRuntimeError($"macro '{Name}' takes not more than {definition.Parameters.Count} argument(s)");
    }
}

/// <summary>{% macro name(parameters) %} ... {% endmacro %}</summary>
internal sealed class MacroStatement(int line, MacroDefinition definition) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        scope.Set(definition.Name, new Macro(definition, scope));
        return Flow.Normal;
    }
}

/// <summary>{% call(parameters) macro(arguments) %} body {% endcall %}</summary>
internal sealed class CallBlock(int line, Call call, MacroDefinition body) : Statement(line)
{
    protected override Flow Run(Scope scope, TaintedStringBuilder output)
    {
        TaintedString text = PyRepr.Str(scope.State, call.Invoke(scope, new Macro(body, scope)));
        scope.State.ChargeText(text.Length);
        output.Append(text);
        return Flow.Normal;
    }
}
