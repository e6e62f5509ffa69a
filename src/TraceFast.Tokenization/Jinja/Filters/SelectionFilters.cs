namespace TraceFast.Tokenization.Jinja;

/// <summary>map, select, reject, selectattr, rejectattr, unique: lazy, as jinja2's generators</summary>
internal static class SelectionFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["map"] = (s, v, a) => new JinjaIterator(Mapped(s, v, a)),
        ["select"] = (s, v, a) => new JinjaIterator(Chosen("select", s, v, a, byAttribute: false, keep: true)),
        ["reject"] = (s, v, a) => new JinjaIterator(Chosen("reject", s, v, a, byAttribute: false, keep: false)),
        ["selectattr"] = (s, v, a) => new JinjaIterator(Chosen("selectattr", s, v, a, byAttribute: true, keep: true)),
        ["rejectattr"] = (s, v, a) => new JinjaIterator(Chosen("rejectattr", s, v, a, byAttribute: true, keep: false)),
        ["unique"] = (s, v, a) => new JinjaIterator(Unique(s, v, a)),
    };

    // jinja2's generators look at nothing before their first item is asked for, and at a value that is false (none, 0, "") not at all.
    private static IEnumerable<object?> Mapped(RenderState state, object? value, Arguments arguments)
    {
        if (!PyCompare.IsTrue(value))
            yield break;
        Func<object?, object?> change = Change(state, arguments);
        foreach (object? item in Stepped(state, value))
            yield return change(item);
    }

    private static Func<object?, object?> Change(RenderState state, Arguments arguments)
    {
        if (arguments.Positional.Count == 0)
        {
            object?[] bound = arguments.Bind("map", ("attribute", Arguments.Absent), ("default", null));
            if (ReferenceEquals(bound[0], Arguments.Absent))
                throw new JinjaFault("map requires a filter argument");
            AttributePath path = AttributePath.Parse(bound[0]);
            return item => path.Get(state, item, bound[1]);
        }
        FilterFunction filter = Filter.Find(PyType.Text(arguments.Positional[0], "the filter's name").Value);
        Arguments rest = arguments.Skip(1);
        return item => filter(state, item, rest);
    }

    private static IEnumerable<object?> Chosen(string name, RenderState state, object? value, Arguments arguments, bool byAttribute, bool keep)
    {
        if (!PyCompare.IsTrue(value))
            yield break;
        Func<object?, bool> holds = Condition(name, state, arguments, byAttribute);
        foreach (object? item in Stepped(state, value))
            if (holds(item) == keep)
                yield return item;
    }

    private static Func<object?, bool> Condition(string name, RenderState state, Arguments arguments, bool byAttribute)
    {
        int used = 0;
        AttributePath path = AttributePath.Parse(null);
        if (byAttribute)
        {
            if (arguments.Positional.Count == 0)
                throw new JinjaFault($"{name}: Missing parameter for attribute name");
            path = AttributePath.Parse(arguments.Positional[used++]);
        }
        if (arguments.Positional.Count <= used)
            return item => PyCompare.IsTrue(path.Get(state, item));
        TestFunction test = Test.Find(PyType.Text(arguments.Positional[used], "the test's name").Value);
        Arguments rest = arguments.Skip(used + 1);
        return item => test(state, path.Get(state, item), rest);
    }

    private static IEnumerable<object?> Unique(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("unique", ("case_sensitive", false), ("attribute", null));
        AttributePath path = AttributePath.Parse(bound[1]);
        bool caseSensitive = PyCompare.IsTrue(bound[0]);
        var seen = new JinjaDict();
        foreach (object? item in Stepped(state, value))
        {
            object? key = path.Key(state, item, caseSensitive);
            if (seen.TryGet(key, out _))
                continue;
            state.ChargeItems(1);
            seen.Set(key, null);
            yield return item;
        }
    }

    private static IEnumerable<object?> Stepped(RenderState state, object? value)
    {
        foreach (object? item in PyType.Iterate(state, value))
        {
            state.Step();
            yield return item;
        }
    }
}
