namespace TraceFast.Tokenization.Jinja;

/// <summary>{% if %} ... {% elif %} ... {% else %} ... {% endif %}; no scope of its own</summary>
internal sealed class If(int line, IReadOnlyList<(Expression Condition, Block Body)> branches, Block otherwise) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
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
    protected override Flow Run(Scope scope, MarkedTextBuilder output) => flow;
}

/// <summary>{% for target in items if condition %} ... {% else %} ... {% endfor %}</summary>
internal sealed class For(int line, Target target, Expression items, Expression? condition, Block body, Block otherwise) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        object? value = items.Evaluate(scope);
        scope.State.Line = Line;
        IEnumerable<object?> entries = PyType.Iterate(scope.State, value);
        long? length = condition is null && value is MarkedText or IJinjaSized ? PyType.Length(value) : null;
        if (condition is not null)
            entries = Chosen(scope, entries);
        using var loop = new LoopVariable(entries.GetEnumerator(), length);
        bool completed = false;
        while (loop.MoveNext())
        {
            scope.State.Step();
            Scope inner = scope.Inner();
            inner.Set("loop", loop);
            target.Assign(inner, loop.Current);
            Flow flow = body.Execute(inner, output);
            if (flow == Flow.Break)
                break;
            completed |= flow == Flow.Normal;
        }
        // As jinja2 compiles it, else runs unless one iteration reached its end: also after a break in the first one.
        return completed ? Flow.Normal : otherwise.Execute(scope, output);
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
        : throw new JinjaFault("no items for cycling given");

    private object Changed(RenderState state, Arguments arguments)
    {
        var values = new JinjaTuple(arguments.Positional);
        bool same = !ReferenceEquals(_changed, Arguments.Absent) && PyCompare.AreEqual(state, values, _changed);
        _changed = values;
        return !same;
    }

    public void Dispose() => entries.Dispose();
}
