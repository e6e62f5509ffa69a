using System.Collections.Concurrent;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests.Properties;

public class ContradictionTests
{
    private const int PerSort = 60, AnswersEach = 40;

    /// <summary>
    /// No text obeys a constraint and its contradiction. The texts are made of what both speak about; that they have power is asserted too:
    /// nearly every sort is obeyed by some of them.
    /// </summary>
    [Fact]
    public void No_answer_obeys_a_constraint_and_its_contradiction()
    {
        ConcurrentDictionary<string, int> obeyed = new();
        ConcurrentBag<string> both = [];
        (Constraint Constraint, Constraint Contradiction, Language Language)[] pairs = [.. SampledConstraints.WithConflicting(29, PerSort)];
        Parallel.For(0, pairs.Length, n =>
        {
            (Constraint constraint, Constraint contradiction, Language language) = pairs[n];
            SeededRandom random = SeededRandom.Split(31, (ulong)n);
            for (int answers = 0; answers < AnswersEach; answers++)
            {
                string text = answers % 8 == 0
                    ? HostileText.Mutated(random, random.Pick(CorpusOfAnswers.All))
                    : NearAnswers.Build(random, language, constraint, contradiction);
                Response response = new(text);
                bool first = constraint.Check(response).IsObeyed, second = contradiction.Check(response).IsObeyed;
                if (first || second)
                    obeyed.AddOrUpdate(first ? constraint.Type.Name : contradiction.Type.Name, 1, (_, count) => count + 1);
                if (first && second)
                    both.Add($"{constraint} and {contradiction} by {System.Text.Json.JsonSerializer.Serialize(text)}");
            }
        });
        Assert.True(both.IsEmpty, string.Join('\n', both.Take(20)));
        string[] never = [
            .. SampledConstraints.RuleCheckedTypes().Select(s => s.Type.Name).Distinct().Where(name => !obeyed.ContainsKey(name))];
        Assert.True(never.Length <= 3, "obeyed by no text: " + string.Join(", ", never));
    }

    /// <summary>Where one sort contradicts itself by numbers alone, the two ranges share none.</summary>
    [Fact]
    public void Ranges_that_contradict_share_no_count()
    {
        int compared = 0;
        foreach ((Constraint constraint, Constraint contradiction, _) in SampledConstraints.WithConflicting(37, 300))
        {
            if (constraint.Type != contradiction.Type || constraint.Scope != contradiction.Scope || RangeOf(constraint) is not { } one
                || RangeOf(contradiction) is not { } other || !SameBesides(constraint, contradiction))
                continue;
            Assert.True(one.Max < (other.Min ?? 0) || other.Max < (one.Min ?? 0), $"{constraint} and {contradiction}");
            Assert.True((other.Max ?? long.MaxValue) >= 0, $"{contradiction}");
            compared++;
        }

        Assert.InRange(compared, 5_000, int.MaxValue);
    }

    /// <summary>
    /// A constraint and its contradiction cannot stand in one instruction, and the two sorts agree on whom they conflict with.
    /// </summary>
    [Fact]
    public void Conflicts_are_seen_from_both_sides()
    {
        Constraint[] constraints = [.. SampledConstraints.WithConflicting(41, 3).SelectMany(d => new[] { d.Constraint, d.Conflicting })];
        foreach (Constraint one in constraints)
        {
            foreach (Constraint other in constraints)
                Assert.Equal(one.ConflictsWith(other), other.ConflictsWith(one));
        }
    }

    [Fact]
    public void A_constraint_conflicts_with_its_contradiction()
    {
        string[] wrong = [
            .. SampledConstraints.WithConflicting(43, 100).Where(d => !d.Constraint.ConflictsWith(d.Conflicting))
                .Select(d => $"{d.Constraint} and {d.Conflicting}").Distinct()];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong.Take(40)));
    }

    /// <summary>The range of its fields min and max; null: it has neither.</summary>
    private static CountRange? RangeOf(Constraint constraint)
    {
        Dictionary<string, object> values = constraint.Type.ValuesOf(constraint).ToDictionary(v => v.Field.Name, v => v.Value);
        return values.ContainsKey("min") || values.ContainsKey("max")
            ? new(values.GetValueOrDefault("min") as long?, values.GetValueOrDefault("max") as long?) : null;
    }

    private static bool SameBesides(Constraint one, Constraint other) => Besides(one).SequenceEqual(Besides(other));

    private static IEnumerable<(Field, object)> Besides(Constraint constraint) =>
        constraint.Type.ValuesOf(constraint).Where(v => v.Field.Name is not ("min" or "max"));
}
