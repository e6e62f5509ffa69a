using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Content;

/// <summary>A sort that asks how often a given text stands in the answer: {text's name, min, max}.</summary>
public abstract class OccurrenceSort : Sort
{
    public sealed override Category Kind => Category.Inclusion;

    public sealed override IReadOnlyList<Parameter> Parameters => [Term, new("min", ParameterType.Integer, Required: false), new("max", ParameterType.Integer, Required: false)];

    /// <summary>The parameter that holds the text.</summary>
    protected abstract Parameter Term { get; }

    protected abstract int Count(ReadOnlySpan<char> text, string term);

    /// <summary>A text to count, and the counts worth asking for.</summary>
    protected abstract (string Term, int Low, int High) DrawTerm(SamplingContext context);

    /// <summary>The counts worth asking for when the text is given.</summary>
    protected abstract (int Low, int High) Usual { get; }

    public sealed override Verdict Check(Constraint constraint, Response response)
    {
        CountRange range = CountRange.Of(constraint.Arguments);
        string term = constraint.Arguments.Text(Term.Name);
        int count = Count(response.Text, term);
        return Verdict.Of(range.Holds(count), $"\"{term}\" stands in the answer {count} times; asked: {range}");
    }

    public sealed override Constraint Draw(SamplingContext context)
    {
        (string term, int low, int high) = DrawTerm(context);
        return Make(term, CountRange.Draw(context.Random, low, high));
    }

    public sealed override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        (int low, int high) = Usual;
        return Make(constraint.Arguments.Text(Term.Name), CountRange.Of(constraint.Arguments).DrawApart(context.Random, low, high));
    }

    /// <summary>Two about one text.</summary>
    public sealed override bool Conflicts(Constraint own, Constraint other) =>
        other.Sort == this ? string.Equals(own.Arguments.Text(Term.Name), other.Arguments.Text(Term.Name), StringComparison.OrdinalIgnoreCase)
        : base.Conflicts(own, other) || own.Arguments.IntegerOrNull("max") is { } max && Forced(other, own.Arguments.Text(Term.Name)) > max;

    public sealed override IEnumerable<string> MustContain(Constraint constraint) => constraint.Arguments.IntegerOrNull("min") > 0 ? [constraint.Arguments.Text(Term.Name)] : [];

    protected override string? Refuse(Arguments arguments) => CountRange.Of(arguments).Fault;

    /// <summary>How often texts that another constraint asks for hold the term.</summary>
    private int Forced(Constraint other, string term) => other.Sort.MustContain(other).Select(text => Count(text, term)).DefaultIfEmpty().Max();

    private Constraint Make(string term, CountRange range) => new(this, Arguments.Of((Term.Name, term), ("min", range.Min), ("max", range.Max)));
}
