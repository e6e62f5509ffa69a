using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Tests.Writing;

public class WriterTests
{
    private const int Instances = 40;

    /// <summary>What is sampled and cannot be written: exact numbers of a rare letter, exact lengths of a title.</summary>
    private const double LeastWritten = 0.9;

    public static TheoryData<string, Language> RuleCheckedTypes
    {
        get
        {
            TheoryData<string, Language> data = [];
            foreach (ConstraintType type in ConstraintTypes.All.Where(s => s.IsRuleChecked))
            {
                foreach (Language language in type.Languages)
                    data.Add(type.Name, language);
            }

            return data;
        }
    }

    /// <summary>An answer written for a constraint obeys it; one written for what conflicts with it violates it.</summary>
    [Theory]
    [MemberData(nameof(RuleCheckedTypes))]
    public void Every_type_is_obeyed_and_violated(string name, Language language)
    {
        ConstraintType type = ConstraintTypes.Get(name);
        int obeyed = 0, violated = 0;
        List<string> faults = [];
        for (int n = 0; n < Instances; n++)
        {
            SeededRandom random = SeededRandom.Split(11, (ulong)n);
            Topic topic = random.Pick(TopicLibrary.All);
            SamplingContext context = new(random, language, topic.In(language).Words, topic.In(language).Words);
            Constraint constraint = type.Sample(context);
            Constraint other = constraint.SampleConflicting(context);
            if (new AnswerWriter(topic, language, random).Write([constraint])?.Text is { } answer)
            {
                if (constraint.Check(new Response(answer)).IsObeyed)
                    obeyed++;
                else
                    faults.Add($"{constraint} is violated by:\n{answer}");
            }

            if (new AnswerWriter(topic, language, random).Write([other])?.Text is { } opposite)
            {
                if (!constraint.Check(new Response(opposite)).IsObeyed)
                    violated++;
                else
                    faults.Add($"{constraint} is obeyed by the answer for {other}:\n{opposite}");
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
        Assert.True(obeyed >= LeastWritten * Instances
            && violated >= LeastWritten * Instances, $"{name}: {obeyed} obeyed and {violated} violated of {Instances}");
    }

    [Theory]
    [InlineData(Language.English)]
    [InlineData(Language.Chinese)]
    public void Sentences_are_well_formed(Language language)
    {
        for (int n = 0; n < 2000; n++)
        {
            SeededRandom random = SeededRandom.Split(3, (ulong)n);
            Topic topic = random.Pick(TopicLibrary.All);
            string text = new AnswerWriter(topic, language, random).Write([])!.Text;
            Assert.NotEmpty(text);
            Assert.DoesNotContain("  ", text, StringComparison.Ordinal);
            Assert.DoesNotContain('{', text);
            Assert.DoesNotContain(" ,", text, StringComparison.Ordinal);
            Assert.DoesNotContain(" .", text, StringComparison.Ordinal);
            Assert.DoesNotContain("，，", text, StringComparison.Ordinal);
            Response response = new(text);
            foreach (TextSpan place in response.Sentences)
            {
                string sentence = text.Substring(place.Start, place.Length);
                Assert.True(sentence.Length > 4, text);
                Assert.True(language == Language.Chinese ? sentence[^1] == '。' : char.IsUpper(sentence[0]) && sentence[^1] == '.', text);
                Assert.DoesNotMatch(@"\ba [aeio]\w", sentence);
                Assert.DoesNotMatch(@"\ban [bcdfgjklmnpqrstvwxyz]\w", sentence);
                Assert.DoesNotMatch(@"\b(\w+) \1\b", sentence);
            }
        }
    }

    [Fact]
    public void Topics_are_complete_and_differ()
    {
        Assert.True(TopicLibrary.All.Count >= 200);
        foreach (Language language in Enum.GetValues<Language>())
        {
            Assert.Equal(TopicLibrary.All.Count, TopicLibrary.All.Select(t => t.In(language).Name).Distinct().Count());
            foreach (TopicWords topic in TopicLibrary.All.Select(t => t.In(language)))
            {
                Assert.Equal((4, 5, 6),
                    (topic.Qualities.Distinct().Count(), topic.Facts.Distinct().Count(), topic.Words.Distinct().Count()));
                Assert.All([topic.Name, .. topic.Qualities, .. topic.Facts, .. topic.Words], t => Assert.Equal(t.Trim(), t));
                Assert.DoesNotContain(topic.Facts, f => f.Any(c => char.IsPunctuation(c) || char.IsDigit(c)));
            }
        }
    }

    [Theory]
    [InlineData(Language.English)]
    [InlineData(Language.Chinese)]
    public void There_are_thirty_openings(Language language) => Assert.True(Grammar.Of(language).Texts("opening").Distinct().Count() >= 30);

    /// <summary>A length of words is met to the word, whatever it is.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(33)]
    [InlineData(50)]
    [InlineData(101)]
    public void Exact_lengths_are_met(int words)
    {
        Constraint[] constraints = [TraceFast.Constraints.Types.Counts.Words.Of(CountRange.Exactly(words))];
        int written = 0;
        for (int n = 0; n < 50; n++)
        {
            SeededRandom random = SeededRandom.Split(5, (ulong)n);
            if (new AnswerWriter(random.Pick(TopicLibrary.All), Language.English, random).Write(constraints)?.Text is not { } text)
                continue;
            written++;
            Assert.Equal(words, new Response(text).Words.Count);
        }

        Assert.True(written >= 40, $"{written} of 50 written");
    }
}
