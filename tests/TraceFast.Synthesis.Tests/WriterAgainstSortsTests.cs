using System.Collections.Concurrent;
using TraceFast.Constraints;
using TraceFast.Constraints.Tests.Properties;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Tests;

/// <summary>The writer makes answers by construction, the sorts check them: two independent readings of each type, in each language.</summary>
public class WriterAgainstSortsTests
{
    private const int PerSort = 80, Tries = 6, Mutations = 3;

    /// <summary>
    /// An answer built to obey passes; an answer built to obey the contradiction passes that and fails the constraint, and so do its mutations. No exception is made: where the two
    /// readings differ, one of them is wrong. The writer may give up on one constraint in ten of a type.
    /// </summary>
    [Fact]
    public void What_is_built_to_obey_passes_and_what_is_built_to_violate_fails()
    {
        ConcurrentDictionary<(string Sort, Language Language), int[]> counts = new(); // drawn, written
        ConcurrentBag<string> wrong = [], both = [];
        (ConstraintType Type, Language Language)[] sorts = [.. SampledConstraints.RuleCheckedTypes()];
        Parallel.ForEach(sorts, entry =>
        {
            (ConstraintType type, Language language) = entry;
            int[] count = counts.GetOrAdd((type.Name, language), _ => new int[2]);
            for (int n = 0; n < PerSort; n++)
            {
                SeededRandom random = SeededRandom.Split(61, (ulong)(Array.IndexOf(sorts, entry) * PerSort + n));
                Topic topic = random.Pick(TopicLibrary.All);
                TopicWords words = topic.In(language);
                SamplingContext context = new(random, language, words.Words, words.Words);
                Constraint constraint = type.Sample(context);
                Constraint contradiction = constraint.SampleConflicting(context);
                foreach ((Constraint asked, Constraint other) in new[] { (constraint, contradiction), (contradiction, constraint) })
                {
                    count[0]++;
                    if (Write(asked, language, topic, random) is not { } text)
                        continue;
                    count[1]++;
                    Response response = new(text);
                    Verdict verdict = asked.Check(response);
                    if (!verdict.IsObeyed)
                        wrong.Add($"{asked}: {verdict.Reason}: {text.ReplaceLineEndings("\\n")}");
                    for (int m = 0; m <= Mutations; m++)
                    {
                        if (other.Check(response).IsObeyed && asked.Check(response).IsObeyed)
                            both.Add($"{asked} and {other}: {response.Text.ReplaceLineEndings("\\n")}");
                        response = new(HostileText.Mutated(random, text));
                    }
                }
            }
        });
        Assert.True(both.IsEmpty, "both obeyed:\n" + string.Join('\n', both.Take(20)));
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Order(StringComparer.Ordinal).Take(40)));
        string[] poor = [.. counts.Where(c => c.Value[1] < 0.9 * c.Value[0]).Select(c => $"{c.Key.Sort} {c.Key.Language}: drawn {c.Value[0]}, written {c.Value[1]}").Order(StringComparer.Ordinal)];
        Assert.True(poor.Length == 0, string.Join('\n', poor));
    }

    private static string? Write(Constraint constraint, Language language, Topic topic, SeededRandom random)
    {
        if (Plan.Of([constraint], language) is not { } plan)
            return null;
        for (int n = 0; n < Tries; n++)
        {
            if (AnswerWriter.Write(plan, topic, random) is { } text)
                return text;
        }

        return null;
    }
}
