using TraceFast.Data;

namespace TraceFast.Tokenization.Jinja;

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

/// <summary>A failure inside a value operation, which does not know its place; <see cref="JinjaTemplate"/> adds template and line.</summary>
internal sealed class JinjaFault(string reason, bool raisedByTemplate = false) : Exception(reason)
{
    public bool RaisedByTemplate { get; } = raisedByTemplate;
}
