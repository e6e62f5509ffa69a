namespace TraceFast.Tokenization.Jinja;

/// <summary>Functions that every template can call: jinja2's own and transformers' raise_exception and strftime_now.</summary>
internal static class Globals
{
    public static IEnumerable<KeyValuePair<string, object?>> All { get; } = new IJinjaCallable[]
    {
        new JinjaFunction("range", Range),
        new JinjaFunction("dict", Dict),
        new JinjaFunction("namespace", Namespace),
        new JinjaFunction("raise_exception", RaiseException),
        new JinjaFunction("strftime_now", (state, arguments) => MarkedText.FromTemplate(Strftime.Format(
            state.Now, PyType.Text(arguments.Bind("strftime_now", ("format", Arguments.Required))[0], "format").Value))),
    }.Select(f => KeyValuePair.Create(f.Name, (object?)f)).ToArray();

    private static JinjaRange Range(RenderState state, Arguments arguments)
    {
        if (arguments.Keyword.Count > 0)
            throw new JinjaFault("range() takes no keyword arguments");
        long[] bounds = [.. arguments.Positional.Select(v => PyType.Integer(v, "range's argument"))];
        return bounds.Length switch
        {
            1 => new JinjaRange(0, bounds[0], 1),
            2 => new JinjaRange(bounds[0], bounds[1], 1),
            3 => new JinjaRange(bounds[0], bounds[1], bounds[2]),
            _ => throw new JinjaFault($"range expected 1 to 3 arguments, got {bounds.Length}"),
        };
    }

    // Entries of a dict or of a sequence of pairs, then the keywords.
    private static IEnumerable<(object? Key, object? Value)> Entries(RenderState state, string function, Arguments arguments)
    {
        if (arguments.Positional.Count > 1)
            throw new JinjaFault($"{function} expected at most 1 argument, got {arguments.Positional.Count}");
        if (arguments.Positional.Count == 1 && arguments.Positional[0] is JinjaDict source)
        {
            foreach ((object? key, object? value) in source.Entries)
                yield return (key, value);
        }
        else if (arguments.Positional.Count == 1)
        {
            foreach (object? pair in PyType.Iterate(state, arguments.Positional[0]))
            {
                List<object?> items = PyType.ToList(state, pair);
                if (items.Count != 2)
                    throw new JinjaFault($"{function} update sequence element has length {items.Count}; 2 is required");
                yield return (items[0], items[1]);
            }
        }
        foreach ((string key, object? value) in arguments.Keyword)
            yield return (MarkedText.FromTemplate(key), value);
    }

    private static JinjaDict Dict(RenderState state, Arguments arguments)
    {
        var dict = new JinjaDict();
        foreach ((object? key, object? value) in Entries(state, "dict", arguments))
        {
            state.ChargeItems(1);
            dict.Set(key, value);
        }
        return dict;
    }

    private static JinjaNamespace Namespace(RenderState state, Arguments arguments)
    {
        var ns = new JinjaNamespace();
        foreach ((object? key, object? value) in Entries(state, "namespace", arguments))
        {
            state.ChargeItems(1);
            ns.Set(PyType.Text(key, "a namespace's attribute").Value, value);
        }
        return ns;
    }

    private static object RaiseException(RenderState state, Arguments arguments)
    {
        object? message = arguments.Bind("raise_exception", ("message", Arguments.Required))[0];
        throw new JinjaFault(PyRepr.Str(state, message).Value, raisedByTemplate: true);
    }
}
