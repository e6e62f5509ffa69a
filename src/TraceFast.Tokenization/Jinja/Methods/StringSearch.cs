namespace TraceFast.Tokenization.Jinja;

/// <summary>str methods that look into a string: find, index, count, startswith, endswith and their mirrors.</summary>
internal static class StringSearch
{
    public static object? Call(RenderState state, MarkedText text, string method, Arguments arguments)
    {
        object?[] bound = arguments.Bind(method, ("sub", Arguments.Required), ("start", null), ("end", null));
        (int from, int to) = Window(text, bound[1], bound[2]);
        if (method is "startswith" or "endswith")
        {
            IEnumerable<object?> options = bound[0] is JinjaTuple tuple ? tuple.Iterate() : [bound[0]];
            return options.Any(o => Affixed(text, method, PyType.Text(o, $"{method} argument").Value, from, to));
        }
        string part = PyType.Text(bound[0], $"{method} argument").Value;
        state.ChargeScan(text.Length);
        if (method == "count")
            return Count(text, part, from, to);

        int at = -1;
        if (from <= to && to - from >= part.Length)
        {
            ReadOnlySpan<char> window = text.Value.AsSpan(from, to - from);
            int inWindow = method is "find" or "index"
                ? window.IndexOf(part, StringComparison.Ordinal)
                : window.LastIndexOf(part, StringComparison.Ordinal);
            at = inWindow < 0 ? -1 : inWindow + from;
        }
        if (at < 0 && method is ("index" or "rindex"))
            throw new JinjaFault("substring not found");
        return at < 0 ? -1L : PyText.CodePointAt(text, at);
    }

    private static bool Affixed(MarkedText text, string method, string part, int from, int to) =>
        from <= to && to - from >= part.Length && (method == "startswith"
            ? text.Value.AsSpan(from, part.Length).SequenceEqual(part)
            : text.Value.AsSpan(to - part.Length, part.Length).SequenceEqual(part));

    private static long Count(MarkedText text, string part, int from, int to)
    {
        if (from > to)
            return 0;
        if (part.Length == 0)
            return text.Slice(from, to - from).CodePoints + 1L;
        long count = 0;
        for (int at = from; (at = text.Value.IndexOf(part, at, to - at, StringComparison.Ordinal)) >= 0; at += part.Length)
            count++;
        return count;
    }

    // UTF-16 bounds of text[start:end]; start past the end gives an empty, impossible window.
    private static (int From, int To) Window(MarkedText text, object? start, object? end)
    {
        long n = text.CodePoints;
        long from = start is null ? 0 : PyType.Integer(start, "start");
        long to = end is null ? n : Math.Min(PyType.Integer(end, "end"), n);
        if (from < 0)
            from = Math.Max(from + n, 0);
        if (to < 0)
            to = Math.Max(to + n, 0);
        return from > n ? (1, 0) : (PyText.Offset(text, (int)from), PyText.Offset(text, (int)to));
    }
}
