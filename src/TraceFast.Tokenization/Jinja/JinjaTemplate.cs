using System.Runtime.CompilerServices;
using System.Text.Json;
using TraceFast.Data;

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
    public TaintedString Render(
        IEnumerable<KeyValuePair<string, object?>> variables, DateTime? now = null, JinjaLimits? limits = null)
    {
        List<KeyValuePair<string, object?>> given = [.. variables];
        RenderState state = new(limits ?? JinjaLimits.Default, given.Sum(v => JinjaValue.TextLength(v.Value)), now ?? DateTime.Now);
        Scope globals = new(state, null);
        foreach ((string name, object? value) in Globals.All.Concat(given))
            globals.Set(name, value);
        TaintedStringBuilder output = new();
        try
        {
            _body.Execute(globals.Inner(), output);
        }
        catch (JinjaRuntimeError fault)
        {
            throw new JinjaException(Name, state.Line, fault.Message, fault.RaisedByTemplate);
        }
        catch (InvalidOperationException sorting) when (sorting.InnerException is JinjaRuntimeError fault)
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
        JsonValueKind.String => TaintedString.FromInput(element.GetString()!),
        JsonValueKind.Array => new JinjaList([.. element.EnumerateArray().Select(FromJson)]),
        _ => FromObject(element),
    };

    private static JinjaDict FromObject(JsonElement element)
    {
        JinjaDict dict = new();
        foreach (JsonProperty property in element.EnumerateObject())
            dict.Set(TaintedString.FromInput(property.Name), FromJson(property.Value));
        return dict;
    }

    /// <summary>Characters in a value and all that it holds.</summary>
    public static long TextLength(object? value) => value switch
    {
        TaintedString text => text.Length,
        JinjaDict dict => dict.Entries.Sum(e => 16 + TextLength(e.Key) + TextLength(e.Value)),
        IJinjaSequence sequence => sequence.Iterate().Sum(item => 16 + TextLength(item)),
        _ => 0,
    };
}

/// <summary>What one rendering carries along: the line being evaluated, the time it sees, and what is left of its bounds.</summary>
internal sealed class RenderState(JinjaLimits limits, long inputLength, DateTime now)
{
    private readonly long _maxWork = limits.Work + limits.WorkPerInputChar * inputLength;
    private readonly long _maxAllocation = limits.Allocation + limits.AllocationPerInputChar * inputLength;
    private long _work;
    private long _allocated;
    private int _depth;

    /// <summary>1-based template line of the construct being evaluated.</summary>
    public int Line { get; set; } = 1;

    /// <summary>The local time that <c>strftime_now</c> prints.</summary>
    public DateTime Now { get; } = now;

    /// <summary>One evaluated node.</summary>
    public void Step()
    {
        if (++_work > _maxWork)
            throw new JinjaRuntimeError($"the template did not finish within {_maxWork} steps");
    }

    /// <summary>A string operation that reads or writes this many characters without keeping them.</summary>
    public void ChargeScan(long characters)
    {
        _work += (characters >> 4) + 1;
        if (_work > _maxWork)
            throw new JinjaRuntimeError($"the template did not finish within {_maxWork} steps");
    }

    /// <summary>A new string of this many characters. Called before it is made.</summary>
    public void ChargeText(long characters)
    {
        ChargeScan(characters);
        _allocated += characters;
        if (_allocated > _maxAllocation)
            throw new JinjaRuntimeError($"the template's values exceed {_maxAllocation} characters");
    }

    /// <summary>A new list, tuple or dict of this many entries. Called before it is made.</summary>
    public void ChargeItems(long count)
    {
        _work += count;
        ChargeText(checked(16 * count));
    }

    /// <summary>Enters a nested evaluation; pair with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > limits.Depth)
            throw new JinjaRuntimeError($"evaluation is nested deeper than {limits.Depth}");
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    public void Leave() => _depth--;
}

/// <summary>
/// Bounds on one rendering, so that a hostile template can neither hang nor exhaust memory. The values leave several orders of
/// magnitude above what chat templates need; both grow with the length of the conversation.
/// </summary>
/// <param name="Work">evaluated nodes, plus one per 16 characters that a string operation reads or writes</param>
/// <param name="WorkPerInputChar">added to <paramref name="Work"/> for each character of the input values</param>
/// <param name="Allocation">characters (and 16 per list or dict entry) that values may take in total</param>
/// <param name="AllocationPerInputChar">added to <paramref name="Allocation"/> for each character of the input values</param>
/// <param name="Depth">nested evaluation: macro calls, nested values</param>
internal sealed record JinjaLimits(
    long Work = 2_000_000,
    long WorkPerInputChar = 64,
    long Allocation = 32L << 20,
    long AllocationPerInputChar = 64,
    int Depth = 200)
{
    public static JinjaLimits Default { get; } = new();

    /// <summary>Nested brackets, operators and blocks that a template's text may hold.</summary>
    public const int ParseDepth = 120;

    /// <summary>Longest template text, in characters.</summary>
    public const int SourceLength = 4 << 20;

    /// <summary>jinja2.sandbox.MAX_RANGE</summary>
    public const int Range = 100_000;
}

/// <summary>
/// A template that cannot be parsed or rendered: wrong syntax, an unsupported construct, a Python-style type error, an
/// exceeded bound, or the template's own <c>raise_exception(message)</c>.
/// </summary>
public sealed class JinjaException : InputException
{
    public JinjaException(string template, int line, string reason, bool raisedByTemplate = false)
        : base($"{template}:{line}: {reason}")
    {
        Template = template;
        Line = line;
        Reason = reason;
        RaisedByTemplate = raisedByTemplate;
    }

    /// <summary>What the template is called in messages: a file, or a file and its key.</summary>
    public string Template { get; }

    /// <summary>1-based line of the construct that failed.</summary>
    public int Line { get; }

    /// <summary>The message without its place; for <c>raise_exception</c> exactly the template's words.</summary>
    public string Reason { get; }

    /// <summary>True when the template itself refused the conversation with <c>raise_exception</c>.</summary>
    public bool RaisedByTemplate { get; }
}

/// <summary>
/// A failure inside a value operation, which does not know its place; <see cref="JinjaTemplate"/> adds template and line.
/// </summary>
internal sealed class JinjaRuntimeError(string reason, bool raisedByTemplate = false) : Exception(reason)
{
    public bool RaisedByTemplate { get; } = raisedByTemplate;
}
