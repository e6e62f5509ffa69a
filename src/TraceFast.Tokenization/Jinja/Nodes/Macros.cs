namespace TraceFast.Tokenization.Jinja;

/// <summary>What a macro or a call block's body takes and prints.</summary>
/// <param name="Parameters">names with their default, evaluated at the call where the argument is missing</param>
/// <param name="Names">the variables that the body reads, which decides whether varargs, kwargs and caller are accepted</param>
internal sealed record MacroDefinition(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Block Body, IReadOnlySet<string> Names);

/// <summary>A macro with the scope it was defined in.</summary>
internal sealed class Macro(MacroDefinition definition, Scope closure) : IJinjaCallable
{
    public string Name => definition.Name;

    public bool TryGet(string name, out object? value)
    {
        object? member = name switch
        {
            "name" => MarkedText.FromTemplate(Name),
            "arguments" => new JinjaTuple([.. definition.Parameters.Select(p => MarkedText.FromTemplate(p.Name))]),
            "catch_kwargs" => definition.Names.Contains("kwargs"),
            "catch_varargs" => definition.Names.Contains("varargs"),
            "caller" => definition.Names.Contains("caller"),
            _ => Arguments.Absent,
        };
        value = member;
        return !ReferenceEquals(member, Arguments.Absent);
    }

    public object? Call(RenderState state, Arguments arguments)
    {
        Scope scope = closure.Inner();
        var keyword = new Dictionary<string, object?>(arguments.Keyword, StringComparer.Ordinal);
        int taken = Math.Min(arguments.Positional.Count, definition.Parameters.Count);
        for (int i = 0; i < definition.Parameters.Count; i++)
        {
            (string name, Expression? otherwise) = definition.Parameters[i];
            bool given = keyword.Remove(name, out object? value);
            if (i < taken && given)
                throw new JinjaFault($"macro '{Name}' got multiple values for argument '{name}'");
            if (i < taken)
                value = arguments.Positional[i];
            else if (!given)
                value = otherwise is null ? new Undefined($"parameter '{name}' was not provided") : otherwise.Evaluate(scope);
            scope.Set(name, value);
        }
        Extras(scope, arguments, keyword, taken);
        return definition.Body.Capture(scope);
    }

    private void Extras(Scope scope, Arguments arguments, Dictionary<string, object?> keyword, int taken)
    {
        if (definition.Names.Contains("caller"))
            scope.Set("caller", keyword.Remove("caller", out object? caller) ? caller : new Undefined("No caller defined"));
        if (definition.Names.Contains("kwargs"))
        {
            var rest = new JinjaDict();
            foreach ((string name, object? value) in keyword)
                rest.Set(MarkedText.FromTemplate(name), value);
            scope.Set("kwargs", rest);
        }
        else if (keyword.Count > 0)
        {
            throw new JinjaFault($"macro '{Name}' takes no keyword argument '{keyword.Keys.First()}'");
        }
        if (definition.Names.Contains("varargs"))
            scope.Set("varargs", new JinjaTuple([.. arguments.Positional.Skip(taken)]));
        else if (arguments.Positional.Count > taken)
            throw new JinjaFault($"macro '{Name}' takes not more than {definition.Parameters.Count} argument(s)");
    }
}

/// <summary>{% macro name(parameters) %} ... {% endmacro %}</summary>
internal sealed class MacroStatement(int line, MacroDefinition definition) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        scope.Set(definition.Name, new Macro(definition, scope));
        return Flow.Normal;
    }
}

/// <summary>{% call(parameters) macro(arguments) %} body {% endcall %}</summary>
internal sealed class CallBlock(int line, Call call, MacroDefinition body) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        MarkedText text = PyRepr.Str(scope.State, call.Invoke(scope, new Macro(body, scope)));
        scope.State.ChargeText(text.Length);
        output.Append(text);
        return Flow.Normal;
    }
}
