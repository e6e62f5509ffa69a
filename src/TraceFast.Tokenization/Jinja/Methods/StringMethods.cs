using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>The methods of str that templates may call. One that Python has and this list lacks is an error that names it.</summary>
internal static class StringMethods
{
    private delegate object? Method(RenderState state, MarkedText text, string name, Arguments arguments);

    private static readonly FrozenDictionary<string, Method> Table = new Dictionary<string, Method>
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

    public static IJinjaCallable? Find(MarkedText text, string name) =>
        Table.TryGetValue(name, out Method? method)
            ? new JinjaFunction(name, (state, arguments) => text.IsSafe ? AsMarkup(method(state, text, name, arguments)) : method(state, text, name, arguments))
            : null;

    /// <summary>What a method of Markup gives: strings, and lists and tuples of them, are Markup too.</summary>
    private static object? AsMarkup(object? result) => result switch
    {
        MarkedText text => text.AsSafe(),
        JinjaList list => new JinjaList([.. list.Iterate().Select(AsMarkup)]),
        JinjaTuple tuple => new JinjaTuple([.. tuple.Iterate().Select(AsMarkup)]),
        _ => result,
    };

    private static MarkedText NoArguments(string name, Arguments arguments, Func<MarkedText> call)
    {
        arguments.Bind(name);
        return call();
    }

    private static MarkedText Strip(RenderState state, MarkedText text, string name, Arguments arguments)
    {
        object? characters = arguments.Bind(name, ("chars", null))[0];
        return PyText.Strip(
            state, text, characters is null ? null : PyType.Text(characters, "chars"), left: name != "rstrip", right: name != "lstrip");
    }

    private static JinjaList SplitLines(RenderState state, MarkedText text, string name, Arguments arguments) =>
        new(PyText.SplitLines(state, text, PyCompare.IsTrue(arguments.Bind(name, ("keepends", false))[0])));

    private static MarkedText Replace(RenderState state, MarkedText text, string name, Arguments arguments)
    {
        object?[] bound = arguments.Bind(name, ("old", Arguments.Required), ("new", Arguments.Required), ("count", -1L));
        MarkedText replacement = PyType.Text(bound[1], "new");
        return PyText.Replace(
            state, text, PyType.Text(bound[0], "old"), text.IsSafe ? PyText.Escape(state, replacement) : replacement, PyType.Integer(bound[2], "count"));
    }

    private static MarkedText Join(RenderState state, MarkedText text, string name, Arguments arguments)
    {
        List<object?> items = PyType.ToList(state, arguments.Bind(name, ("iterable", Arguments.Required))[0]);
        if (text.IsSafe)
            return PyText.Join(state, text, [.. items.Select(item => PyText.Escape(state, PyRepr.Str(state, item)))]);
        return PyText.Join(state, text, [.. items.Select((item, i) => item as MarkedText
            ?? throw new JinjaFault($"sequence item {i}: expected str instance, {PyType.Name(item)} found"))]);
    }

    private static MarkedText Pad(RenderState state, MarkedText text, string name, Arguments arguments)
    {
        object?[] bound = arguments.Bind(name, ("width", Arguments.Required), ("fillchar", MarkedText.FromTemplate(" ")));
        MarkedText fill = PyType.Text(bound[1], "fillchar");
        if (text.IsSafe)
            fill = PyText.Escape(state, fill);
        if (fill.CodePoints != 1)
            throw new JinjaFault("The fill character must be exactly one character long");
        return Pad(state, text, name, PyType.Integer(bound[0], "width"), fill);
    }

    /// <param name="side">ljust, rjust, center, or middle ('^' of a format specification, which splits the other way)</param>
    public static MarkedText Pad(RenderState state, MarkedText text, string side, long width, MarkedText fill)
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

    private static MarkedText ZeroFill(RenderState state, MarkedText text, string name, Arguments arguments)
    {
        long width = PyType.Integer(arguments.Bind(name, ("width", Arguments.Required))[0], "width");
        MarkedText zeros = PyText.Repeat(state, MarkedText.FromTemplate("0"), width - text.CodePoints);
        return text.Length > 0 && text.Value[0] is ('+' or '-')
            ? PyText.Concat(state, text.Slice(0, 1), zeros, text.Slice(1, text.Length - 1))
            : PyText.Concat(state, zeros, text);
    }

    private static object AllRunes(RenderState state, MarkedText text, string name, Arguments arguments, Func<Rune, bool> holds)
    {
        arguments.Bind(name);
        state.ChargeScan(text.Length);
        return text.Length > 0 && text.Value.EnumerateRunes().All(holds);
    }

    private static object CasedAs(RenderState state, MarkedText text, string name, Arguments arguments, Func<Rune, bool> holds)
    {
        arguments.Bind(name);
        state.ChargeScan(text.Length);
        List<Rune> cased = [.. text.Value.EnumerateRunes().Where(CaseMapping.IsCased)];
        return cased.Count > 0 && cased.All(r => holds(r) || Rune.GetUnicodeCategory(r) == UnicodeCategory.OtherLetter);
    }
}
