namespace TraceFast.Tokenization.Jinja;

/// <summary>map, select, reject, selectattr, rejectattr, unique: lazy, as jinja2's generators</summary>
internal static class SelectionFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["map"] = Map,
        ["select"] = (s, v, a) => Choose("select", s, v, a, byAttribute: false, keep: true),
        ["reject"] = (s, v, a) => Choose("reject", s, v, a, byAttribute: false, keep: false),
        ["selectattr"] = (s, v, a) => Choose("selectattr", s, v, a, byAttribute: true, keep: true),
        ["rejectattr"] = (s, v, a) => Choose("rejectattr", s, v, a, byAttribute: true, keep: false),
        ["unique"] = Unique,
    };

    private static JinjaIterator Map(RenderState state, object? value, Arguments arguments)
    {
        if (arguments.Positional.Count == 0)
        {
            object?[] bound = arguments.Bind("map", ("attribute", Arguments.Absent), ("default", null));
            if (ReferenceEquals(bound[0], Arguments.Absent))
                throw new JinjaFault("map requires a filter argument");
            AttributePath path = AttributePath.Parse(bound[0]);
            return new JinjaIterator(Stepped(state, value).Select(item => path.Get(state, item, bound[1])));
        }
        FilterFunction filter = Filter.Find(PyType.Text(arguments.Positional[0], "the filter's name").Value);
        Arguments rest = arguments.Skip(1);
        return new JinjaIterator(Stepped(state, value).Select(item => filter(state, item, rest)));
    }

    private static JinjaIterator Choose(
        string name, RenderState state, object? value, Arguments arguments, bool byAttribute, bool keep)
    {
        int used = 0;
        AttributePath path = AttributePath.Parse(null);
        if (byAttribute)
        {
            if (arguments.Positional.Count == 0)
                throw new JinjaFault($"{name}: Missing parameter for attribute name");
            path = AttributePath.Parse(arguments.Positional[used++]);
        }
        Func<object?, bool> holds = PyCompare.IsTrue;
        if (arguments.Positional.Count > used)
        {
            TestFunction test = Test.Find(PyType.Text(arguments.Positional[used], "the test's name").Value);
            Arguments rest = arguments.Skip(used + 1);
            holds = item => test(state, item, rest);
        }
        return new JinjaIterator(Stepped(state, value).Where(item => holds(path.Get(state, item)) == keep));
    }

    private static JinjaIterator Unique(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("unique", ("case_sensitive", false), ("attribute", null));
        AttributePath path = AttributePath.Parse(bound[1]);
        bool caseSensitive = PyCompare.IsTrue(bound[0]);
        var seen = new JinjaDict();
        return new JinjaIterator(Stepped(state, value).Where(item =>
        {
            object? key = path.Key(state, item, caseSensitive);
            if (seen.TryGet(key, out _))
                return false;
            state.ChargeItems(1);
            seen.Set(key, null);
            return true;
        }));
    }

    // Undefined and other non-iterables fail where the filter stands, not where its result is used.
    private static IEnumerable<object?> Stepped(RenderState state, object? value)
    {
        IEnumerable<object?> items = PyType.Iterate(state, value);
        return items.Select(item =>
        {
            state.Step();
            return item;
        });
    }
}
