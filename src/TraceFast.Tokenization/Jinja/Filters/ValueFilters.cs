namespace TraceFast.Tokenization.Jinja;

/// <summary>default, tojson, attr</summary>
internal static class ValueFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = ToJson,
        ["attr"] = (s, v, a) => Attribute(s, v, a),
    };

    private static object? Default(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("default", ("default_value", MarkedText.Empty), ("boolean", false));
        return value is Undefined || (PyCompare.IsTrue(bound[1]) && !PyCompare.IsTrue(value)) ? bound[0] : value;
    }

    // transformers' own tojson: json.dumps(x, ensure_ascii, indent, separators, sort_keys), no HTML escaping
    private static object ToJson(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "tojson", ("ensure_ascii", false), ("indent", null), ("separators", null), ("sort_keys", false));
        MarkedText? indent = bound[1] switch
        {
            null => null,
            MarkedText text => text,
            _ => PyText.Repeat(state, MarkedText.FromTemplate(" "), PyType.Integer(bound[1], "indent")),
        };
        (MarkedText item, MarkedText key) = (MarkedText.FromTemplate(indent is null ? ", " : ","), MarkedText.FromTemplate(": "));
        if (bound[2] is IJinjaSequence { Count: 2 } separators)
            (item, key) = (PyType.Text(separators[0], "separators"), PyType.Text(separators[1], "separators"));
        else if (bound[2] is not null)
            throw new JinjaFault("separators must be a pair of strings");
        return new PyJson(state, PyCompare.IsTrue(bound[0]), indent, item, key, PyCompare.IsTrue(bound[3])).Dump(value);
    }

    private static object? Attribute(RenderState state, object? value, Arguments arguments)
    {
        string name = PyType.Text(arguments.Bind("attr", ("name", Arguments.Required))[0], "name").Value;
        if (value is JinjaDict dict && ContainerMethods.Find(dict, name) is null)
            return new Undefined($"'dict object' has no attribute '{name}'");
        return Members.Attribute(state, value, name);
    }
}
