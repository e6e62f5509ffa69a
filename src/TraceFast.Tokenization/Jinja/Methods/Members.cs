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
            throw new JinjaFault(u.Message);
        if (Method(value, name) is { } method)
            return method;
        if (Own(value, name, out object? own))
            return own;
        return value is JinjaDict dict && dict.TryGet(MarkedText.FromTemplate(name), out object? entry)
            ? entry
            : Missing(state, value, MarkedText.FromTemplate(name));
    }

    public static object? Item(RenderState state, object? value, object? key)
    {
        switch (value)
        {
            case Undefined u:
                throw new JinjaFault(u.Message);
            // A key that Python cannot hash is in no dict; jinja2 takes its TypeError for a missing entry.
            case JinjaDict dict when PyCompare.IsHashable(key) && dict.TryGet(key, out object? entry):
                return entry;
            case MarkedText or IJinjaSequence when key is long or bool:
                return PySlice.TryIndex(state, value, PyNumber.ToLong(key), out object? element) ? element : Missing(state, value, key);
        }
        if (key is MarkedText name)
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
        MarkedText text => StringMethods.Find(text, name),
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
        return new Undefined(key is MarkedText name
            ? $"'{type}' has no attribute '{name.Value}'"
            : $"{type} has no element {PyRepr.Repr(state, key).Value}");
    }
}
