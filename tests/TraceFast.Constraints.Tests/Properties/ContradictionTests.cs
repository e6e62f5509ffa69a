using System.Collections.Concurrent;
using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests.Properties;

public class ContradictionTests
{
    private const int PerSort = 60, AnswersEach = 40;

    /// <summary>
    /// No text obeys a constraint and its contradiction. The texts are made of what both speak about; that they have power is asserted too: nearly every sort is obeyed by some of them.
    /// </summary>
    [Fact]
    public void No_answer_obeys_a_constraint_and_its_contradiction()
    {
        ConcurrentDictionary<string, int> obeyed = new();
        ConcurrentBag<string> both = [];
        (Constraint Constraint, Constraint Contradiction, Language Language)[] pairs = [.. DrawnConstraints.WithContradictions(29, PerSort)];
        Parallel.For(0, pairs.Length, n =>
        {
            (Constraint constraint, Constraint contradiction, Language language) = pairs[n];
            SeededRandom random = SeededRandom.Split(31, (ulong)n);
            for (int answers = 0; answers < AnswersEach; answers++)
            {
                string text = answers % 8 == 0 ? HostileText.Mutated(random, random.Pick(CorpusOfAnswers.All)) : NearAnswers.Build(random, language, constraint, contradiction);
                Response response = new(text);
                bool first = constraint.Check(response).IsObeyed, second = contradiction.Check(response).IsObeyed;
                if (first || second)
                    obeyed.AddOrUpdate(first ? constraint.Sort.Name : contradiction.Sort.Name, 1, (_, count) => count + 1);
                if (first && second)
                    both.Add($"{constraint} and {contradiction} by {System.Text.Json.JsonSerializer.Serialize(text)}");
            }
        });
        Assert.True(both.IsEmpty, string.Join('\n', both.Take(20)));
        string[] never = [.. DrawnConstraints.ExactSorts().Select(s => s.Sort.Name).Distinct().Where(name => !obeyed.ContainsKey(name))];
        Assert.True(never.Length <= 3, "obeyed by no text: " + string.Join(", ", never));
    }

    /// <summary>Where one sort contradicts itself by numbers alone, the two ranges share none.</summary>
    [Fact]
    public void Ranges_that_contradict_share_no_count()
    {
        int compared = 0;
        foreach ((Constraint constraint, Constraint contradiction, _) in DrawnConstraints.WithContradictions(37, 300))
        {
            if (constraint.Sort != contradiction.Sort || constraint.Scope != contradiction.Scope || !(constraint.Arguments.Has("min") || constraint.Arguments.Has("max")) || !SameBesides(constraint.Arguments, contradiction.Arguments))
                continue;
            CountRange one = CountRange.Of(constraint.Arguments), other = CountRange.Of(contradiction.Arguments);
            Assert.True(one.Max < (other.Min ?? 0) || other.Max < (one.Min ?? 0), $"{constraint} and {contradiction}");
            Assert.True((other.Max ?? long.MaxValue) >= 0, $"{contradiction}");
            compared++;
        }

        Assert.InRange(compared, 5_000, int.MaxValue);
    }

    /// <summary>A constraint and its contradiction can not stand in one instruction, and the two sorts agree on whom they conflict with.</summary>
    [Fact]
    public void Conflicts_are_seen_from_both_sides()
    {
        Constraint[] constraints = [.. DrawnConstraints.WithContradictions(41, 3).SelectMany(d => new[] { d.Constraint, d.Contradiction })];
        foreach (Constraint one in constraints)
        {
            foreach (Constraint other in constraints)
                Assert.Equal(one.ConflictsWith(other), other.ConflictsWith(one));
        }
    }

    [Fact]
    public void A_constraint_conflicts_with_its_contradiction()
    {
        string[] wrong = [.. DrawnConstraints.WithContradictions(43, 100).Where(d => !d.Constraint.ConflictsWith(d.Contradiction)).Select(d => $"{d.Constraint} and {d.Contradiction}").Distinct()];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong.Take(40)));
    }

    private static bool SameBesides(Arguments one, Arguments other) =>
        one.Values.Where(v => v.Key is not ("min" or "max")).SequenceEqual(other.Values.Where(v => v.Key is not ("min" or "max")));
}
