namespace TraceFast.Tokenization.Jinja;

/// <summary>Text of the template itself.</summary>
internal sealed class TemplateText(int line, string text) : Statement(line)
{
    private readonly MarkedText _text = MarkedText.FromTemplate(text);

    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        scope.State.ChargeText(_text.Length);
        output.Append(_text);
        return Flow.Normal;
    }
}

/// <summary>{{ value }}</summary>
internal sealed class Print(int line, Expression value) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        MarkedText text = PyRepr.Str(scope.State, value.Evaluate(scope));
        scope.State.ChargeText(text.Length);
        output.Append(text);
        return Flow.Normal;
    }
}

/// <summary>{% generation %}: transformers' marker of assistant text; prints its body.</summary>
internal sealed class Generation(int line, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        body.Execute(scope.Inner(), output);
        return Flow.Normal;
    }
}

/// <summary>{% filter name %} text {% endfilter %}</summary>
internal sealed class FilterBlock(int line, FilterCall filter, Block body) : Statement(line)
{
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        var captured = new MarkedTextBuilder();
        if (body.Execute(scope.Inner(), captured) is var flow && flow != Flow.Normal)
            return flow;
        MarkedText text = PyRepr.Str(scope.State, filter.ApplyTo(scope, captured.Build()));
        scope.State.ChargeText(text.Length);
        output.Append(text);
        return Flow.Normal;
    }
}
