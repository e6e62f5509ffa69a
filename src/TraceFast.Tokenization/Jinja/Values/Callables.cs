namespace TraceFast.Tokenization.Jinja;

/// <summary>A function, macro or bound method.</summary>
internal interface IJinjaCallable
{
    string Name { get; }

    object? Call(RenderState state, Arguments arguments);
}

internal sealed class JinjaFunction(string name, Func<RenderState, Arguments, object?> body) : IJinjaCallable
{
    public string Name => name;

    public object? Call(RenderState state, Arguments arguments) => body(state, arguments);
}

/// <summary>The positional and keyword arguments of one call.</summary>
internal sealed class Arguments(IReadOnlyList<object?> positional, IReadOnlyList<KeyValuePair<string, object?>> keyword)
{
    public static Arguments None { get; } = new([], []);

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyList<KeyValuePair<string, object?>> Keyword => keyword;

    /// <summary>Stands as a default for a parameter that must be given.</summary>
    public static object Required { get; } = new();

    /// <summary>Stands as a default for a parameter whose absence matters.</summary>
    public static object Absent { get; } = new();

    public static Arguments Of(params object?[] positional) => new(positional, []);

    public Arguments Skip(int count) => new([.. positional.Skip(count)], keyword);

    /// <summary>The values in the order of the parameters, defaults filled in; too many, too few or unknown ones are an error.</summary>
    public object?[] Bind(string function, params ReadOnlySpan<(string Name, object? Default)> parameters)
    {
        if (positional.Count > parameters.Length)
            throw new JinjaFault($"{function}() takes at most {parameters.Length} arguments, {positional.Count} were given");
        var values = new object?[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
            values[i] = i < positional.Count ? positional[i] : parameters[i].Default;
        foreach ((string name, object? value) in keyword)
        {
            int at = -1;
            for (int i = 0; i < parameters.Length; i++)
                if (parameters[i].Name == name)
                    at = i;
            if (at < 0)
                throw new JinjaFault($"{function}() got an unexpected keyword argument '{name}'");
            if (at < positional.Count)
                throw new JinjaFault($"{function}() got multiple values for argument '{name}'");
            values[at] = value;
        }
        for (int i = 0; i < values.Length; i++)
            if (ReferenceEquals(values[i], Required))
                throw new JinjaFault($"{function}() missing required argument '{parameters[i].Name}'");
        return values;
    }
}
