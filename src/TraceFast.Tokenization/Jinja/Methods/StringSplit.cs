namespace TraceFast.Tokenization.Jinja;

/// <summary>str methods that cut a string: split, rsplit, splitlines, partition, rpartition, removeprefix, removesuffix.</summary>
internal static class StringSplit
{
    public static JinjaList Split(RenderState state, MarkedText text, string method, Arguments arguments)
    {
        object?[] bound = arguments.Bind(method, ("sep", null), ("maxsplit", -1L));
        long max = PyType.Integer(bound[1], "maxsplit");
        if (max < 0)
            max = long.MaxValue;
        bool fromRight = method == "rsplit";
        state.ChargeText(text.Length);
        var parts = new List<object?>();
        if (bound[0] is null)
        {
            SplitOnSpace(state, text, max, fromRight, parts);
        }
        else
        {
            MarkedText separator = PyType.Text(bound[0], "sep");
            if (separator.Length == 0)
                throw new JinjaFault("empty separator");
            SplitOn(state, text, separator.Value, max, fromRight, parts);
        }
        if (fromRight)
            parts.Reverse();
        return new JinjaList(parts);
    }

    private static void SplitOn(RenderState state, MarkedText text, string separator, long max, bool fromRight, List<object?> parts)
    {
        (int start, int end) = (0, text.Length);
        for (; max > 0; max--)
        {
            ReadOnlySpan<char> rest = text.Value.AsSpan(start, end - start);
            int at = fromRight ? rest.LastIndexOf(separator, StringComparison.Ordinal) : rest.IndexOf(separator, StringComparison.Ordinal);
            if (at < 0)
                break;
            at += start;
            state.ChargeItems(1);
            if (fromRight)
            {
                parts.Add(text.Slice(at + separator.Length, end - at - separator.Length));
                end = at;
            }
            else
            {
                parts.Add(text.Slice(start, at - start));
                start = at + separator.Length;
            }
        }
        parts.Add(text.Slice(start, end - start));
    }

    private static void SplitOnSpace(RenderState state, MarkedText text, long max, bool fromRight, List<object?> parts)
    {
        string s = text.Value;
        (int start, int end) = (0, s.Length);
        while (true)
        {
            while (fromRight && end > start && PyText.IsSpace(s[end - 1]))
                end--;
            while (!fromRight && start < end && PyText.IsSpace(s[start]))
                start++;
            if (start == end)
                return;
            state.ChargeItems(1);
            if (max-- == 0)
            {
                // What is left keeps its space, at its far end too.
                parts.Add(fromRight ? text.Slice(0, end) : text.Slice(start, s.Length - start));
                return;
            }
            int at = fromRight ? end - 1 : start;
            while (fromRight ? at > start && !PyText.IsSpace(s[at - 1]) : at < end && !PyText.IsSpace(s[at]))
                at += fromRight ? -1 : 1;
            parts.Add(fromRight ? text.Slice(at, end - at) : text.Slice(start, at - start));
            (start, end) = fromRight ? (start, at) : (at, end);
        }
    }

    public static JinjaTuple Partition(RenderState state, MarkedText text, string method, Arguments arguments)
    {
        MarkedText separator = PyType.Text(arguments.Bind(method, ("sep", Arguments.Required))[0], "sep");
        if (separator.Length == 0)
            throw new JinjaFault("empty separator");
        state.ChargeText(text.Length);
        bool last = method == "rpartition";
        int at = last
            ? text.Value.LastIndexOf(separator.Value, StringComparison.Ordinal)
            : text.Value.IndexOf(separator.Value, StringComparison.Ordinal);
        if (at < 0)
            return new JinjaTuple(last ? [MarkedText.Empty, MarkedText.Empty, text] : [text, MarkedText.Empty, MarkedText.Empty]);
        int after = at + separator.Length;
        return new JinjaTuple([text.Slice(0, at), separator, text.Slice(after, text.Length - after)]);
    }

    public static MarkedText RemoveAffix(RenderState state, MarkedText text, string method, Arguments arguments)
    {
        string affix = PyType.Text(arguments.Bind(method, ("affix", Arguments.Required))[0], "affix").Value;
        state.ChargeText(text.Length);
        if (affix.Length > 0 && method == "removeprefix" && text.Value.StartsWith(affix, StringComparison.Ordinal))
            return text.Slice(affix.Length, text.Length - affix.Length);
        if (affix.Length > 0 && method == "removesuffix" && text.Value.EndsWith(affix, StringComparison.Ordinal))
            return text.Slice(0, text.Length - affix.Length);
        return text;
    }
}
