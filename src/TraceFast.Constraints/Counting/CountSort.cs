using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Counting;

/// <summary>
/// A sort that asks for a number of something in the answer or in a part of it: {min, max}, one of which may be missing. A sort says what is counted, how it is called and which
/// counts an answer of one to eight sentences can have.
/// </summary>
public abstract class CountSort : Sort
{
    private IReadOnlyList<Wording>? _wordings;

    public sealed override IReadOnlyList<Parameter> Parameters { get; } = [new("min", ParameterType.Integer, Required: false), new("max", ParameterType.Integer, Required: false)];

    public sealed override IReadOnlyList<Wording> Wordings => _wordings ??= [.. CountWordings.Of(Unit, Parts, Languages), .. MoreWordings];

    /// <summary>How the counted thing is called.</summary>
    protected abstract CountUnit Unit { get; }

    /// <summary>Wordings besides those of every count, for example "in one sentence".</summary>
    protected virtual IEnumerable<Wording> MoreWordings => [];

    /// <summary>How many there are in a place.</summary>
    protected abstract int Count(Response response, TextSpan place);

    /// <summary>The counts worth asking for, and the step in which people name them.</summary>
    protected abstract (int Low, int High, int Step) Usual(Scope part, Language language);

    /// <summary>The part to draw about; the default: the whole answer half of the time.</summary>
    protected virtual Scope DrawPart(SamplingContext context) => Parts.Count == 1 || context.Random.Chance(0.5) ? Parts[0] : context.Random.Pick(Parts);

    public sealed override Verdict Check(Constraint constraint, Response response)
    {
        CountRange range = CountRange.Of(constraint.Arguments);
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        if (places.Count == 0)
            return new(Outcome.Violated, $"the answer has no {NameOf(constraint.Scope)}, which should have {range} {Named(range)}");
        int count = 0;
        for (int n = 0; n < places.Count; n++)
        {
            count = Count(response, places[n]);
            if (!range.Holds(count))
            {
                string which = places.Count > 1 ? $" number {n + 1}" : "";
                return new(Outcome.Violated, $"{Subject(constraint.Scope)}{which} has {count} {Named(count)}, not {range}", constraint.Scope == Scope.Whole ? null : places[n]);
            }
        }

        return new(Outcome.Obeyed, places.Count == 1 ? $"{Subject(constraint.Scope)} has {count} {Named(count)}, as asked ({range})" : $"each of {places.Count} has {range} {Named(range)}");
    }

    public sealed override Constraint Draw(SamplingContext context)
    {
        Scope part = DrawPart(context);
        (int low, int high, int step) = Usual(part, context.Language);
        return new Constraint(this, CountRange.Draw(context.Random, low, high, step, Unit.Form == CountForm.Structure ? 2 : 1).ToArguments(), part);
    }

    public sealed override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        (int low, int high, _) = Usual(constraint.Scope, context.Language);
        return new Constraint(this, CountRange.Of(constraint.Arguments).DrawApart(context.Random, low, high).ToArguments(), constraint.Scope);
    }

    /// <summary>Two about one part; or a part that must hold more than the whole may.</summary>
    public override bool Conflicts(Constraint own, Constraint other)
    {
        if (other.Sort != this || other.Scope == own.Scope)
            return base.Conflicts(own, other);
        (CountRange whole, CountRange part) = own.Scope == Scope.Whole ? (CountRange.Of(own.Arguments), CountRange.Of(other.Arguments)) : (CountRange.Of(other.Arguments), CountRange.Of(own.Arguments));
        return (own.Scope == Scope.Whole || other.Scope == Scope.Whole) && part.Min > whole.Max;
    }

    protected sealed override string? Refuse(Arguments arguments) => CountRange.Of(arguments).Fault;

    private static string NameOf(Scope part) => ScopeNames.Of(part, Language.English)[0].Split(' ', 2)[1];

    private static string Subject(Scope part) => part == Scope.Whole ? "the answer" : ScopeNames.Of(part, Language.English)[0] is var name && name.StartsWith("each ", StringComparison.Ordinal) ? name[5..] : name;

    private string Named(CountRange range) => Named((int)Math.Min(int.MaxValue, range.Max ?? range.Min ?? 0));

    private string Named(int count) => count == 1 ? Unit.One : Unit.Many;
}
