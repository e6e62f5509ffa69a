using System.Collections.Frozen;

namespace TraceFast.Tokenization.Jinja;

/// <summary>
/// value.name and value[key] as jinja2's sandbox resolves them: the dot looks for a method first and then for an entry, brackets the
/// other way round; a missing one is undefined. Methods that change a list or dict are refused.
/// </summary>
internal static class Members
{
    public static object? Attribute(RenderState state, object? value, string name)
    {
        if (value is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        if (Method(value, name) is { } method)
            return method;
        if (Own(value, name, out object? own))
            return own;
        return value is JinjaDict dict && dict.TryGet(TaintedString.FromTemplate(name), out object? entry)
            ? entry
            : Missing(state, value, TaintedString.FromTemplate(name));
    }

    public static object? Item(RenderState state, object? value, object? key)
    {
        switch (value)
        {
            case Undefined u:
                throw new JinjaRuntimeError(u.Message);
            // A key that Python cannot hash is in no dict; jinja2 takes its TypeError for a missing entry.
            case JinjaDict dict when PyCompare.IsHashable(key) && dict.TryGet(key, out object? entry):
                return entry;
            case TaintedString or IJinjaSequence when key is long or bool:
                return PySlice.TryIndex(state, value, PyNumber.ToLong(key), out object? element) ? element : Missing(state, value, key);
        }
        if (key is TaintedString name)
        {
            if (Method(value, name.Value) is { } method)
                return method;
            if (Own(value, name.Value, out object? own))
                return own;
        }
        return Missing(state, value, key);
    }

    private static JinjaFunction? Method(object? value, string name) => value switch
    {
        TaintedString text => StringMethods.Find(text, name),
        JinjaDict dict => ContainerMethods.Find(dict, name),
        IJinjaSequence sequence => ContainerMethods.Find(sequence, name),
        _ => null,
    };

    private static bool Own(object? value, string name, out object? result)
    {
        result = null;
        switch (value)
        {
            case JinjaNamespace ns:
                result = ns.Get(name);
                return true;
            case LoopVariable loop:
                return loop.TryGet(name, out result);
            case Macro macro:
                return macro.TryGet(name, out result);
            default:
                return false;
        }
    }

    private static Undefined Missing(RenderState state, object? value, object? key)
    {
        string type = value is null ? "None" : $"{PyType.Name(value)} object";
        return new Undefined(key is TaintedString name
            ? $"'{type}' has no attribute '{name.Value}'"
            : $"{type} has no element {PyRepr.Repr(state, key).Value}");
    }
}

/// <summary>Methods of dict; those of dict, list, tuple and range that are refused.</summary>
internal static class ContainerMethods
{
    public static JinjaFunction? Find(JinjaDict dict, string name) => name switch
    {
        "items" => View(name, dict, e => new JinjaTuple([e.Key, e.Value])),
        "keys" => View(name, dict, e => e.Key),
        "values" => View(name, dict, e => e.Value),
        "get" => new JinjaFunction(name, (_, arguments) =>
        {
            object?[] bound = arguments.Bind(name, ("key", Arguments.Required), ("default", null));
            return dict.TryGet(bound[0], out object? value) ? value : bound[1];
        }),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => Unsafe("dict", name),
        "copy" or "fromkeys" => JinjaFunction.Refused(
            name, $"the method '{name}' of dict is not supported in chat templates; supported are get, items, keys, values"),
        _ => null,
    };

    public static JinjaFunction? Find(IJinjaSequence sequence, string name) => name switch
    {
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when sequence is JinjaList =>
            Unsafe("list", name),
        "count" or "index" or "copy" when name != "copy" || sequence is JinjaList => JinjaFunction.Refused(
            name, $"the method '{name}' of {PyType.Name(sequence)} is not supported in chat templates; none of its methods are"),
        _ => null,
    };

    private static JinjaFunction View(string name, JinjaDict dict, Func<KeyValuePair<object?, object?>, object?> entry) =>
        new(name, (state, arguments) =>
        {
            arguments.Bind(name);
            state.ChargeItems(dict.Count * 3L);
            return new JinjaDictView($"dict_{name}", [.. dict.Entries.Select(entry)]);
        });

    // jinja2.sandbox.ImmutableSandboxedEnvironment
    private static JinjaFunction Unsafe(string type, string name) => JinjaFunction.Refused(
        name, $"access to attribute '{name}' of '{type}' object is unsafe: templates cannot change values; "
            + "build a new one with + or a namespace");
}

/// <summary>The methods of str that chat templates call.</summary>
internal static class StringMethods
{
    private delegate object? Method(RenderState state, TaintedString text, string name, Arguments arguments);

    private static readonly NameTable<Method> s_table = new("str method", new()
    {
        ["strip"] = Strip,
        ["lstrip"] = Strip,
        ["rstrip"] = Strip,
        ["upper"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.Upper(s, t)),
        ["lower"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.Lower(s, t)),
        ["title"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.TitleWords(s, t)),
        ["capitalize"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.Capitalize(s, t)),
        ["split"] = Split,
        ["replace"] = Replace,
        ["startswith"] = StartsOrEndsWith,
        ["endswith"] = StartsOrEndsWith,
    });

    // What Python's str has beside these.
    private static readonly FrozenSet<string> s_unsupported = (
        "casefold center count encode expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier "
        + "islower isnumeric isprintable isspace istitle isupper join ljust maketrans partition removeprefix removesuffix rfind rindex "
        + "rjust rpartition rsplit splitlines swapcase translate zfill").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static JinjaFunction? Find(TaintedString text, string name)
    {
        if (!s_table.Has(name))
            return s_unsupported.Contains(name) ? JinjaFunction.Refused(name, s_table.Unsupported(name)) : null;
        Method method = s_table.Find(name);
        return new JinjaFunction(name, (state, arguments) =>
            text.IsSafe ? AsMarkup(method(state, text, name, arguments)) : method(state, text, name, arguments));
    }

    /// <summary>What a method of Markup gives: strings, and lists of them, are Markup too.</summary>
    private static object? AsMarkup(object? result) => result switch
    {
        TaintedString text => text.AsSafe(),
        JinjaList list => new JinjaList([.. list.Iterate().Select(AsMarkup)]),
        _ => result,
    };

    private static TaintedString NoArguments(string name, Arguments arguments, Func<TaintedString> call)
    {
        arguments.Bind(name);
        return call();
    }

    private static TaintedString Strip(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        object? characters = arguments.Bind(name, ("chars", null))[0];
        return PyText.Strip(
            state, text, characters is null ? null : PyType.Text(characters, "chars"), left: name != "rstrip", right: name != "lstrip");
    }

    private static TaintedString Replace(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        object?[] bound = arguments.Bind(name, ("old", Arguments.Required), ("new", Arguments.Required), ("count", -1L));
        TaintedString replacement = PyType.Text(bound[1], "new");
        return PyText.Replace(
            state, text, PyType.Text(bound[0], "old"), text.IsSafe ? PyText.Escape(state, replacement) : replacement,
            PyType.Integer(bound[2], "count"));
    }

    private static object StartsOrEndsWith(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        object?[] bound = arguments.Bind(name, ("affix", Arguments.Required), ("start", null), ("end", null));
        long? Bound(object? value, string what) => value is null ? null : PyType.Integer(value, what);
        (long? start, long? end) = (Bound(bound[1], "start"), Bound(bound[2], "end"));
        string window = ((TaintedString)PySlice.Slice(state, text, start, end, null)).Value;
        IEnumerable<object?> affixes = bound[0] is JinjaTuple tuple ? tuple.Iterate() : [bound[0]];
        return (start is null || start <= text.CodePoints) && affixes.Any(value =>
            PyType.Text(value, $"{name} argument").Value is var affix && name == "startswith"
                ? window.StartsWith(affix, StringComparison.Ordinal) : window.EndsWith(affix, StringComparison.Ordinal));
    }

    private static JinjaList Split(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        object?[] bound = arguments.Bind(name, ("sep", null), ("maxsplit", -1L));
        long max = PyType.Integer(bound[1], "maxsplit") is >= 0 and long given ? given : long.MaxValue;
        state.ChargeText(text.Length);
        if (bound[0] is null)
            return new JinjaList(SplitOnSpace(state, text, max));
        string separator = PyType.Text(bound[0], "sep").Value;
        if (separator.Length == 0)
            throw new JinjaRuntimeError("empty separator");
        List<object?> parts = [];
        int start = 0;
        for (int at; max > 0 && (at = text.Value.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; max--)
        {
            state.ChargeItems(1);
            parts.Add(text.Slice(start, at - start));
            start = at + separator.Length;
        }
        parts.Add(text.Slice(start, text.Length - start));
        return new JinjaList(parts);
    }

    private static List<object?> SplitOnSpace(RenderState state, TaintedString text, long max)
    {
        List<object?> parts = [];
        string s = text.Value;
        for (int at = 0; true; max--)
        {
            while (at < s.Length && PyText.IsSpace(s[at]))
                at++;
            if (at == s.Length)
                return parts;
            state.ChargeItems(1);
            int start = at;
            // What is left after the last split keeps its space, at its far end too.
            while (at < s.Length && (max == 0 || !PyText.IsSpace(s[at])))
                at++;
            parts.Add(text.Slice(start, at - start));
        }
    }
}
