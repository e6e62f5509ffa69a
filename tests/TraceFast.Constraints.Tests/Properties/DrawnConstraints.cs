using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests.Properties;

/// <summary>Constraints of every exact sort in every language: drawn, and their contradictions.</summary>
internal static class DrawnConstraints
{
    public static IEnumerable<(Sort Sort, Language Language)> ExactSorts() =>
        from sort in Sorts.All
        where sort.IsExact
        from language in sort.Languages
        select (sort, language);

    public static IEnumerable<(Constraint Constraint, Constraint Contradiction, Language Language)> WithContradictions(ulong seed, int perSort)
    {
        foreach ((Sort sort, Language language) in ExactSorts())
        {
            SamplingContext context = Samples.Context(SeededRandom.Split(seed, (ulong)sort.Name.Length * 31 + sort.Name[0]), language);
            for (int n = 0; n < perSort; n++)
            {
                Constraint constraint = sort.Draw(context);
                yield return (constraint, sort.Contradict(constraint, context), language);
            }
        }
    }
}
