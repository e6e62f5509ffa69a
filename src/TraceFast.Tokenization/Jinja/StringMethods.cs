using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>The methods of str that templates may call. One that Python has and this list lacks is an error that names it.</summary>
internal static class StringMethods
{
    private delegate object? Method(RenderState state, TaintedString text, string name, Arguments arguments);

    private static readonly FrozenDictionary<string, Method> s_table = new Dictionary<string, Method>
    {
        ["strip"] = Strip,
        ["lstrip"] = Strip,
        ["rstrip"] = Strip,
        ["upper"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.Upper(s, t)),
        ["lower"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.Lower(s, t)),
        ["title"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.TitleWords(s, t)),
        ["capitalize"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.Capitalize(s, t)),
        ["swapcase"] = (s, t, n, a) => NoArguments(n, a, () => CaseMapping.SwapCase(s, t)),
        ["split"] = StringSplit.Split,
        ["rsplit"] = StringSplit.Split,
        ["splitlines"] = SplitLines,
        ["partition"] = StringSplit.Partition,
        ["rpartition"] = StringSplit.Partition,
        ["removeprefix"] = StringSplit.RemoveAffix,
        ["removesuffix"] = StringSplit.RemoveAffix,
        ["replace"] = Replace,
        ["join"] = Join,
        ["find"] = StringSearch.Call,
        ["rfind"] = StringSearch.Call,
        ["index"] = StringSearch.Call,
        ["rindex"] = StringSearch.Call,
        ["count"] = StringSearch.Call,
        ["startswith"] = StringSearch.Call,
        ["endswith"] = StringSearch.Call,
        ["center"] = Pad,
        ["ljust"] = Pad,
        ["rjust"] = Pad,
        ["zfill"] = ZeroFill,
        ["format"] = (s, t, _, a) => TextFormat.Braces(s, t, a),
        ["isalpha"] = (s, t, n, a) => AllRunes(s, t, n, a, Rune.IsLetter),
        ["isalnum"] = (s, t, n, a) => AllRunes(s, t, n, a, r => Rune.IsLetter(r) || Rune.IsNumber(r)),
        ["isdigit"] = (s, t, n, a) => AllRunes(s, t, n, a, Rune.IsDigit),
        ["isdecimal"] = (s, t, n, a) => AllRunes(s, t, n, a, Rune.IsDigit),
        ["isnumeric"] = (s, t, n, a) => AllRunes(s, t, n, a, Rune.IsNumber),
        ["isspace"] = (s, t, n, a) => AllRunes(s, t, n, a, r => r.IsBmp && PyText.IsSpace((char)r.Value)),
        ["isascii"] = (s, t, n, a) => t.Length == 0 || (bool)AllRunes(s, t, n, a, r => r.IsAscii),
        ["isupper"] = (s, t, n, a) => CasedAs(s, t, n, a, Rune.IsUpper),
        ["islower"] = (s, t, n, a) => CasedAs(s, t, n, a, Rune.IsLower),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IJinjaCallable? Find(TaintedString text, string name) =>
        s_table.TryGetValue(name, out Method? method)
            ? new JinjaFunction(
                name, (state, arguments) =>
                    text.IsSafe ? AsMarkup(method(state, text, name, arguments)) : method(state, text, name, arguments))
            : null;

    /// <summary>What a method of Markup gives: strings, and lists and tuples of them, are Markup too.</summary>
    private static object? AsMarkup(object? result) => result switch
    {
        TaintedString text => text.AsSafe(),
        JinjaList list => new JinjaList([.. list.Iterate().Select(AsMarkup)]),
        JinjaTuple tuple => new JinjaTuple([.. tuple.Iterate().Select(AsMarkup)]),
        _ => result,
    };

    private static TaintedString NoArguments(string name, Arguments arguments, Func<TaintedString> call)
    {
        arguments.Bind(name);
        return call();
    }

    private static TaintedString Strip(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        object? characters = arguments.Bind(name, ("chars", null))[0];
        return PyText.Strip(
            state, text, characters is null ? null : PyType.Text(characters, "chars"), left: name != "rstrip", right: name != "lstrip");
    }

    private static JinjaList SplitLines(RenderState state, TaintedString text, string name, Arguments arguments) =>
        new(PyText.SplitLines(state, text, PyCompare.IsTrue(arguments.Bind(name, ("keepends", false))[0])));

    private static TaintedString Replace(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        object?[] bound = arguments.Bind(name, ("old", Arguments.Required), ("new", Arguments.Required), ("count", -1L));
        TaintedString replacement = PyType.Text(bound[1], "new");
        return PyText.Replace(
            state, text, PyType.Text(bound[0], "old"), text.IsSafe ? PyText.Escape(state, replacement) : replacement,
            PyType.Integer(bound[2], "count"));
    }

    private static TaintedString Join(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        List<object?> items = PyType.ToList(state, arguments.Bind(name, ("iterable", Arguments.Required))[0]);
        if (text.IsSafe)
            return PyText.Join(state, text, [.. items.Select(item => PyText.Escape(state, PyRepr.Str(state, item)))]);
        return PyText.Join(state, text, [.. items.Select((item, i) => item as TaintedString
            ?? throw new JinjaRuntimeError($"sequence item {i}: expected str instance, {PyType.Name(item)} found"))]);
    }

    private static TaintedString Pad(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        object?[] bound = arguments.Bind(name, ("width", Arguments.Required), ("fillchar", TaintedString.FromTemplate(" ")));
        TaintedString fill = PyType.Text(bound[1], "fillchar");
        if (text.IsSafe)
            fill = PyText.Escape(state, fill);
        if (fill.CodePoints != 1)
            throw new JinjaRuntimeError("The fill character must be exactly one character long");
        return Pad(state, text, name, PyType.Integer(bound[0], "width"), fill);
    }

    /// <param name="side">ljust, rjust, center, or middle ('^' of a format specification, which splits the other way)</param>
    public static TaintedString Pad(RenderState state, TaintedString text, string side, long width, TaintedString fill)
    {
        long missing = width - text.CodePoints;
        if (missing <= 0)
            return text;
        // CPython's str.center puts the odd one on the left where the width is odd.
        long left = side switch
        {
            "ljust" => 0,
            "rjust" => missing,
            "middle" => missing / 2,
            _ => missing / 2 + (missing & width & 1),
        };
        return PyText.Concat(
            state, PyText.Repeat(state, fill, left), text, PyText.Repeat(state, fill, missing - left));
    }

    private static TaintedString ZeroFill(RenderState state, TaintedString text, string name, Arguments arguments)
    {
        long width = PyType.Integer(arguments.Bind(name, ("width", Arguments.Required))[0], "width");
        TaintedString zeros = PyText.Repeat(state, TaintedString.FromTemplate("0"), width - text.CodePoints);
        return text.Length > 0 && text.Value[0] is ('+' or '-')
            ? PyText.Concat(state, text.Slice(0, 1), zeros, text.Slice(1, text.Length - 1))
            : PyText.Concat(state, zeros, text);
    }

    private static object AllRunes(RenderState state, TaintedString text, string name, Arguments arguments, Func<Rune, bool> holds)
    {
        arguments.Bind(name);
        state.ChargeScan(text.Length);
        return text.Length > 0 && text.Value.EnumerateRunes().All(holds);
    }

    private static object CasedAs(RenderState state, TaintedString text, string name, Arguments arguments, Func<Rune, bool> holds)
    {
        arguments.Bind(name);
        state.ChargeScan(text.Length);
        List<Rune> cased = [.. text.Value.EnumerateRunes().Where(CaseMapping.IsCased)];
        return cased.Count > 0 && cased.All(r => holds(r) || Rune.GetUnicodeCategory(r) == UnicodeCategory.OtherLetter);
    }
}

/// <summary>str methods that look into a string: find, index, count, startswith, endswith and their mirrors.</summary>
internal static class StringSearch
{
    public static object? Call(RenderState state, TaintedString text, string method, Arguments arguments)
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
            throw new JinjaRuntimeError("substring not found");
        return at < 0 ? -1L : PyText.CodePointAt(text, at);
    }

    private static bool Affixed(TaintedString text, string method, string part, int from, int to) =>
        from <= to && to - from >= part.Length && (method == "startswith"
            ? text.Value.AsSpan(from, part.Length).SequenceEqual(part)
            : text.Value.AsSpan(to - part.Length, part.Length).SequenceEqual(part));

    private static long Count(TaintedString text, string part, int from, int to)
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
    private static (int From, int To) Window(TaintedString text, object? start, object? end)
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

/// <summary>str methods that cut a string: split, rsplit, splitlines, partition, rpartition, removeprefix, removesuffix.</summary>
internal static class StringSplit
{
    public static JinjaList Split(RenderState state, TaintedString text, string method, Arguments arguments)
    {
        object?[] bound = arguments.Bind(method, ("sep", null), ("maxsplit", -1L));
        long max = PyType.Integer(bound[1], "maxsplit");
        if (max < 0)
            max = long.MaxValue;
        bool fromRight = method == "rsplit";
        state.ChargeText(text.Length);
        List<object?> parts = new();
        if (bound[0] is null)
        {
            SplitOnSpace(state, text, max, fromRight, parts);
        }
        else
        {
            TaintedString separator = PyType.Text(bound[0], "sep");
            if (separator.Length == 0)
                throw new JinjaRuntimeError("empty separator");
            SplitOn(state, text, separator.Value, max, fromRight, parts);
        }
        if (fromRight)
            parts.Reverse();
        return new JinjaList(parts);
    }

    private static void SplitOn(RenderState state, TaintedString text, string separator, long max, bool fromRight, List<object?> parts)
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

    private static void SplitOnSpace(RenderState state, TaintedString text, long max, bool fromRight, List<object?> parts)
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

    public static JinjaTuple Partition(RenderState state, TaintedString text, string method, Arguments arguments)
    {
        TaintedString separator = PyType.Text(arguments.Bind(method, ("sep", Arguments.Required))[0], "sep");
        if (separator.Length == 0)
            throw new JinjaRuntimeError("empty separator");
        state.ChargeText(text.Length);
        bool last = method == "rpartition";
        int at = last
            ? text.Value.LastIndexOf(separator.Value, StringComparison.Ordinal)
            : text.Value.IndexOf(separator.Value, StringComparison.Ordinal);
        if (at < 0)
            return new JinjaTuple(
                last ? [TaintedString.Empty, TaintedString.Empty, text] : [text, TaintedString.Empty, TaintedString.Empty]);
        int after = at + separator.Length;
        return new JinjaTuple([text.Slice(0, at), separator, text.Slice(after, text.Length - after)]);
    }

    public static TaintedString RemoveAffix(RenderState state, TaintedString text, string method, Arguments arguments)
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
