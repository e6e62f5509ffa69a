namespace TraceFast.Tokenization.Jinja;

/// <summary>first, last, length, list, join, reverse, items, batch, slice</summary>
internal static class SequenceFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["first"] = First,
        ["last"] = Last,
        ["length"] = Length,
        ["count"] = Length,
        ["list"] = List,
        ["join"] = Join,
        ["reverse"] = Reverse,
        ["items"] = (s, v, a) => new JinjaIterator(Items(v, a)),
        ["batch"] = (s, v, a) => new JinjaIterator(Batch(s, v, a)),
        ["slice"] = (s, v, a) => new JinjaIterator(Slice(s, v, a)),
    };

    private static object? First(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("first");
        foreach (object? item in PyType.Iterate(state, value))
            return item;
        return new Undefined("No first item, sequence was empty.");
    }

    private static object? Last(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("last");
        if (value is JinjaIterator)
            throw new JinjaFault("'generator' object is not reversible");
        if (value is MarkedText text && text.Length > 0)
            return PySlice.TryIndex(state, text, -1, out object? character) ? character : null;
        if (value is IJinjaSequence { Count: > 0 } sequence)
            return sequence[sequence.Count - 1];
        List<object?> items = PyType.ToList(state, value);
        return items.Count > 0 ? items[^1] : new Undefined("No last item, sequence was empty.");
    }

    private static object Length(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("length");
        return PyType.Length(value);
    }

    private static object List(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("list");
        return new JinjaList(PyType.ToList(state, value));
    }

    private static object Join(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("join", ("d", MarkedText.Empty), ("attribute", null));
        AttributePath path = AttributePath.Parse(bound[1]);
        List<MarkedText> parts = [.. PyType.ToList(state, value).Select(item => PyRepr.Str(state, path.Get(state, item)))];
        return PyText.Join(state, PyRepr.Str(state, bound[0]), parts);
    }

    private static object Reverse(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("reverse");
        if (value is MarkedText)
            return PySlice.Slice(state, value, null, null, -1);
        List<object?> items = PyType.ToList(state, value);
        items.Reverse();
        return value is JinjaIterator ? new JinjaList(items) : new JinjaIterator(items);
    }

    // items, batch and slice are generators: what is wrong with the value shows when the first item is asked for.
    private static IEnumerable<object?> Items(object? value, Arguments arguments)
    {
        arguments.Bind("items");
        if (value is not (Undefined or JinjaDict))
            throw new JinjaFault("Can only get item pairs from a mapping.");
        foreach (KeyValuePair<object?, object?> entry in (value as JinjaDict)?.Entries ?? [])
            yield return new JinjaTuple([entry.Key, entry.Value]);
    }

    private static IEnumerable<object?> Batch(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("batch", ("linecount", Arguments.Required), ("fill_with", null));
        long size = PyType.Integer(bound[0], "linecount");
        List<object?> row = [];
        foreach (object? item in PyType.ToList(state, value))
        {
            if (row.Count == size)
            {
                yield return new JinjaList(row);
                row = [];
            }
            row.Add(item);
        }
        if (row.Count > 0)
        {
            while (bound[1] is not null && row.Count < size)
            {
                state.ChargeItems(1);
                row.Add(bound[1]);
            }
            yield return new JinjaList(row);
        }
    }

    private static IEnumerable<object?> Slice(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("slice", ("slices", Arguments.Required), ("fill_with", null));
        long slices = PyType.Integer(bound[0], "slices");
        if (slices <= 0)
            throw new JinjaFault("slice needs a positive number of slices");
        List<object?> items = PyType.ToList(state, value);
        state.ChargeItems(slices);
        (int perSlice, int extra) = ((int)(items.Count / slices), (int)(items.Count % slices));
        int at = 0;
        for (int i = 0; i < slices; i++)
        {
            int count = perSlice + (i < extra ? 1 : 0);
            List<object?> row = items.GetRange(at, count);
            at += count;
            if (bound[1] is not null && i >= extra)
                row.Add(bound[1]);
            yield return new JinjaList(row);
        }
    }
}
