namespace TraceFast.Tokenization.Jinja;

/// <summary>sort, dictsort, min, max, groupby: stable, strings without regard to case unless case_sensitive</summary>
internal static class OrderFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["sort"] = Sort,
        ["dictsort"] = DictSort,
        ["min"] = (s, v, a) => Extreme("min", s, v, a, -1),
        ["max"] = (s, v, a) => Extreme("max", s, v, a, 1),
        ["groupby"] = GroupBy,
    };

    private static List<object?> Sorted(RenderState state, IEnumerable<object?> items, Func<object?, object?> key, bool reverse)
    {
        List<(object? Key, object? Item)> keyed = [.. items.Select(item => (key(item), item))];
        Comparer<(object? Key, object? Item)> order = Comparer<(object? Key, object? Item)>.Create((a, b) =>
        {
            int compared = PyCompare.Order(state, a.Key, b.Key, "<") ?? 0;
            return reverse ? -compared : compared;
        });
        return [.. keyed.Order(order).Select(pair => pair.Item)];
    }

    private static JinjaList Sort(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("sort", ("reverse", false), ("case_sensitive", false), ("attribute", null));
        bool caseSensitive = PyCompare.IsTrue(bound[1]);
        AttributePath[] paths = bound[2] is MarkedText names
            ? [.. names.Value.Split(',').Select(name => AttributePath.Parse(MarkedText.FromTemplate(name)))]
            : [AttributePath.Parse(bound[2])];
        object? Key(object? item) => new JinjaList([.. paths.Select(path => path.Key(state, item, caseSensitive))]);
        return new JinjaList(Sorted(state, PyType.ToList(state, value), Key, PyCompare.IsTrue(bound[0])));
    }

    private static JinjaList DictSort(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "dictsort", ("case_sensitive", false), ("by", MarkedText.FromTemplate("key")), ("reverse", false));
        if (value is Undefined u)
            throw new JinjaFault(u.Message);
        if (value is not JinjaDict dict)
            throw new JinjaFault($"dictsort needs a dict, not {PyType.Name(value)}");
        string by = PyType.Text(bound[1], "by").Value;
        if (by is not ("key" or "value"))
            throw new JinjaFault("You can only sort by either \"key\" or \"value\"");
        bool caseSensitive = PyCompare.IsTrue(bound[0]);
        state.ChargeItems(dict.Count * 3L);
        AttributePath path = AttributePath.Parse(by == "key" ? 0L : 1L);
        return new JinjaList(Sorted(
            state,
            dict.Entries.Select(e => new JinjaTuple([e.Key, e.Value])),
            item => path.Key(state, item, caseSensitive),
            PyCompare.IsTrue(bound[2])));
    }

    private static object? Extreme(string name, RenderState state, object? value, Arguments arguments, int direction)
    {
        object?[] bound = arguments.Bind(name, ("case_sensitive", false), ("attribute", null));
        AttributePath path = AttributePath.Parse(bound[1]);
        (bool any, object? best, object? bestKey) = (false, null, null);
        foreach (object? item in PyType.Iterate(state, value))
        {
            state.Step();
            object? key = path.Key(state, item, PyCompare.IsTrue(bound[0]));
            if (!any || PyCompare.Order(state, key, bestKey, direction < 0 ? "<" : ">") == direction)
                (any, best, bestKey) = (true, item, key);
        }
        return any ? best : new Undefined("No aggregated item, sequence was empty.");
    }

    private static JinjaList GroupBy(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "groupby", ("attribute", Arguments.Required), ("default", null), ("case_sensitive", false));
        AttributePath path = AttributePath.Parse(bound[0]);
        bool caseSensitive = PyCompare.IsTrue(bound[2]);
        object? Key(object? item) =>
            path.Get(state, item, bound[1]) is var found && !caseSensitive && found is MarkedText text ? CaseMapping.Lower(state, text) : found;
        var groups = new List<object?>();
        List<object?> sorted = Sorted(state, PyType.ToList(state, value), Key, reverse: false);
        for (int start = 0; start < sorted.Count;)
        {
            int end = start + 1;
            while (end < sorted.Count && PyCompare.AreEqual(state, Key(sorted[start]), Key(sorted[end])))
                end++;
            groups.Add(new JinjaTuple([path.Get(state, sorted[start], bound[1]), new JinjaList(sorted.GetRange(start, end - start))]));
            start = end;
        }
        return new JinjaList(groups);
    }
}
