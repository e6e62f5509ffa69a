using System.Collections.Frozen;

namespace TraceFast.Tokenization.Jinja;

/// <summary>value is name(arguments)</summary>
internal delegate bool TestFunction(RenderState state, object? value, Arguments arguments);

/// <summary>Tests by name.</summary>
internal static class Test
{
    private static readonly FrozenDictionary<string, TestFunction> s_table = Build();

    public static bool Exists(string name) => s_table.ContainsKey(name);

    public static TestFunction Find(string name) =>
        s_table.TryGetValue(name, out TestFunction? test) ? test : throw new JinjaRuntimeError($"No test named '{name}'.");

    private static FrozenDictionary<string, TestFunction> Build()
    {
        Dictionary<string, TestFunction> table = new()
        {
            ["defined"] = Of(v => v is not Undefined),
            ["undefined"] = Of(v => v is Undefined),
            ["none"] = Of(v => v is null),
            ["boolean"] = Of(v => v is bool),
            ["true"] = Of(v => v is true),
            ["false"] = Of(v => v is false),
            ["integer"] = Of(v => v is long),
            ["float"] = Of(v => v is double),
            ["number"] = Of(PyNumber.IsNumber),
            ["string"] = Of(v => v is TaintedString),
            ["mapping"] = Of(v => v is JinjaDict),
            // jinja2 asks for a length and value[i]; a dict and undefined answer both.
            ["sequence"] = Of(v => v is TaintedString or IJinjaSequence or JinjaDict or Undefined),
            ["iterable"] = Of(v => v is TaintedString or IJinjaIterable or LoopVariable),
            ["callable"] = Of(v => v is IJinjaCallable or Undefined or LoopVariable),
            ["odd"] = Of(v => Remainder(v, 2) == 1),
            ["even"] = Of(v => Remainder(v, 2) == 0),
            ["divisibleby"] = (_, v, a) => Remainder(v, a.Bind("divisibleby", ("num", Arguments.Required))[0]) == 0,
            ["lower"] = (s, v, a) => Cased(s, v, a, "islower"),
            ["upper"] = (s, v, a) => Cased(s, v, a, "isupper"),
            ["sameas"] = (_, v, a) => Same(v, a.Bind("sameas", ("other", Arguments.Required))[0]),
            ["filter"] = (_, v, a) => v is TaintedString name && Filter.Exists(name.Value),
            ["test"] = (_, v, a) => v is TaintedString name && Exists(name.Value),
            ["in"] = (s, v, a) => PyCompare.Contains(s, a.Bind("in", ("seq", Arguments.Required))[0], v),
        };
        foreach ((string names, string op) in new[]
        {
            ("== eq equalto", "=="), ("!= ne", "!="), ("> gt greaterthan", ">"), (">= ge", ">="), ("< lt lessthan", "<"), ("<= le", "<="),
        })
        {
            foreach (string name in names.Split(' '))
                table[name] = (s, v, a) => Comparison.Holds(s, op, v, a.Bind(name, ("other", Arguments.Required))[0]);
        }
        return table.ToFrozenDictionary(StringComparer.Ordinal);

        TestFunction Of(Func<object?, bool> test) => (_, value, arguments) =>
        {
            arguments.Bind("test");
            return test(value);
        };
    }

    private static double Remainder(object? value, object? by)
    {
        if (value is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        if (!PyNumber.IsNumber(value) || !PyNumber.IsNumber(by))
            throw new JinjaRuntimeError($"unsupported operand type(s) for %: '{PyType.Name(value)}' and '{PyType.Name(by)}'");
        return PyNumber.ToDouble(PyNumber.Arithmetic("%", value!, by!));
    }

    private static double Remainder(object? value, long by) => Remainder(value, (object)by);

    private static bool Cased(RenderState state, object? value, Arguments arguments, string method)
    {
        arguments.Bind(method);
        return (bool)StringMethods.Find(PyRepr.Str(state, value), method)!.Call(state, Arguments.None)!;
    }

    private static bool Same(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (bool x, bool y) => x == y,
        (long x, long y) => x == y,
        _ => ReferenceEquals(a, b),
    };
}
