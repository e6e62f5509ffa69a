using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests.Properties;

/// <summary>Constraints of every rule-checked type in every language: sampled, each with one that conflicts.</summary>
internal static class SampledConstraints
{
    public static IEnumerable<(ConstraintType Type, Language Language)> RuleCheckedTypes() =>
        from type in ConstraintTypes.All
        where type.IsRuleChecked
        from language in type.Languages
        select (type, language);

    public static IEnumerable<(Constraint Constraint, Constraint Conflicting, Language Language)> WithConflicting(ulong seed, int each)
    {
        foreach ((ConstraintType type, Language language) in RuleCheckedTypes())
        {
            SamplingContext context = Samples.Context(SeededRandom.Split(seed, (ulong)type.Name.Length * 31 + type.Name[0]), language);
            for (int n = 0; n < each; n++)
            {
                Constraint constraint = type.Sample(context);
                yield return (constraint, constraint.SampleConflicting(context), language);
            }
        }
    }
}
