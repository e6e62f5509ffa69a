namespace TraceFast.Tokenization.Jinja;

/// <summary>value[index] and value[start:stop:step] on strings, lists, tuples and ranges, as Python's.</summary>
internal static class PySlice
{
    /// <summary>The element, or null where the index is outside (the caller makes it undefined).</summary>
    public static bool TryIndex(RenderState state, object? value, long index, out object? element)
    {
        element = null;
        int count = value switch
        {
            MarkedText text => text.CodePoints,
            IJinjaSequence sequence => sequence.Count,
            _ => -1,
        };
        if (index < 0)
            index += count;
        if (index < 0 || index >= count)
            return false;
        if (value is MarkedText s)
        {
            state.ChargeScan(s.Length);
            int at = PyText.Offset(s, (int)index);
            element = s.Slice(at, PyText.WidthAt(s.Value, at));
        }
        else
        {
            element = ((IJinjaSequence)value!)[(int)index];
        }
        return true;
    }

    public static object Slice(RenderState state, object? value, long? start, long? stop, long? step)
    {
        int count = value switch
        {
            MarkedText text => text.CodePoints,
            IJinjaSequence sequence => sequence.Count,
            Undefined u => throw new JinjaFault(u.Message),
            _ => throw new JinjaFault($"'{PyType.Name(value)}' object cannot be sliced"),
        };
        long by = step ?? 1;
        if (by == 0)
            throw new JinjaFault("slice step cannot be zero");
        long low = by > 0 ? 0 : -1;
        long high = by > 0 ? count : count - 1;
        long Clamp(long? bound, long otherwise) =>
            bound is not { } b ? otherwise : Math.Clamp(b < 0 ? Math.Max(b + count, low) : b, low, high);
        long from = Clamp(start, by > 0 ? 0 : count - 1);
        long to = Clamp(stop, by > 0 ? count : -1);

        if (value is MarkedText s)
        {
            state.ChargeText(s.Length);
            if (by == 1)
            {
                if (to <= from)
                    return MarkedText.Empty.AsSafe(s.IsSafe);
                int at = PyText.Offset(s, (int)from);
                return s.Slice(at, PyText.Offset(s, (int)to) - at);
            }
            List<MarkedText> characters = [.. PyText.Characters(state, s).Cast<MarkedText>()];
            var builder = new MarkedTextBuilder();
            for (long i = from; by > 0 ? i < to : i > to; i = Next(i, by))
                builder.Append(characters[(int)i]);
            return builder.Build().AsSafe(s.IsSafe);
        }
        var items = (IJinjaSequence)value;
        var picked = new List<object?>();
        for (long i = from; by > 0 ? i < to : i > to; i = Next(i, by))
        {
            state.ChargeItems(1);
            picked.Add(items[(int)i]);
        }
        return value is JinjaTuple ? new JinjaTuple(picked) : new JinjaList(picked);
    }

    private static long Next(long i, long by) => (long)Int128.Clamp((Int128)i + by, long.MinValue, long.MaxValue);
}
