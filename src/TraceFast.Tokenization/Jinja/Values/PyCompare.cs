namespace TraceFast.Tokenization.Jinja;

/// <summary>Python's truth, equality, ordering and membership.</summary>
internal static class PyCompare
{
    private const int MaxDepth = 200;

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool b => b,
        long i => i != 0,
        double d => d != 0,
        MarkedText t => t.Length > 0,
        IJinjaSized s => s.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? a, object? b) => AreEqual(a, b, 0);

    private static bool AreEqual(object? a, object? b, int depth)
    {
        if (depth > MaxDepth)
            throw new JinjaFault($"values nested deeper than {MaxDepth} cannot be compared");
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Compare(a!, b!) == 0;
        switch (a, b)
        {
            case (MarkedText x, MarkedText y):
                return x.Equals(y);
            case (Undefined, Undefined):
                return true;
            case (JinjaList, JinjaList):
            case (JinjaTuple, JinjaTuple):
            case (JinjaRange, JinjaRange):
                var (s, t) = ((IJinjaSequence)a, (IJinjaSequence)b);
                if (s.Count != t.Count)
                    return false;
                for (int i = 0; i < s.Count; i++)
                    if (!AreEqual(s[i], t[i], depth + 1))
                        return false;
                return true;
            case (JinjaDict x, JinjaDict y):
                return x.Count == y.Count
                    && x.Entries.All(e => y.TryGet(e.Key, out object? value) && AreEqual(e.Value, value, depth + 1));
            default:
                return ReferenceEquals(a, b);
        }
    }

    /// <summary>Equal values have equal hashes; lists and dicts are unhashable as in Python.</summary>
    public static int Hash(object? value) => value switch
    {
        null => 0,
        bool b => (b ? 1.0 : 0.0).GetHashCode(),
        long i => ((double)i).GetHashCode(),
        double d => d.GetHashCode(),
        MarkedText t => t.GetHashCode(),
        JinjaTuple t => t.Iterate().Aggregate(17, (h, v) => HashCode.Combine(h, Hash(v))),
        JinjaList or JinjaDict => throw new JinjaFault($"unhashable type: '{PyType.Name(value)}'"),
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
    };

    /// <summary>a &lt; b: -1, a == b: 0, a &gt; b: 1; an error where Python has no order. NaN gives null (no comparison holds).</summary>
    public static int? Order(object? a, object? b, string symbol)
    {
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Compare(a!, b!);
        if (a is Undefined ua)
            throw new JinjaFault(ua.Message);
        if (b is Undefined ub)
            throw new JinjaFault(ub.Message);
        if (a is MarkedText x && b is MarkedText y)
            return Math.Sign(PyText.CompareCodePoints(x.Value, y.Value));
        if ((a is JinjaList && b is JinjaList) || (a is JinjaTuple && b is JinjaTuple))
        {
            var (s, t) = ((IJinjaSequence)a, (IJinjaSequence)b);
            for (int i = 0; i < Math.Min(s.Count, t.Count); i++)
                if (!AreEqual(s[i], t[i]))
                    return Order(s[i], t[i], symbol);
            return s.Count.CompareTo(t.Count);
        }
        throw new JinjaFault(
            $"'{symbol}' not supported between instances of '{PyType.Name(a)}' and '{PyType.Name(b)}'");
    }

    public static bool Contains(RenderState state, object? container, object? item)
    {
        switch (container)
        {
            case MarkedText text:
                if (item is not MarkedText part)
                    throw new JinjaFault($"'in <string>' requires string as left operand, not {PyType.Name(item)}");
                state.ChargeScan(text.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case JinjaDict dict:
                return dict.TryGet(item, out _);
            case IJinjaIterable items:
                foreach (object? candidate in items.Iterate())
                {
                    state.Step();
                    if (AreEqual(candidate, item))
                        return true;
                }
                return false;
            default:
                throw new JinjaFault($"argument of type '{PyType.Name(container)}' is not iterable");
        }
    }
}
