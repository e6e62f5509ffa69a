namespace TraceFast.Tokenization.Jinja;

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
            throw new JinjaFault($"{PyRepr.Repr(state, item)} is not in {PyType.Name(sequence)}");
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
        name, (_, _) => throw new JinjaFault(
            $"access to attribute '{name}' of '{type}' object is unsafe: templates cannot change values; build a new one with + or a namespace"));
}
