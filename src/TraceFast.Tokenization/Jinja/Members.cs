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

    private static IJinjaCallable? Method(object? value, string name) => value switch
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

/// <summary>Methods of dict, list, tuple and range.</summary>
internal static class ContainerMethods
{
    public static IJinjaCallable? Find(JinjaDict dict, string name) => name switch
    {
        "items" => new JinjaFunction(name, (state, arguments) =>
        {
            arguments.Bind(name);
            state.ChargeItems(dict.Count * 3L);
            return new JinjaDictView("dict_items", [.. dict.Entries.Select(e => new JinjaTuple([e.Key, e.Value]))]);
        }),
        "keys" => new JinjaFunction(name, (state, arguments) =>
        {
            arguments.Bind(name);
            state.ChargeItems(dict.Count);
            return new JinjaDictView("dict_keys", [.. dict.Iterate()]);
        }),
        "values" => new JinjaFunction(name, (state, arguments) =>
        {
            arguments.Bind(name);
            state.ChargeItems(dict.Count);
            return new JinjaDictView("dict_values", [.. dict.Entries.Select(e => e.Value)]);
        }),
        "get" => new JinjaFunction(name, (_, arguments) =>
        {
            object?[] bound = arguments.Bind(name, ("key", Arguments.Required), ("default", null));
            return dict.TryGet(bound[0], out object? value) ? value : bound[1];
        }),
        "copy" => new JinjaFunction(name, (_, arguments) =>
        {
            arguments.Bind(name);
            return dict;
        }),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => Unsafe("dict", name),
        _ => null,
    };

    public static IJinjaCallable? Find(IJinjaSequence sequence, string name) => name switch
    {
        "index" => new JinjaFunction(name, (state, arguments) =>
        {
            object? item = arguments.Bind(name, ("value", Arguments.Required))[0];
            for (int i = 0; i < sequence.Count; i++)
            {
                if (PyCompare.AreEqual(state, sequence[i], item))
                    return (long)i;
            }
            throw new JinjaRuntimeError($"{PyRepr.Repr(state, item)} is not in {PyType.Name(sequence)}");
        }),
        "count" => new JinjaFunction(name, (state, arguments) =>
        {
            object? item = arguments.Bind(name, ("value", Arguments.Required))[0];
            return sequence.Iterate().LongCount(candidate => PyCompare.AreEqual(state, candidate, item));
        }),
        "copy" when sequence is JinjaList => new JinjaFunction(name, (_, arguments) =>
        {
            arguments.Bind(name);
            return sequence;
        }),
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when sequence is JinjaList =>
            Unsafe("list", name),
        _ => null,
    };

    // jinja2.sandbox.ImmutableSandboxedEnvironment
    private static JinjaFunction Unsafe(string type, string name) => new(
        name, (_, _) => throw new JinjaRuntimeError(
            $"access to attribute '{name}' of '{type}' object is unsafe: templates cannot change values; "
                + "build a new one with + or a namespace"));
}
