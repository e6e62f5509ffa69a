using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints;

/// <summary>A judged sort with one argument, a text, and what it may draw for it. What it draws holds of plain informative prose, since no program sees to it.</summary>
public abstract class TextJudgedSort : JudgedSort
{
    private IReadOnlyList<Parameter>? _parameters;

    public sealed override IReadOnlyList<Parameter> Parameters => _parameters ??= [new(Parameter, ParameterType.Text)];

    /// <summary>The name of its argument.</summary>
    protected abstract string Parameter { get; }

    protected virtual IReadOnlyList<string> EnglishTexts => [];

    protected virtual IReadOnlyList<string> ChineseTexts => [];

    public sealed override Constraint Draw(SamplingContext context) => new(this, Arguments.Of((Parameter, DrawText(context))));

    protected virtual string DrawText(SamplingContext context) => context.Random.Pick(context.Language == Language.Chinese ? ChineseTexts : EnglishTexts);
}
