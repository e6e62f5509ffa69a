namespace TraceFast.Tokenization.Jinja;

/// <summary>Filters on strings; another value is printed to a string first, as jinja2's soft_str.</summary>
internal static class TextFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["trim"] = Trim,
        ["upper"] = (s, v, a) => Alike("upper", s, v, a, text => CaseMapping.Upper(s, text)),
        ["lower"] = (s, v, a) => Alike("lower", s, v, a, text => CaseMapping.Lower(s, text)),
        ["capitalize"] = (s, v, a) => Alike("capitalize", s, v, a, text => CaseMapping.Capitalize(s, text)),
        ["title"] = (s, v, a) => Plain("title", a, () => Title(s, PyRepr.Str(s, v))),
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["center"] = Center,
        ["truncate"] = Truncate,
        ["wordcount"] = (s, v, a) => WordCount(s, PyRepr.Str(s, v), a),
        ["format"] = Format,
        ["escape"] = Escape,
        ["e"] = Escape,
        ["safe"] = (s, v, a) => Plain("safe", a, () => PyRepr.Str(s, v).AsSafe()),
        ["string"] = (s, v, a) => Plain("string", a, () => PyRepr.Str(s, v)),
    };

    private static MarkedText Plain(string name, Arguments arguments, Func<MarkedText> filter)
    {
        arguments.Bind(name);
        return filter();
    }

    /// <summary>What is done to Markup gives Markup.</summary>
    private static MarkedText Alike(string name, RenderState state, object? value, Arguments arguments, Func<MarkedText, MarkedText> change)
    {
        arguments.Bind(name);
        MarkedText text = PyRepr.Str(state, value);
        return change(text).AsSafe(text.IsSafe);
    }

    private static object Center(RenderState state, object? value, Arguments arguments)
    {
        MarkedText text = PyRepr.Str(state, value);
        return StringMethods.Pad(state, text, "center", PyType.Integer(arguments.Bind("center", ("width", 80L))[0], "width"), MarkedText.FromTemplate(" ")).AsSafe(text.IsSafe);
    }

    private static object? Trim(RenderState state, object? value, Arguments arguments)
    {
        object? characters = arguments.Bind("trim", ("chars", null))[0];
        return PyText.Strip(
            state, PyRepr.Str(state, value), characters is null ? null : PyType.Text(characters, "chars"), left: true, right: true);
    }

    // Words begin after white space and - ( { [ <, unlike str.title.
    private static MarkedText Title(RenderState state, MarkedText text)
    {
        var result = new List<MarkedText>();
        static bool IsBreak(char c) => c is '-' or '(' or '{' or '[' or '<' || PyText.IsSpace(c);
        for (int i = 0; i < text.Length;)
        {
            int end = i + 1;
            while (end < text.Length && IsBreak(text.Value[end]) == IsBreak(text.Value[i]))
                end++;
            MarkedText run = text.Slice(i, end - i);
            int first = PyText.WidthAt(run.Value, 0);
            result.Add(CaseMapping.Upper(state, run.Slice(0, first)));
            result.Add(CaseMapping.Lower(state, run.Slice(first, run.Length - first)));
            i = end;
        }
        return PyText.Join(state, MarkedText.Empty, result);
    }

    private static object? Replace(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("replace", ("old", Arguments.Required), ("new", Arguments.Required), ("count", null));
        return PyText.Replace(
            state, PyRepr.Str(state, value), PyRepr.Str(state, bound[0]), PyRepr.Str(state, bound[1]),
            bound[2] is null ? -1 : PyType.Integer(bound[2], "count")).AsSafe(false);
    }

    private static object? Indent(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("indent", ("width", 4L), ("first", false), ("blank", false));
        MarkedText indention = bound[0] as MarkedText
            ?? PyText.Repeat(state, MarkedText.FromTemplate(" "), PyType.Integer(bound[0], "width"));
        MarkedText newline = MarkedText.FromTemplate("\n");
        // jinja2 adds the newline so that a trailing one in the text keeps its empty line.
        MarkedText text = PyType.Text(value, "indent's value");
        List<MarkedText> lines = PyText.SplitLines(state, PyText.Concat(state, text, newline));
        for (int i = PyCompare.IsTrue(bound[1]) ? 0 : 1; i < lines.Count; i++)
            if (i == 0 || lines[i].Length > 0 || PyCompare.IsTrue(bound[2]))
                lines[i] = PyText.Concat(state, indention, lines[i]);
        return PyText.Join(state, newline, lines).AsSafe(text.IsSafe);
    }

    private static object? Truncate(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "truncate", ("length", 255L), ("killwords", false), ("end", MarkedText.FromTemplate("...")), ("leeway", null));
        MarkedText text = PyType.Text(value, "truncate's value");
        MarkedText end = PyType.Text(bound[2], "end");
        long length = PyType.Integer(bound[0], "length");
        long leeway = bound[3] is null ? 5 : PyType.Integer(bound[3], "leeway");
        if (length < end.CodePoints)
            throw new JinjaFault($"expected length >= {end.CodePoints}, got {length}");
        if (text.CodePoints <= length + leeway)
            return text;
        MarkedText cut = (MarkedText)PySlice.Slice(state, text, 0, length - end.CodePoints, null);
        if (!PyCompare.IsTrue(bound[1]) && cut.Value.LastIndexOf(' ') is >= 0 and int space)
            cut = cut.Slice(0, space);
        return text.IsSafe ? PyText.Concat(state, cut, PyText.Escape(state, end)).AsSafe() : PyText.Concat(state, cut, end);
    }

    private static object WordCount(RenderState state, MarkedText text, Arguments arguments)
    {
        arguments.Bind("wordcount");
        state.ChargeScan(text.Length);
        long words = 0;
        bool inside = false;
        foreach (char c in text.Value)
        {
            bool word = char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
            words += word && !inside ? 1 : 0;
            inside = word;
        }
        return words;
    }

    private static object? Format(RenderState state, object? value, Arguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Keyword.Count > 0)
            throw new JinjaFault("can't handle positional and keyword arguments at the same time");
        object values = new JinjaTuple(arguments.Positional);
        if (arguments.Keyword.Count > 0)
        {
            var dict = new JinjaDict();
            foreach ((string name, object? entry) in arguments.Keyword)
                dict.Set(MarkedText.FromTemplate(name), entry);
            values = dict;
        }
        return TextFormat.Percent(state, PyRepr.Str(state, value), values);
    }

    // markupsafe.escape
    private static object? Escape(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("escape");
        return PyText.Escape(state, PyRepr.Str(state, value));
    }
}
