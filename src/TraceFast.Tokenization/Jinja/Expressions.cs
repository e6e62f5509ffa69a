using System.Runtime.CompilerServices;

namespace TraceFast.Tokenization.Jinja;

/// <summary>Variables by name; a for loop, macro, call, filter or generation block has its own inside the outer one.</summary>
internal sealed class Scope(RenderState state, Scope? parent)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public RenderState State => state;

    public object? Lookup(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
            if (scope._variables.TryGetValue(name, out object? value))
                return value;
        return Undefined.Variable(name);
    }

    public void Set(string name, object? value) => _variables[name] = value;

    public Scope Inner() => new(state, this);

    private Scope? Parent => parent;
}

/// <summary>Something that has a value.</summary>
internal abstract class Expression(int line)
{
    /// <summary>1-based line in the template.</summary>
    public int Line => line;

    public object? Evaluate(Scope scope)
    {
        // Long chains of operators make deep trees; the check turns an exhausted stack into an error.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        scope.State.Step();
        scope.State.Line = line;
        return Value(scope);
    }

    protected abstract object? Value(Scope scope);
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
}

/// <summary>Something that prints or binds.</summary>
internal abstract class Statement(int line)
{
    public int Line => line;

    public Flow Execute(Scope scope, TaintedStringBuilder output)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        scope.State.Step();
        scope.State.Line = line;
        return Run(scope, output);
    }

    protected abstract Flow Run(Scope scope, TaintedStringBuilder output);
}

/// <summary>Statements in order.</summary>
internal sealed class Block(IReadOnlyList<Statement> statements)
{
    public Flow Execute(Scope scope, TaintedStringBuilder output)
    {
        foreach (Statement statement in statements)
            if (statement.Execute(scope, output) is var flow && flow != Flow.Normal)
                return flow;
        return Flow.Normal;
    }

    /// <summary>What the block prints, as a macro's body, which no break or continue leaves.</summary>
    public TaintedString Capture(Scope scope)
    {
        TaintedStringBuilder output = new();
        Execute(scope, output);
        return output.Build();
    }
}

/// <summary>A string, number, true, false or none.</summary>
internal sealed class Constant(int line, object? value) : Expression(line)
{
    protected override object? Value(Scope scope) => value;
}

/// <summary>A variable; undefined where nothing has that name.</summary>
internal sealed class Name(int line, string name) : Expression(line)
{
    public string Identifier => name;

    protected override object? Value(Scope scope) => scope.Lookup(name);
}

/// <summary>[a, b]</summary>
internal sealed class ListLiteral(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        scope.State.ChargeItems(items.Count);
        return new JinjaList([.. items.Select(item => item.Evaluate(scope))]);
    }
}

/// <summary>(a, b), or a, b without brackets where the grammar allows</summary>
internal sealed class TupleLiteral(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    public IReadOnlyList<Expression> Items => items;

    protected override object? Value(Scope scope)
    {
        scope.State.ChargeItems(items.Count);
        return new JinjaTuple([.. items.Select(item => item.Evaluate(scope))]);
    }
}

/// <summary>{key: value}</summary>
internal sealed class DictLiteral(int line, IReadOnlyList<(Expression Key, Expression Value)> items) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        scope.State.ChargeItems(items.Count);
        JinjaDict dict = new();
        foreach ((Expression key, Expression value) in items)
            dict.Set(key.Evaluate(scope), value.Evaluate(scope));
        return dict;
    }
}

/// <summary>a + b, -, *, %</summary>
internal sealed class Arithmetic(int line, ArithmeticOperator op, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        (object? a, object? b) = (left.Evaluate(scope), right.Evaluate(scope));
        RenderState state = scope.State;
        state.Line = Line;
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Arithmetic(op, a!, b!);
        if (a is Undefined ua)
            throw new JinjaRuntimeError(ua.Message);
        if (b is Undefined ub)
            throw new JinjaRuntimeError(ub.Message);
        switch (op, a, b)
        {
            case (ArithmeticOperator.Add, TaintedString x, TaintedString y) when x.IsSafe || y.IsSafe:
                return PyText.Concat(state, PyText.Escape(state, x), PyText.Escape(state, y)).AsSafe();
            case (ArithmeticOperator.Add, TaintedString x, TaintedString y):
                return PyText.Concat(state, x, y);
            case (ArithmeticOperator.Add, JinjaList, JinjaList):
            case (ArithmeticOperator.Add, JinjaTuple, JinjaTuple):
                (IJinjaSequence? s, IJinjaSequence? t) = ((IJinjaSequence)a, (IJinjaSequence)b);
                state.ChargeItems((long)s.Count + t.Count);
                return Same(a, [.. s.Iterate(), .. t.Iterate()]);
            case (ArithmeticOperator.Multiply, TaintedString x, long or bool):
                return PyText.Repeat(state, x, PyNumber.ToLong(b)).AsSafe(x.IsSafe);
            case (ArithmeticOperator.Multiply, long or bool, TaintedString y):
                return PyText.Repeat(state, y, PyNumber.ToLong(a)).AsSafe(y.IsSafe);
            case (ArithmeticOperator.Multiply, JinjaList or JinjaTuple, long or bool):
                return Repeat(state, (IJinjaSequence)a, PyNumber.ToLong(b));
            case (ArithmeticOperator.Multiply, long or bool, JinjaList or JinjaTuple):
                return Repeat(state, (IJinjaSequence)b, PyNumber.ToLong(a));
            case (ArithmeticOperator.Add, TaintedString, _):
                throw new JinjaRuntimeError($"can only concatenate str (not \"{PyType.Name(b)}\") to str");
            case (ArithmeticOperator.Remainder, TaintedString, _):
                throw new JinjaRuntimeError("formatting with % is not supported in chat templates; join the parts with ~");
            default:
                throw new JinjaRuntimeError($"unsupported operand type(s) for {(char)op}: '{PyType.Name(a)}' and '{PyType.Name(b)}'");
        }
    }

    private static object Repeat(RenderState state, IJinjaSequence sequence, long count)
    {
        List<object?> items = new();
        for (long i = 0; i < count && sequence.Count > 0; i++)
        {
            state.ChargeItems(sequence.Count);
            items.AddRange(sequence.Iterate());
        }
        return Same(sequence, items);
    }

    private static object Same(object like, List<object?> items) => like is JinjaTuple ? new JinjaTuple(items) : new JinjaList(items);
}

/// <summary>-a</summary>
internal sealed class Negative(int line, Expression operand) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = operand.Evaluate(scope);
        if (value is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        if (!PyNumber.IsNumber(value))
            throw new JinjaRuntimeError($"bad operand type for unary -: '{PyType.Name(value)}'");
        return PyNumber.Negate(value!);
    }
}

/// <summary>a ~ b: both as strings, joined</summary>
internal sealed class Concatenation(int line, IReadOnlyList<Expression> parts) : Expression(line)
{
    protected override object? Value(Scope scope) =>
        PyText.Concat(scope.State, [.. parts.Select(part => PyRepr.Str(scope.State, part.Evaluate(scope)))]);
}

/// <summary>not a</summary>
internal sealed class Not(int line, Expression operand) : Expression(line)
{
    protected override object? Value(Scope scope) => !PyCompare.IsTrue(operand.Evaluate(scope));
}

/// <summary>a and b, a or b: the operand that decides, as in Python</summary>
internal sealed class Logical(int line, bool isAnd, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = left.Evaluate(scope);
        return PyCompare.IsTrue(value) == isAnd ? right.Evaluate(scope) : value;
    }
}

/// <summary>a &lt; b &lt;= c, in, not in: chained as in Python, each operand evaluated once</summary>
internal sealed class Comparison(
    int line, Expression first, IReadOnlyList<(ComparisonOperator Op, Expression Operand)> rest) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? left = first.Evaluate(scope);
        foreach ((ComparisonOperator op, Expression operand) in rest)
        {
            object? right = operand.Evaluate(scope);
            scope.State.Line = Line;
            if (!Holds(scope.State, op, left, right))
                return false;
            left = right;
        }
        return true;
    }

    public static bool Holds(RenderState state, ComparisonOperator op, object? left, object? right) => op switch
    {
        ComparisonOperator.Equal => PyCompare.AreEqual(state, left, right),
        ComparisonOperator.NotEqual => !PyCompare.AreEqual(state, left, right),
        ComparisonOperator.Less => PyCompare.Order(state, left, right, op) < 0,
        ComparisonOperator.LessOrEqual => PyCompare.Order(state, left, right, op) <= 0,
        ComparisonOperator.Greater => PyCompare.Order(state, left, right, op) > 0,
        ComparisonOperator.GreaterOrEqual => PyCompare.Order(state, left, right, op) >= 0,
        ComparisonOperator.In => PyCompare.Contains(state, right, left),
        _ => !PyCompare.Contains(state, right, left),
    };
}

/// <summary>a if condition else b; without else an undefined value</summary>
internal sealed class InlineIf(int line, Expression condition, Expression then, Expression? otherwise) : Expression(line)
{
    protected override object? Value(Scope scope) =>
        PyCompare.IsTrue(condition.Evaluate(scope)) ? then.Evaluate(scope)
        : otherwise is not null ? otherwise.Evaluate(scope)
        : new Undefined($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
}

/// <summary>value.name</summary>
internal sealed class AttributeAccess(int line, Expression target, string name) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        scope.State.Line = Line;
        return Members.Attribute(scope.State, value, name);
    }
}

/// <summary>value[key]</summary>
internal sealed class ItemAccess(int line, Expression target, Expression key) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        object? at = key.Evaluate(scope);
        scope.State.Line = Line;
        return Members.Item(scope.State, value, at);
    }
}

/// <summary>value[start:stop:step]</summary>
internal sealed class SliceAccess(int line, Expression target, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        (long? from, long? to, long? by) = (Bound(scope, start), Bound(scope, stop), Bound(scope, step));
        scope.State.Line = Line;
        return PySlice.Slice(scope.State, value, from, to, by);
    }

    private static long? Bound(Scope scope, Expression? expression) => expression?.Evaluate(scope) switch
    {
        null => null,
        object bound => PyType.Integer(bound, "slice index"),
    };
}

/// <summary>The arguments of a call, filter or test as written: positional, name=value, *sequence, **dict.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<(string Name, Expression Value)> Keyword,
    Expression? Sequence,
    Expression? Dict)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);

    public Arguments Evaluate(Scope scope)
    {
        List<object?> positional = [.. Positional.Select(e => e.Evaluate(scope))];
        List<KeyValuePair<string, object?>> keyword = [.. Keyword.Select(k => KeyValuePair.Create(k.Name, k.Value.Evaluate(scope)))];
        if (Sequence is not null)
            positional.AddRange(PyType.ToList(scope.State, Sequence.Evaluate(scope)));
        if (Dict is not null)
        {
            if (Dict.Evaluate(scope) is not JinjaDict dict)
                throw new JinjaRuntimeError("the argument after ** must be a dict");
            foreach ((object? key, object? value) in dict.Entries)
                keyword.Add(KeyValuePair.Create(PyType.Text(key, "a keyword").Value, value));
        }
        foreach (IGrouping<string, KeyValuePair<string, object?>> twice in keyword.GroupBy(k => k.Key).Where(g => g.Skip(1).Any()))
            throw new JinjaRuntimeError($"got multiple values for keyword argument '{twice.Key}'");
        return new Arguments(positional, keyword);
    }
}

/// <summary>function(arguments)</summary>
internal sealed class Call(int line, Expression target, ArgumentList arguments) : Expression(line)
{
    protected override object? Value(Scope scope) => Invoke(scope, null);

    /// <param name="caller">the body of a {% call %} block, passed to the macro as caller</param>
    public object? Invoke(Scope scope, Macro? caller)
    {
        object? function = target.Evaluate(scope);
        Arguments values = arguments.Evaluate(scope);
        scope.State.Line = Line;
        if (caller is not null)
            values = new Arguments(values.Positional, [.. values.Keyword, KeyValuePair.Create("caller", (object?)caller)]);
        if (function is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        if (function is not IJinjaCallable callable)
            throw new JinjaRuntimeError($"'{PyType.Name(function)}' object is not callable");
        scope.State.Enter();
        object? result = callable.Call(scope.State, values);
        scope.State.Leave();
        return result;
    }
}

/// <summary>value | filter(arguments); no value in a filter block, whose text is then given</summary>
internal sealed class FilterCall(int line, Expression? target, string name, ArgumentList arguments) : Expression(line)
{
    protected override object? Value(Scope scope) => Apply(scope, target!.Evaluate(scope));

    /// <summary>Applies a chain that starts at a filter block's text.</summary>
    public object? ApplyTo(Scope scope, object? text) =>
        Apply(scope, target is FilterCall inner ? inner.ApplyTo(scope, text) : target is null ? text : target.Evaluate(scope));

    private object? Apply(Scope scope, object? value)
    {
        Arguments values = arguments.Evaluate(scope);
        scope.State.Line = Line;
        return Filter.Table.Find(name)(scope.State, value, values);
    }
}

/// <summary>value is test(arguments)</summary>
internal sealed class TestCall(int line, Expression target, string name, ArgumentList arguments) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        object? value = target.Evaluate(scope);
        Arguments values = arguments.Evaluate(scope);
        scope.State.Line = Line;
        return Test.Table.Find(name)(scope.State, value, values);
    }
}
