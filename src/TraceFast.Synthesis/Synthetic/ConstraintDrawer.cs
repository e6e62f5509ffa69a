using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>Draws constraints that stand together, that the scope can phrase and the writer can write.</summary>
internal sealed class ConstraintDrawer(SynthScope scope, SamplingContext context)
{
    private const int Tries = 24;

    public Language Language => context.Language;

    /// <summary>Constraints in random order, the first of a sort in which instructions may differ.</summary>
    /// <returns>Null: no set was found.</returns>
    public List<Constraint>? Draw(int count)
    {
        List<Constraint> drawn = [];
        while (drawn.Count < count)
        {
            if (Another(drawn, drawn.Count == 0 ? scope.ChangedTypesIn(Language) : scope.TypesIn(Language)) is not { } constraint)
                return null;
            drawn.Add(constraint);
        }

        return drawn;
    }

    /// <summary>One that stands together with others.</summary>
    public Constraint? Another(IReadOnlyList<Constraint> with, IReadOnlyList<ConstraintType> types)
    {
        for (int n = 0; n < Tries; n++)
        {
            Constraint constraint = context.Random.Pick(types).Sample(context);
            if (Fits(constraint, with) && scope.Phrase(constraint, Language, context.Random) is not null)
                return constraint;
        }

        return null;
    }

    /// <summary>One that no response obeys together with <paramref name="constraint"/>, standing with the others.</summary>
    public Constraint? Contradiction(Constraint constraint, IReadOnlyList<Constraint> with)
    {
        for (int n = 0; n < Tries / 4; n++)
        {
            Constraint other = constraint.SampleConflicting(context);
            if (Fits(other, with))
                return other;
        }

        return null;
    }

    /// <summary>Whether it goes with the others, by the sorts and by the writer.</summary>
    public bool Fits(Constraint constraint, IReadOnlyList<Constraint> with)
    {
        foreach (Constraint other in with)
        {
            if (constraint.Equals(other) || constraint.ConflictsWith(other))
                return false;
        }

        return Plan.Of([.. with, constraint], Language) is not null;
    }
}
