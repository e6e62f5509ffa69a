using TraceFast.Constraints.Templates;
using System.Text;
using TraceFast.Constraints;
using TraceFast.Synthesis;
using TraceFast.Synthesis.Synthetic;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Tests;

public class SynthTests
{
    private static readonly SynthOptions s_options = new() { Seed = 9 };

    [Fact]
    public void The_same_seed_gives_the_same_quads_with_any_number_of_threads()
    {
        string one = Lines(s_options, null, threads: 1, 400);
        Assert.Equal(one, Lines(s_options, null, threads: 2, 400));
        Assert.Equal(one, Lines(s_options, null, threads: 4, 400));
        Assert.NotEqual(one, Lines(s_options with { Seed = 10 }, null, threads: 3, 400));
    }

    [Fact]
    public void All_quads_pass_the_check_and_read_back_as_they_were()
    {
        foreach (Quad quad in Take(s_options, null, 300))
        {
            string line = QuadJson.ToLine(quad);
            using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(line);
            Quad read = QuadJson.Read(json.RootElement);
            Assert.Equal(line, QuadJson.ToLine(read));
            Assert.True(QuadCheck.Check(read).IsGood);
        }
    }

    [Fact]
    public void Languages_and_numbers_of_constraints_are_balanced()
    {
        List<Quad> quads = Take(s_options with { MostConstraints = 4 }, null, 800);
        Assert.InRange(quads.Count(q => q.Language == Language.English), 380, 420);
        foreach (int count in Enumerable.Range(1, 4))
            Assert.InRange(quads.Count(q => q.Constraints1.Count == count), 180, 220);
    }

    [Fact]
    public void Fewer_than_one_answer_of_a_hundred_repeats_another()
    {
        List<Quad> quads = [.. new SynthGenerator(s_options, null, 2).Make(new DropCounts(), CancellationToken.None).Take(5000)];
        string[] answers = [.. quads.SelectMany(q => new[] { q.Y1, q.Y2 })];
        Assert.True(answers.Length - answers.Distinct().Count() < answers.Length / 100);
    }

    [Fact]
    public void A_constraint_stands_in_the_instruction_in_its_own_words()
    {
        foreach (Quad quad in Take(s_options, null, 200))
        {
            Assert.All(quad.Constraints1, c => Assert.Contains(c.Text, quad.X1, StringComparison.Ordinal));
            Assert.All(quad.Constraints2, c => Assert.Contains(c.Text, quad.X2, StringComparison.Ordinal));
            Assert.Contains(quad.Topic!, quad.X1, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Held_out_topics_and_types_are_in_their_split_alone()
    {
        HoldOut holdOut = HoldOut.Parse(["topic=0.3", "type=0.2"]);
        SynthOptions options = s_options with { HoldOut = holdOut };
        HashSet<string> heldTopics = [.. TopicLibrary.All.Where(holdOut.Has).SelectMany(t => new[] { t.English.Name, t.Chinese.Name })];
        Assert.InRange(heldTopics.Count, 2, 2 * TopicLibrary.All.Count / 2);

        List<Quad> train = Take(options, null, 300);
        Assert.DoesNotContain(train, q => heldTopics.Contains(q.Topic!));
        Assert.DoesNotContain(train.SelectMany(AllConstraints), c => holdOut.Has(c.Type));

        Assert.All(Take(options, HoldOutKind.Topic, 60), q => Assert.Contains(q.Topic!, heldTopics));
        Assert.All(Take(options, HoldOutKind.Type, 60), q => Assert.Contains(AllConstraints(q), c => holdOut.Has(c.Type)));
    }

    [Fact]
    public void Held_out_templates_and_combinations_are_in_their_split_alone()
    {
        HoldOut holdOut = HoldOut.Parse(["template=0.3", "combination=0.3"]);
        SynthOptions options = s_options with { HoldOut = holdOut };
        List<Quad> train = Take(options, null, 300);
        HashSet<string> templates = [.. train.SelectMany(q => q.Constraints1.Concat(q.Constraints2)).Select(c => TemplateOf(c, options))];
        Assert.DoesNotContain(train, q => holdOut.HasCombination(q.Constraints1.Select(c => c.Constraint)));

        Assert.All(Take(options, HoldOutKind.Combination, 60),
            q => Assert.True(holdOut.HasCombination(q.Constraints1.Select(c => c.Constraint))));
        foreach (StatedConstraint stated in Take(options, HoldOutKind.Template, 60).SelectMany(q => q.Constraints1))
            Assert.DoesNotContain(TemplateOf(stated, options), templates);
    }

    [Theory]
    [InlineData("topic")]
    [InlineData("topic=1.2")]
    [InlineData("topic=0")]
    [InlineData("weather=0.2")]
    [InlineData("2=0.2")]
    [InlineData("type=0.2", "type=0.3")]
    [InlineData("type=0.2", "sort=0.3")]
    public void A_wrong_hold_out_is_refused(params string[] texts) => Assert.Throws<Data.InputException>(() => HoldOut.Parse(texts));

    [Fact]
    public void Older_names_of_what_is_held_out_are_read() =>
        Assert.Equal(HoldOut.Parse(["template=0.3", "type=0.2"]).Shares, HoldOut.Parse(["wording=0.3", "Sort=0.2"]).Shares);

    [Fact]
    public void Noise_breaks_shared_constraints_and_says_which()
    {
        List<Quad> quads = Take(s_options with { Obey = 0.5, FewestConstraints = 3 }, null, 200);
        int broken = quads.Sum(q => q.Broken1.Count + q.Broken2.Count), shared = quads.Sum(q => 2 * (q.Constraints1.Count - 1));
        Assert.InRange(broken / (double)shared, 0.2, 0.55);
        foreach (Quad quad in quads)
        {
            Response y1 = new(quad.Y1);
            for (int n = 0; n < quad.Constraints1.Count; n++)
                Assert.Equal(!quad.Broken1.Contains(n), quad.Constraints1[n].Constraint.Check(y1).IsObeyed);
        }
    }

    [Fact]
    public void Only_the_types_that_are_named_are_used_and_the_held_out_ones_among_them_are_apart()
    {
        ConstraintType[] types =
            [.. new[] { "title", "letter_case", "bulleted_list", "numbered_list", "sentence_count", "ends_with", "postscript", "keywords",
            "forbidden_words" }.Select(ConstraintTypes.Get)];
        SynthOptions some = s_options with { Types = types, MostConstraints = 3, HoldOut = HoldOut.Parse(["type=0.3"]) };
        ConstraintType[] held = [.. types.Where(some.HoldOut.Has)];
        Assert.InRange(held.Length, 1, types.Length - 2);
        Assert.All(Take(some, null, 300).SelectMany(AllConstraints), c => Assert.Contains(c.Type, types.Except(held)));
        foreach (Quad quad in Take(some, HoldOutKind.Type, 100))
        {
            Assert.All(AllConstraints(quad), c => Assert.Contains(c.Type, types));
            Assert.Contains(AllConstraints(quad), c => held.Contains(c.Type));
        }
    }

    [Fact]
    public void Brief_answers_obey_and_are_shorter()
    {
        double Mean(bool brief) => Take(s_options with { IsBrief = brief, MostConstraints = 3 }, null, 200).Average(q =>
        {
            Assert.Null(QuadCheck.Check(q).Drop);
            return q.Y1.Length;
        });
        Assert.True(Mean(true) < 0.75 * Mean(false), $"{Mean(true)} against {Mean(false)} characters");
    }

    [Fact]
    public void Single_instructions_obey_all_their_constraints()
    {
        List<SynthSample> samples =
            [.. new SynthGenerator(s_options with { FewestConstraints = 0 }, null, 2).MakeSft(new DropCounts(), CancellationToken.None)
            .Take(300)];
        Assert.Contains(samples, s => s.Constraints.Count == 0);
        foreach (SynthSample sample in samples)
            Assert.All(sample.Constraints, c => Assert.True(c.Constraint.Check(new Response(sample.Response)).IsObeyed));
    }

    [Fact]
    public void Instructions_of_evaluation_sets_are_kept_away()
    {
        Quad quad = Take(s_options, null, 1)[0];
        Contamination contamination = new();
        contamination.Add("Unrelated words before. " + quad.X1);
        QuadFilter filter = new(contamination: contamination);
        bool isLong = TokenHashes.Of(quad.X1).Count >= Contamination.RunLength;
        Assert.Equal(!isLong, filter.Accept(quad, out _));
        Assert.Equal(isLong ? 1 : 0, filter.Drops[DropReason.Contaminated]);
        Assert.False(new Contamination().Holds(quad.X1));
    }

    [Fact]
    public void Near_duplicates_are_found_and_others_are_not()
    {
        string[] words = [.. Enumerable.Range(0, 60).Select(n => $"w{n}")];
        uint[] text = MinHash.Of(string.Join(' ', words));
        words[59] = "other";
        uint[] near = MinHash.Of(string.Join(' ', words));
        uint[] far = MinHash.Of(string.Join(' ', words.Reverse()));
        NearDuplicates duplicates = new(0.8);
        duplicates.Add(text);
        Assert.True(duplicates.Holds(near)); // 57 of 59 shingles are the same
        Assert.False(duplicates.Holds(far));
        Assert.Equal(1, MinHash.Similarity(text, text));
        Assert.InRange(MinHash.Similarity(text, near), 0.85, 1);
    }

    [Fact]
    public void A_tampered_quad_is_caught_with_its_reason()
    {
        Quad quad = Take(s_options, null, 1)[0];
        Assert.Equal(DropReason.SameAnswers, QuadCheck.Check(quad with { Y2 = quad.Y1 }).Drop);
        Assert.Equal(DropReason.EmptyText, QuadCheck.Check(quad with { Y2 = " " }).Drop);
        Assert.Equal(DropReason.NothingExact, QuadCheck.Check(quad with { Constraints1 = [] }).Drop);
        Assert.Equal(DropReason.SameConstraints, QuadCheck.Check(quad with { Constraints2 = quad.Constraints1 }).Drop);
        Assert.Equal(DropReason.Y1BreaksX1, QuadCheck.Check(quad with { Y1 = quad.Y2, Y2 = quad.Y1 }).Drop);
        Assert.Equal(DropReason.Y1BreaksX1, QuadCheck.Check(quad with { Broken1 = [0] }).Drop);
    }

    private static IEnumerable<Constraint> AllConstraints(Quad quad) =>
        quad.Constraints1.Concat(quad.Constraints2).Select(c => c.Constraint);

    private static string TemplateOf(StatedConstraint stated, SynthOptions options)
    {
        foreach (Language language in options.Languages)
        {
            foreach (Template template in Statements.Fitting(stated.Constraint, language))
            {
                if (template.Render(stated.Constraint) == stated.Text)
                    return $"{stated.Constraint.Type.Name}|{template.Scope}|{template.Text}";
            }
        }

        throw new InvalidOperationException($"\"{stated.Text}\" is none of the templates of {stated.Constraint}");
    }

    private static List<Quad> Take(SynthOptions options, HoldOutKind? split, int count) =>
        [.. new SynthGenerator(options, split, 2).Make(new DropCounts(), CancellationToken.None).Take(count)];

    private static string Lines(SynthOptions options, HoldOutKind? split, int threads, int count)
    {
        StringBuilder lines = new();
        foreach (Quad quad in new SynthGenerator(options, split, threads).Make(new DropCounts(), CancellationToken.None).Take(count))
            lines.AppendLine(QuadJson.ToLine(quad));
        return lines.ToString();
    }
}
