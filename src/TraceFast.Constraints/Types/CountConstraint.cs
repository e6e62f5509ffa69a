using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Templates;

namespace TraceFast.Constraints.Types;

/// <summary>
/// A type that asks for a number of something, {min, max}; a row of <see cref="Counts"/>. What is counted is called as the unit of its
/// templates says.
/// </summary>
public sealed class CountType : ConstraintType
{
    internal CountType(string name, Category category, Func<Response, TextSpan, int> count, Func<Scope, Language, TypicalCounts> typical)
        : base(name, category, typeof(CountConstraint))
    {
        (Count, Typical) = (count, typical);
    }

    /// <summary>The smallest number that "at least" asks for: an answer has one sentence anyway.</summary>
    internal int LowestMin { get; init; } = 1;

    /// <summary>How many there are in a span.</summary>
    internal Func<Response, TextSpan, int> Count { get; }

    internal Func<Scope, Language, TypicalCounts> Typical { get; }

    /// <summary>How a number of them is asked of a draft.</summary>
    public required Func<Draft, Scope, CountRange, bool> Apply { get; init; }

    /// <summary>A constraint of this type.</summary>
    public CountConstraint Of(CountRange range, Scope scope = Scope.Whole) => new(this, range, scope);

    /// <summary>About the whole answer half of the time.</summary>
    public override Constraint Sample(SamplingContext context)
    {
        Scope scope = Scopes.Count == 1 || context.Random.Chance(0.5) ? Scopes[0] : context.Random.Pick(Scopes);
        TypicalCounts typical = Typical(scope, context.Language);
        return Of(CountRange.Sample(context.Random, typical.Low, typical.High, typical.Step, LowestMin), scope);
    }
}

/// <summary>The counts worth asking for, for an answer of one to eight sentences, and the step in which people name them.</summary>
internal readonly record struct TypicalCounts(int Low, int High, int Step = 1);

/// <summary>A number of something in the answer or in each of the parts that the scope names.</summary>
/// <param name="Type">What is counted.</param>
/// <param name="Range">How many there must be.</param>
/// <param name="Scope">Where.</param>
public sealed record CountConstraint(CountType Type, CountRange Range, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    public override CountType Type { get; } = Type;

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = response.SpansOf(Scope);
        if (spans.Count == 0)
            return new(Outcome.Violated,
                $"the answer has no {ScopeNames.Bare(Scope)}, which should have {Range} {UnitOf(Range.Max ?? Range.Min ?? 0)}");
        int count = 0;
        for (int n = 0; n < spans.Count; n++)
        {
            count = Type.Count(response, spans[n]);
            if (!Range.Contains(count))
            {
                string which = spans.Count > 1 ? $" number {n + 1}" : "";
                return new(Outcome.Violated, $"{Subject}{which} has {count} {UnitOf(count)}, not {Range}", Scope == Scope.Whole ? null
                    : spans[n]);
            }
        }

        return new(Outcome.Obeyed, spans.Count == 1 ? $"{Subject} has {count} {UnitOf(count)}, as asked ({Range})"
            : $"each of {spans.Count} has {Range} {UnitOf(Range.Max ?? Range.Min ?? 0)}");
    }

    public override bool Apply(Draft draft) => Type.Apply(draft, Scope, Range);

    public override Constraint SampleConflicting(SamplingContext context)
    {
        TypicalCounts typical = Type.Typical(Scope, context.Language);
        return Type.Of(Range.SampleDisjoint(context.Random, typical.Low, typical.High), Scope);
    }

    /// <summary>A range around the numbers that the response has, of which one or both ends are asked for.</summary>
    public override Constraint? SampleObeyed(Response response, SamplingContext context)
    {
        int[] counts = [.. response.SpansOf(Scope).Select(span => Type.Count(response, span))];
        if (counts.Length == 0)
            return null;
        CountRange range = CountRange.SampleAround(
            context.Random, counts.Min(), counts.Max(), Type.Typical(Scope, context.Language).Step, Type.LowestMin);
        return range.IsEmpty ? null : Type.Of(range, Scope);
    }

    /// <summary>Two about one scope; or a part that must have more than the whole may.</summary>
    public override bool Overlaps(Constraint sameType)
    {
        CountConstraint other = (CountConstraint)sameType;
        return Scope == other.Scope || Scope == Scope.Whole && other.Range.Min > Range.Max;
    }

    protected override string? Validate() => Range.Error();

    private string Subject =>
        ScopeNames.Describe(Scope) is var name && name.StartsWith("each ", StringComparison.Ordinal) ? name[5..] : name;

    private string UnitOf(long count)
    {
        (string one, string many) = TemplateLibrary.Of(Language.English).UnitOf(Type);
        return count == 1 ? one : many;
    }
}
