using System.Collections.Concurrent;
using TraceFast.Constraints;
using TraceFast.Constraints.Tests.Properties;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Types;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Tests.Writing;

/// <summary>The writer drafts answers, the constraints check them: each type alone and random combinations, in each language.</summary>
public class WriterAgainstChecksTests
{
    private const int PerType = 80, Mutations = 3;

    /// <summary>
    /// An answer written for a constraint obeys it; one written for what conflicts with it obeys that and violates the constraint, and so
    /// do its mutations. No exception is made: where two constraints that
    /// conflict are both obeyed, one of them is wrong. The writer may give up on one constraint in ten of a type.
    /// </summary>
    [Fact]
    public void An_answer_obeys_what_it_is_written_for_and_violates_what_conflicts()
    {
        ConcurrentDictionary<(string Type, Language Language), int[]> counts = new(); // sampled, written
        ConcurrentBag<string> wrong = [], both = [];
        (ConstraintType Type, Language Language)[] types = [.. SampledConstraints.RuleCheckedTypes()];
        Parallel.ForEach(types, entry =>
        {
            (ConstraintType type, Language language) = entry;
            int[] count = counts.GetOrAdd((type.Name, language), _ => new int[2]);
            for (int n = 0; n < PerType; n++)
            {
                SeededRandom random = SeededRandom.Split(61, (ulong)(Array.IndexOf(types, entry) * PerType + n));
                Topic topic = random.Pick(TopicLibrary.All);
                TopicWords words = topic.In(language);
                SamplingContext context = new(random, language, words.Words, words.Words);
                Constraint constraint = type.Sample(context);
                Constraint contradiction = constraint.SampleConflicting(context);
                foreach ((Constraint asked, Constraint other) in new[] { (constraint, contradiction), (contradiction, constraint) })
                {
                    count[0]++;
                    if (new AnswerWriter(topic, language, random).Write([asked])?.Text is not { } text)
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
        string[] poor = [.. counts.Where(c => c.Value[1] < 0.9 * c.Value[0])
            .Select(c => $"{c.Key.Type} {c.Key.Language}: sampled {c.Value[0]}, written {c.Value[1]}").Order(StringComparer.Ordinal)];
        Assert.True(poor.Length == 0, string.Join('\n', poor));
    }

    /// <summary>
    /// Up to six constraints that do not conflict, hostile seeds among them: all are obeyed, or the writer gives up within its bound. It
    /// gives up on one set in ten at most.
    /// </summary>
    [Theory]
    [InlineData(Language.English)]
    [InlineData(Language.Chinese)]
    public void Combinations_are_obeyed_or_given_up(Language language)
    {
        const int Sets = 400;
        ulong[] hostile = [0, 1, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, 0x5555555555555555];
        int written = 0, asked = 0;
        for (int n = 0; n < Sets; n++)
        {
            SeededRandom random = n < hostile.Length ? new(hostile[n]) : SeededRandom.Split(17, (ulong)n);
            Topic topic = random.Pick(TopicLibrary.All);
            SamplingContext context = new(random, language, topic.In(language).Words, topic.In(language).Words);
            AnswerWriter writer = new(topic, language, random, isBrief: n % 5 == 0);
            List<Constraint> set = [];
            ConstraintType[] types = [.. ConstraintTypes.All.Where(t => t.IsRuleChecked && t.Languages.Contains(language))];
            for (int tries = 0; set.Count < 1 + n % 6 && tries < 60; tries++)
            {
                Constraint constraint = random.Pick(types).Sample(context);
                if (set.TrueForAll(c => !c.ConflictsWith(constraint)) && writer.CanApply([.. set, constraint]))
                    set.Add(constraint);
            }

            asked++;
            if (writer.Write(set)?.Text is not { } text)
                continue;
            written++;
            Response response = new(text);
            Assert.All(set, c => Assert.True(c.Check(response).IsObeyed, $"{c}: {text}"));
        }

        Assert.True(written >= 0.9 * asked, $"{written} of {asked} written");
    }

    /// <summary>What no answer can be is given up, and not tried for ever.</summary>
    [Fact]
    public void What_conflicts_is_given_up()
    {
        SeededRandom random = new(1);
        AnswerWriter writer = new(TopicLibrary.All[0], Language.English, random);
        Assert.Null(writer.Write([Counts.Sentences.Of(CountRange.Exactly(2)), Counts.Sentences.Of(CountRange.Exactly(3))]));
        Assert.Null(writer.Write([new JsonArray(CountRange.Exactly(3)), new Title()]));
        Assert.Null(writer.Write([new Keywords(["water"]), new ForbiddenWords(["water"])]));
        Assert.Null(writer.Write([Judged.Tone.Of("plain")]));
    }
}
