using System.Globalization;

namespace TraceFast.Tokenization.Jinja;

/// <summary>value | name(arguments)</summary>
internal delegate object? FilterFunction(RenderState state, object? value, Arguments arguments);

/// <summary>jinja2's filters that chat templates use, and transformers' own tojson.</summary>
internal static class Filter
{
    public static NameTable<FilterFunction> Table { get; } = new("filter", new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["int"] = Int,
        ["tojson"] = ToJson,

        // Strings; another value is printed to a string first, as by jinja2's soft_str.
        ["string"] = (s, v, a) => Plain("string", a, () => PyRepr.Str(s, v)),
        ["safe"] = (s, v, a) => Plain("safe", a, () => PyRepr.Str(s, v).AsSafe()),
        ["trim"] = Trim,
        ["upper"] = (s, v, a) => Alike("upper", s, v, a, text => CaseMapping.Upper(s, text)),
        ["lower"] = (s, v, a) => Alike("lower", s, v, a, text => CaseMapping.Lower(s, text)),
        ["capitalize"] = (s, v, a) => Alike("capitalize", s, v, a, text => CaseMapping.Capitalize(s, text)),
        ["title"] = (s, v, a) => Plain("title", a, () => Title(s, PyRepr.Str(s, v))),
        ["replace"] = Replace,
        ["indent"] = Indent,

        // Sequences
        ["first"] = First,
        ["last"] = Last,
        ["length"] = Length,
        ["count"] = Length,
        ["list"] = (s, v, a) => Plain("list", a, () => new JinjaList(PyType.ToList(s, v))),
        ["join"] = Join,
        ["sort"] = Sort,
        ["dictsort"] = DictSort,

        // Lazy, as jinja2's generators: what is wrong with the value shows when the first item is asked for.
        ["items"] = (_, v, a) => new JinjaIterator(Items(v, a)),
        ["map"] = (s, v, a) => new JinjaIterator(Mapped(s, v, a)),
        ["select"] = (s, v, a) => new JinjaIterator(Chosen("select", s, v, a, byAttribute: false, keep: true)),
        ["reject"] = (s, v, a) => new JinjaIterator(Chosen("reject", s, v, a, byAttribute: false, keep: false)),
        ["selectattr"] = (s, v, a) => new JinjaIterator(Chosen("selectattr", s, v, a, byAttribute: true, keep: true)),
        ["rejectattr"] = (s, v, a) => new JinjaIterator(Chosen("rejectattr", s, v, a, byAttribute: true, keep: false)),
        ["unique"] = (s, v, a) => new JinjaIterator(Unique(s, v, a)),
    });

    private static object? Default(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("default", ("default_value", TaintedString.Empty), ("boolean", false));
        return value is Undefined || (PyCompare.IsTrue(bound[1]) && !PyCompare.IsTrue(value)) ? bound[0] : value;
    }

    private static object? Int(RenderState state, object? value, Arguments arguments)
    {
        object? otherwise = arguments.Bind("int", ("default", 0L))[0];
        if (value is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        if (value is long or bool)
            return PyNumber.ToLong(value);
        double real = value as double? ?? double.NaN;
        if (value is TaintedString text)
        {
            string digits = text.Value.Trim().Replace("_", "", StringComparison.Ordinal);
            if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
                return integer;
            const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            real = double.TryParse(digits, style, CultureInfo.InvariantCulture, out double parsed) ? parsed : double.NaN;
        }
        if (!double.IsFinite(real))
            return otherwise;
        return Math.Abs(real) < 9.2e18 ? (long)real : throw new JinjaRuntimeError($"{PyNumber.Format(real)} does not fit in 64 bits");
    }

    // transformers' own tojson: json.dumps(x, ensure_ascii, indent, separators, sort_keys), no HTML escaping
    private static object ToJson(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "tojson", ("ensure_ascii", false), ("indent", null), ("separators", null), ("sort_keys", false));
        TaintedString? indent = bound[1] switch
        {
            null => null,
            TaintedString text => text,
            _ => PyText.Repeat(state, TaintedString.FromTemplate(" "), PyType.Integer(bound[1], "indent")),
        };
        (TaintedString item, TaintedString key) = (TaintedString.FromTemplate(indent is null ? ", " : ","),
            TaintedString.FromTemplate(": "));
        if (bound[2] is IJinjaSequence { Count: 2 } separators)
            (item, key) = (PyType.Text(separators[0], "separators"), PyType.Text(separators[1], "separators"));
        else if (bound[2] is not null)
            throw new JinjaRuntimeError("separators must be a pair of strings");
        return new PyJson(state, PyCompare.IsTrue(bound[0]), indent, item, key, PyCompare.IsTrue(bound[3])).Dump(value);
    }

    private static T Plain<T>(string name, Arguments arguments, Func<T> filter)
    {
        arguments.Bind(name);
        return filter();
    }

    /// <summary>What is done to Markup gives Markup.</summary>
    private static TaintedString Alike(
        string name, RenderState state, object? value, Arguments arguments, Func<TaintedString, TaintedString> change)
    {
        arguments.Bind(name);
        TaintedString text = PyRepr.Str(state, value);
        return change(text).AsSafe(text.IsSafe);
    }

    private static object? Trim(RenderState state, object? value, Arguments arguments)
    {
        object? characters = arguments.Bind("trim", ("chars", null))[0];
        return PyText.Strip(
            state, PyRepr.Str(state, value), characters is null ? null : PyType.Text(characters, "chars"), left: true, right: true);
    }

    // Words begin after white space and - ( { [ <, unlike str.title.
    private static TaintedString Title(RenderState state, TaintedString text)
    {
        List<TaintedString> result = new();
        static bool IsBreak(char c) => c is '-' or '(' or '{' or '[' or '<' || PyText.IsSpace(c);
        for (int i = 0; i < text.Length;)
        {
            int end = i + 1;
            while (end < text.Length && IsBreak(text.Value[end]) == IsBreak(text.Value[i]))
                end++;
            TaintedString run = text.Slice(i, end - i);
            int first = PyText.WidthAt(run.Value, 0);
            result.Add(CaseMapping.Upper(state, run.Slice(0, first)));
            result.Add(CaseMapping.Lower(state, run.Slice(first, run.Length - first)));
            i = end;
        }
        return PyText.Join(state, TaintedString.Empty, result);
    }

    private static object? Replace(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("replace", ("old", Arguments.Required), ("new", Arguments.Required), ("count", null));
        return PyText.Replace(
            state, PyRepr.Str(state, value), PyRepr.Str(state, bound[0]), PyRepr.Str(state, bound[1]),
            bound[2] is null ? -1 : PyType.Integer(bound[2], "count")).AsSafe(false);
    }

    private static object? Indent(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("indent", ("width", 4L), ("first", false), ("blank", false));
        TaintedString indention = bound[0] as TaintedString
            ?? PyText.Repeat(state, TaintedString.FromTemplate(" "), PyType.Integer(bound[0], "width"));
        TaintedString newline = TaintedString.FromTemplate("\n");
        // jinja2 adds the newline so that a trailing one in the text keeps its empty line.
        TaintedString text = PyType.Text(value, "indent's value");
        List<TaintedString> lines = PyText.SplitLines(state, PyText.Concat(state, text, newline));
        for (int i = PyCompare.IsTrue(bound[1]) ? 0 : 1; i < lines.Count; i++)
            if (i == 0 || lines[i].Length > 0 || PyCompare.IsTrue(bound[2]))
                lines[i] = PyText.Concat(state, indention, lines[i]);
        return PyText.Join(state, newline, lines).AsSafe(text.IsSafe);
    }

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

    private static object Join(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("join", ("d", TaintedString.Empty), ("attribute", null));
        AttributePath path = AttributePath.Parse(bound[1]);
        List<TaintedString> parts = [.. PyType.ToList(state, value).Select(item => PyRepr.Str(state, path.Get(state, item)))];
        return PyText.Join(state, PyRepr.Str(state, bound[0]), parts);
    }

    private static List<object?> Sorted(RenderState state, IEnumerable<object?> items, Func<object?, object?> key, bool reverse)
    {
        List<(object? Key, object? Item)> keyed = [.. items.Select(item => (key(item), item))];
        Comparer<(object? Key, object? Item)> order = Comparer<(object? Key, object? Item)>.Create((a, b) =>
        {
            int compared = PyCompare.InOrder(state, a.Key, b.Key);
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

    private static IEnumerable<object?> Items(object? value, Arguments arguments)
    {
        arguments.Bind("items");
        if (value is not (Undefined or JinjaDict))
            throw new JinjaRuntimeError("Can only get item pairs from a mapping.");
        foreach (KeyValuePair<object?, object?> entry in (value as JinjaDict)?.Entries ?? [])
            yield return new JinjaTuple([entry.Key, entry.Value]);
    }

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
        FilterFunction filter = Table.Find(PyType.Text(arguments.Positional[0], "the filter's name").Value);
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
        TestFunction test = Test.Table.Find(PyType.Text(arguments.Positional[used], "the test's name").Value);
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
