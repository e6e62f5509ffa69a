using System.Globalization;

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
            throw new JinjaRuntimeError("'generator' object is not reversible");
        if (value is TaintedString text && text.Length > 0)
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
        object?[] bound = arguments.Bind("join", ("d", TaintedString.Empty), ("attribute", null));
        AttributePath path = AttributePath.Parse(bound[1]);
        List<TaintedString> parts = [.. PyType.ToList(state, value).Select(item => PyRepr.Str(state, path.Get(state, item)))];
        return PyText.Join(state, PyRepr.Str(state, bound[0]), parts);
    }

    private static object Reverse(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("reverse");
        if (value is TaintedString)
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
            throw new JinjaRuntimeError("Can only get item pairs from a mapping.");
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
            throw new JinjaRuntimeError("slice needs a positive number of slices");
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
                throw new JinjaRuntimeError("map requires a filter argument");
            AttributePath path = AttributePath.Parse(bound[0]);
            return item => path.Get(state, item, bound[1]);
        }
        FilterFunction filter = Filter.Find(PyType.Text(arguments.Positional[0], "the filter's name").Value);
        Arguments rest = arguments.Skip(1);
        return item => filter(state, item, rest);
    }

    private static IEnumerable<object?> Chosen(
        string name, RenderState state, object? value, Arguments arguments, bool byAttribute, bool keep)
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
                throw new JinjaRuntimeError($"{name}: Missing parameter for attribute name");
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
        JinjaDict seen = new();
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
        AttributePath[] paths = bound[2] is TaintedString names
            ? [.. names.Value.Split(',').Select(name => AttributePath.Parse(TaintedString.FromTemplate(name)))]
            : [AttributePath.Parse(bound[2])];
        object? Key(object? item) => new JinjaList([.. paths.Select(path => path.Key(state, item, caseSensitive))]);
        return new JinjaList(Sorted(state, PyType.ToList(state, value), Key, PyCompare.IsTrue(bound[0])));
    }

    private static JinjaList DictSort(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "dictsort", ("case_sensitive", false), ("by", TaintedString.FromTemplate("key")), ("reverse", false));
        if (value is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        if (value is not JinjaDict dict)
            throw new JinjaRuntimeError($"dictsort needs a dict, not {PyType.Name(value)}");
        string by = PyType.Text(bound[1], "by").Value;
        if (by is not ("key" or "value"))
            throw new JinjaRuntimeError("You can only sort by either \"key\" or \"value\"");
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
            path.Get(state, item, bound[1]) is var found && !caseSensitive && found is TaintedString text
                ? CaseMapping.Lower(state, text) : found;
        List<object?> groups = new();
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

/// <summary>The attribute=... of map, selectattr, sort and others: "a.b.0", a whole number, or none for the value itself.</summary>
internal sealed class AttributePath(IReadOnlyList<object> parts)
{
    public static AttributePath Parse(object? attribute) => attribute switch
    {
        null => new AttributePath([]),
        TaintedString text => new AttributePath([.. text.Value.Split('.').Select(part =>
            part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, CultureInfo.InvariantCulture, out long index)
                ? (object)index
                : TaintedString.FromTemplate(part))]),
        long or bool => new AttributePath([attribute]),
        _ => throw new JinjaRuntimeError($"an attribute is a name or a number, not {PyType.Name(attribute)}"),
    };

    public object? Get(RenderState state, object? value, object? otherwise = null)
    {
        foreach (object part in parts)
        {
            value = Members.Item(state, value, part);
            if (otherwise is not null && value is Undefined)
                value = otherwise;
        }
        return value;
    }

    /// <summary>The value at the path, strings in lower case unless asked otherwise, as sort keys are.</summary>
    public object? Key(RenderState state, object? value, bool caseSensitive) =>
        Get(state, value) is var found && !caseSensitive && found is TaintedString text ? CaseMapping.Lower(state, text) : found;
}
