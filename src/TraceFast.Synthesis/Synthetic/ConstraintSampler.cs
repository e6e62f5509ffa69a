using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>
/// Samples a topic, and sets of compatible constraints that the scope can phrase and the writer can write about it.
/// </summary>
internal sealed class ConstraintSampler
{
    private const int Tries = 24;

    private readonly SynthScope _scope;

    public ConstraintSampler(SynthScope scope, SeededRandom random, Language language, bool isBrief)
    {
        _scope = scope;
        Topic topic = random.Pick(scope.Topics);
        Topic = topic.In(language);
        Context = new(random, language, Topic.Words, Topic.Words);
        Writer = new(topic, language, random, isBrief);
    }

    /// <summary>In the language of the instruction.</summary>
    public TopicWords Topic { get; }

    public SamplingContext Context { get; }

    public Language Language => Context.Language;

    public AnswerWriter Writer { get; }

    /// <summary>Constraints in random order, the first of a type in which instructions may differ.</summary>
    /// <returns>Null: no set was found.</returns>
    public List<Constraint>? Sample(int count)
    {
        List<Constraint> sampled = [];
        while (sampled.Count < count)
        {
            if (Another(sampled, sampled.Count == 0 ? _scope.ChangedTypesIn(Language) : _scope.TypesIn(Language)) is not { } constraint)
                return null;
            sampled.Add(constraint);
        }

        return sampled;
    }

    /// <summary>One that is compatible with others.</summary>
    public Constraint? Another(IReadOnlyList<Constraint> with, IReadOnlyList<ConstraintType> types)
    {
        for (int n = 0; n < Tries; n++)
        {
            Constraint constraint = Context.Random.Pick(types).Sample(Context);
            if (Fits(constraint, with) && _scope.Phrase(constraint, Language, Context.Random) is not null)
                return constraint;
        }

        return null;
    }

    /// <summary>One that no response obeys together with <paramref name="constraint"/>, and that is compatible with the others.</summary>
    public Constraint? Contradiction(Constraint constraint, IReadOnlyList<Constraint> with)
    {
        for (int n = 0; n < Tries / 4; n++)
        {
            Constraint other = constraint.SampleConflicting(Context);
            if (Fits(other, with))
                return other;
        }

        return null;
    }

    /// <summary>Whether it goes with the others, by the types and by the Writer.</summary>
    public bool Fits(Constraint constraint, IReadOnlyList<Constraint> with)
    {
        foreach (Constraint other in with)
        {
            if (constraint.Equals(other) || constraint.ConflictsWith(other))
                return false;
        }

        return Writer.CanApply([.. with, constraint]);
    }
}

/// <summary>Noise in answers: constraints that are broken on purpose, by obeying their contradiction.</summary>
internal static class Breaking
{
    /// <param name="sampler">Samples contradictions.</param>
    /// <param name="constraints">What the instruction asks.</param>
    /// <param name="kept">Numbers of those that are always obeyed.</param>
    /// <param name="obey">The probability with which another one is.</param>
    /// <param name="random">Randomness.</param>
    /// <param name="obeyed">What the answer is to obey instead.</param>
    /// <returns>Numbers of the broken ones.</returns>
    public static List<int> Sample(ConstraintSampler sampler, IReadOnlyList<Constraint> constraints, IReadOnlyList<int> kept, double obey,
        SeededRandom random, out List<Constraint> obeyed)
    {
        obeyed = [.. constraints];
        List<int> broken = [];
        for (int n = 0; obey < 1 && n < constraints.Count; n++)
        {
            if (kept.Contains(n) || random.Chance(obey))
                continue;
            List<Constraint> others = [.. obeyed];
            others.RemoveAt(n);
            if (sampler.Contradiction(constraints[n], others) is not { } other)
                continue;
            obeyed[n] = other;
            broken.Add(n);
        }

        return broken;
    }
}
