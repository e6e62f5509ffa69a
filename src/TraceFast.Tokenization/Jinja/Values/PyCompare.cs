namespace TraceFast.Tokenization.Jinja;

/// <summary>Python's truth, equality, ordering and membership.</summary>
internal static class PyCompare
{
    private const int MaxDepth = 200;
    private const int MaxKeyParts = 64;

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

    /// <param name="state">charged for each compared value; null only for dict keys, whose size is bounded</param>
    public static bool AreEqual(RenderState? state, object? a, object? b) => AreEqual(state, a, b, 0);

    private static bool AreEqual(RenderState? state, object? a, object? b, int depth)
    {
        state?.Step();
        if (depth > MaxDepth)
            throw new JinjaFault($"values nested deeper than {MaxDepth} cannot be compared");
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Compare(a!, b!) == 0;
        switch (a, b)
        {
            case (MarkedText x, MarkedText y):
                state?.ChargeScan(Math.Min(x.Length, y.Length));
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
                    if (!AreEqual(state, s[i], t[i], depth + 1))
                        return false;
                return true;
            case (JinjaDict x, JinjaDict y):
                return x.Count == y.Count
                    && x.Entries.All(e => y.TryGet(e.Key, out object? value) && AreEqual(state, e.Value, value, depth + 1));
            default:
                return ReferenceEquals(a, b);
        }
    }

    /// <summary>A dict key's hash: equal values have equal hashes; lists and dicts are unhashable as in Python; a tuple has few parts.</summary>
    public static int KeyHash(object? value)
    {
        int parts = 0;
        return Hash(value, ref parts);
    }

    public static bool IsHashable(object? key) => key switch
    {
        JinjaList or JinjaDict => false,
        JinjaTuple tuple => tuple.Iterate().Take(MaxKeyParts).All(IsHashable),
        _ => true,
    };

    private static int Hash(object? value, ref int parts)
    {
        if (++parts > MaxKeyParts)
            throw new JinjaFault($"a dict key of more than {MaxKeyParts} parts is not supported");
        switch (value)
        {
            case null:
                return 0;
            case Undefined:
                return 1;
            case bool or long or double:
                return PyNumber.ToDouble(value).GetHashCode();
            case MarkedText text:
                return text.GetHashCode();
            case JinjaTuple tuple:
                int hash = 17;
                foreach (object? item in tuple.Iterate())
                    hash = HashCode.Combine(hash, Hash(item, ref parts));
                return hash;
            case JinjaList or JinjaDict:
                throw new JinjaFault($"unhashable type: '{PyType.Name(value)}'");
            default:
                return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value);
        }
    }

    /// <summary>a &lt; b: -1, a == b: 0, a &gt; b: 1; an error where Python has no order. NaN gives null (no comparison holds).</summary>
    public static int? Order(RenderState state, object? a, object? b, string symbol) => Order(state, a, b, symbol, 0);

    private static int? Order(RenderState state, object? a, object? b, string symbol, int depth)
    {
        if (depth > MaxDepth)
            throw new JinjaFault($"values nested deeper than {MaxDepth} cannot be compared");
        state.Step();
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Compare(a!, b!);
        if (a is Undefined ua)
            throw new JinjaFault(ua.Message);
        if (b is Undefined ub)
            throw new JinjaFault(ub.Message);
        if (a is MarkedText x && b is MarkedText y)
        {
            state.ChargeScan(Math.Min(x.Length, y.Length));
            return Math.Sign(PyText.CompareCodePoints(x.Value, y.Value));
        }
        if ((a is JinjaList && b is JinjaList) || (a is JinjaTuple && b is JinjaTuple))
        {
            var (s, t) = ((IJinjaSequence)a, (IJinjaSequence)b);
            for (int i = 0; i < Math.Min(s.Count, t.Count); i++)
                if (!AreEqual(state, s[i], t[i]))
                    return Order(state, s[i], t[i], symbol, depth + 1);
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
                    if (AreEqual(state, candidate, item))
                        return true;
                }
                return false;
            default:
                throw new JinjaFault($"argument of type '{PyType.Name(container)}' is not iterable");
        }
    }
}
