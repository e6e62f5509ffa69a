namespace TraceFast.Tokenization.Jinja;

/// <summary>Python's names of types, and iteration over any value.</summary>
internal static class PyType
{
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long => "int",
        double => "float",
        MarkedText => "str",
        JinjaList => "list",
        JinjaTuple => "tuple",
        JinjaDict => "dict",
        JinjaRange => "range",
        JinjaDictView view => view.Kind,
        JinjaIterator => "generator",
        JinjaNamespace => "Namespace",
        Undefined => "Undefined",
        LoopVariable => "LoopContext",
        Macro => "Macro",
        IJinjaCallable => "function",
        _ => value.GetType().Name,
    };

    /// <summary>The entries of a value as a for loop sees them: dict keys, characters of a string.</summary>
    public static IEnumerable<object?> Iterate(RenderState state, object? value) => value switch
    {
        MarkedText text => PyText.Characters(state, text),
        IJinjaIterable items => items.Iterate(),
        _ => throw new JinjaFault($"'{Name(value)}' object is not iterable"),
    };

    /// <summary>The entries as a new list, charged to the bounds.</summary>
    public static List<object?> ToList(RenderState state, object? value)
    {
        var list = new List<object?>();
        foreach (object? item in Iterate(state, value))
        {
            state.ChargeItems(1);
            list.Add(item);
        }
        return list;
    }

    public static long Length(object? value) => value switch
    {
        MarkedText text => text.CodePoints,
        IJinjaSized sized => sized.Count,
        _ => throw new JinjaFault($"object of type '{Name(value)}' has no len()"),
    };

    public static long Integer(object? value, string what) => value switch
    {
        long i => i,
        bool b => b ? 1 : 0,
        Undefined u => throw new JinjaFault(u.Message),
        _ => throw new JinjaFault($"{what} must be an integer, not '{Name(value)}'"),
    };

    public static MarkedText Text(object? value, string what) => value switch
    {
        MarkedText text => text,
        Undefined u => throw new JinjaFault(u.Message),
        _ => throw new JinjaFault($"{what} must be a string, not '{Name(value)}'"),
    };
}
