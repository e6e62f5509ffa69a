using System.Text.Json;

namespace TraceFast.Tokenization.Jinja;

/// <summary>
/// A parsed chat template. Renders as transformers does: jinja2's ImmutableSandboxedEnvironment with trim_blocks, lstrip_blocks,
/// loopcontrols, {% generation %}, its own tojson, raise_exception and strftime_now.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly Block _body;

    private JinjaTemplate(string name, string source, Block body)
    {
        Name = name;
        Source = source;
        _body = body;
    }

    /// <summary>What messages call the template.</summary>
    public string Name { get; }

    public string Source { get; }

    /// <exception cref="JinjaException">wrong syntax or an unsupported construct</exception>
    public static JinjaTemplate Parse(string name, string source)
    {
        if (source.Length > JinjaLimits.SourceLength)
            throw new JinjaException(name, 1, $"the template has {source.Length} characters, at most {JinjaLimits.SourceLength} are read");
        try
        {
            return new JinjaTemplate(name, source, Parser.Parse(name, source));
        }
        catch (InsufficientExecutionStackException)
        {
            throw new JinjaException(name, 1, "the template is nested too deeply");
        }
    }

    /// <param name="variables">see <see cref="JinjaValue"/> for what the values may be</param>
    /// <param name="now">what strftime_now sees</param>
    /// <exception cref="JinjaException">an error of the template, with the line that failed</exception>
    public MarkedText Render(
        IEnumerable<KeyValuePair<string, object?>> variables, DateTime? now = null, JinjaLimits? limits = null)
    {
        List<KeyValuePair<string, object?>> given = [.. variables];
        var state = new RenderState(limits ?? JinjaLimits.Default, given.Sum(v => JinjaValue.TextLength(v.Value)), now ?? DateTime.Now);
        var globals = new Scope(state, null);
        foreach ((string name, object? value) in Globals.All.Concat(given))
            globals.Set(name, value);
        var output = new MarkedTextBuilder();
        try
        {
            _body.Execute(globals.Inner(), output);
        }
        catch (JinjaFault fault)
        {
            throw new JinjaException(Name, state.Line, fault.Message, fault.RaisedByTemplate);
        }
        catch (InvalidOperationException sorting) when (sorting.InnerException is JinjaFault fault)
        {
            throw new JinjaException(Name, state.Line, fault.Message, fault.RaisedByTemplate);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new JinjaException(Name, state.Line, "evaluation is nested too deeply");
        }
        catch (Exception e) when (e is OverflowException or ArithmeticException)
        {
            throw new JinjaException(Name, state.Line, $"arithmetic failed: {e.Message}");
        }
        return output.Build();
    }
}

/// <summary>Makes template values from data that came from outside; every string in them is marked as input.</summary>
internal static class JinjaValue
{
    public static object? FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.TryGetInt64(out long integer) ? (object)integer : element.GetDouble(),
        JsonValueKind.String => MarkedText.FromInput(element.GetString()!),
        JsonValueKind.Array => new JinjaList([.. element.EnumerateArray().Select(FromJson)]),
        _ => FromObject(element),
    };

    private static JinjaDict FromObject(JsonElement element)
    {
        var dict = new JinjaDict();
        foreach (JsonProperty property in element.EnumerateObject())
            dict.Set(MarkedText.FromInput(property.Name), FromJson(property.Value));
        return dict;
    }

    /// <summary>Characters in a value and all that it holds.</summary>
    public static long TextLength(object? value) => value switch
    {
        MarkedText text => text.Length,
        JinjaDict dict => dict.Entries.Sum(e => 16 + TextLength(e.Key) + TextLength(e.Value)),
        IJinjaSequence sequence => sequence.Iterate().Sum(item => 16 + TextLength(item)),
        _ => 0,
    };
}
