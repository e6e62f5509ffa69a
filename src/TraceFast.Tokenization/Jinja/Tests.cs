namespace TraceFast.Tokenization.Jinja;

/// <summary>value is name(arguments)</summary>
internal delegate bool TestFunction(RenderState state, object? value, Arguments arguments);

/// <summary>jinja2's tests that chat templates use.</summary>
internal static class Test
{
    public static NameTable<TestFunction> Table { get; } = new("test", new()
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
        ["in"] = (s, v, a) => PyCompare.Contains(s, a.Bind("in", ("seq", Arguments.Required))[0], v),
        ["=="] = Compared(ComparisonOperator.Equal),
        ["eq"] = Compared(ComparisonOperator.Equal),
        ["equalto"] = Compared(ComparisonOperator.Equal),
        ["!="] = Compared(ComparisonOperator.NotEqual),
        ["ne"] = Compared(ComparisonOperator.NotEqual),
        [">"] = Compared(ComparisonOperator.Greater),
        ["gt"] = Compared(ComparisonOperator.Greater),
        ["greaterthan"] = Compared(ComparisonOperator.Greater),
        [">="] = Compared(ComparisonOperator.GreaterOrEqual),
        ["ge"] = Compared(ComparisonOperator.GreaterOrEqual),
        ["<"] = Compared(ComparisonOperator.Less),
        ["lt"] = Compared(ComparisonOperator.Less),
        ["lessthan"] = Compared(ComparisonOperator.Less),
        ["<="] = Compared(ComparisonOperator.LessOrEqual),
        ["le"] = Compared(ComparisonOperator.LessOrEqual),
    });

    private static TestFunction Of(Func<object?, bool> holds) => (_, value, arguments) =>
    {
        arguments.Bind("test");
        return holds(value);
    };

    private static TestFunction Compared(ComparisonOperator op) => (state, value, arguments) =>
        Comparison.Holds(state, op, value, arguments.Bind("test", ("other", Arguments.Required))[0]);
}
