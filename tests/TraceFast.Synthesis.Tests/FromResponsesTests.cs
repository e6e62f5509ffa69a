using TraceFast.Constraints;
using TraceFast.Constraints.Tests;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;
using TraceFast.Synthesis;
using TraceFast.Synthesis.FromPreference;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromSft;

namespace TraceFast.Synthesis.Tests;

/// <summary>What is read off answers, what prompts forbid to ask, how answers are edited; on hand-made records.</summary>
public sealed class FromResponsesTests
{
    private const string Long =
        "Bees matter because they carry pollen from flower to flower. Without them many plants would bear no fruit. Farmers depend on "
            + "that work every spring, and so do wild animals that eat berries. "
        + "Honey is only a small part of what they give us. Protecting meadows and using fewer poisons keeps them alive. A garden with "
        + "flowers from March to October helps them as well.";

    private const string Short = "They pollinate flowers! Many crops need that. Without bees there would be less fruit.";

    private const string Listed =
        "There are good reasons to walk every day:\n\n1. It keeps the heart strong.\n2. It clears the mind.\n3. It costs nothing.\n"
            + "4. It helps people sleep.\n5. It needs no training.";

    private static readonly SourceLocation s_origin = new("demo.jsonl", 7, 6);

    [Fact]
    public void Contrasts_are_written_into_both_instructions()
    {
        Quad quad = Assert.Single(Make(Pair("Why are bees important?", Long, Short)));
        Assert.True(QuadCheck.Check(quad).IsGood);
        Assert.Equal((Long, Short), (quad.Y1, quad.Y2));
        Assert.StartsWith("Why are bees important?\n", quad.X1, StringComparison.Ordinal);
        Assert.All(quad.Constraints1, c => Assert.Contains(c.Text.TrimEnd('.'), quad.X1, StringComparison.Ordinal));
        Assert.All(quad.Constraints2, c => Assert.Contains(c.Text.TrimEnd('.'), quad.X2, StringComparison.Ordinal));
        Assert.Equal("demo.jsonl:7", quad.Origin);
    }

    [Fact]
    public void What_can_not_be_used_is_counted()
    {
        DropCounts drops = new();
        PairRecord ids = new(s_origin, new Prompt.Ids([1, 2]), new Data.Response.Ids([3]), new Data.Response.Ids([4]));
        PairRecord[] records =
            [ids, Pair("Why are bees important?", Long, "I'm sorry, but I cannot answer that."),
            Pair("Why are bees important?", Long, "蜜蜂很重要，因为它们传播花粉。"), Pair("Why are bees important?", Long, Long + " ")];
        Assert.Empty(new PreferenceQuads(records, 1).Make(drops, TestContext.Current.CancellationToken));
        Assert.Equal((1, 2, 1), (drops[DropReason.NotOneAnswer], drops[DropReason.UnsoundAnswer], drops[DropReason.NoContrast]));
    }

    [Fact]
    public void Earlier_turns_stand_in_both_instructions_and_count_as_asked()
    {
        Message[] before = [new(Role.System, "You are a gardener."), new(Role.User, "Hi"), new(Role.Assistant, "Hello")];
        PairRecord record = new(s_origin, new Prompt.Chat([.. before, new(Role.User, "Why are bees important?")]),
            new Data.Response.Text(Long), new Data.Response.Text(Short));
        Quad quad = Assert.Single(Make(record));
        Assert.Equal(before, quad.Before);
        Quad read = QuadJson.Read(System.Text.Json.JsonDocument.Parse(QuadJson.ToLine(quad)).RootElement);
        Assert.Equal((quad.X1, quad.X2), (read.X1, read.X2));
        Assert.Equal(before, read.Before);
        Assert.True(new Exchange(s_origin, "Why?", Language.English) { Before = [new(Role.User, "Answer in 50 words.")] }.Demands.Length);
    }

    [Theory]
    [InlineData("Write a short story about bees.")]
    [InlineData("Describe bees in 50 words.")]
    [InlineData("详细介绍蜜蜂的作用")]
    [InlineData("Translate into French: bees are important")]
    public void A_length_is_not_added_where_the_prompt_says_how_long_or_what_exactly(string prompt)
    {
        Exchange exchange = new(s_origin, prompt, Exchange.LanguageOf(prompt)!.Value);
        Assert.DoesNotContain(Observers.Observe(new AnswerShape(Long, Language.English), new AnswerShape(Short, Language.English),
            exchange), o => o.Family == "length");
    }

    [Theory]
    [InlineData("fewer_items", "Why should people walk more?", Listed)]
    [InlineData("other_markers", "Why should people walk every day?", Listed)]
    [InlineData("other_ending", "Why are bees important?", Long)]
    [InlineData("shorter_prose", "Why are bees important?",
        "Bees carry pollen from flower to flower, and most flowers bear no fruit without it. "
            + "That is why farmers keep hives beside their orchards and fields.\n\n" + Long)]
    [InlineData("other_separator", "Why are bees important?", Short + "\n\n" + Long)]
    [InlineData("other_case", "Tell me something nice.", "The sun will come back tomorrow, and so will the birds.")]
    [InlineData("data_or_quotation", "What is the capital of Peru?", "The capital of Peru is Lima.")]
    [InlineData("data_or_quotation", "秘鲁的首都是哪里？", "秘鲁的首都是利马。")]
    public void Edits_keep_the_answer_and_turn_the_constraint(string name, string prompt, string answer)
    {
        Language language = Exchange.LanguageOf(prompt)!.Value;
        for (ulong seed = 0; seed < 20; seed++)
        {
            EditedAnswers edited = Edit.All.Single(e => e.Name == name)
                .Make(new Exchange(s_origin, prompt, language), new AnswerShape(answer, language), new SeededRandom(seed))!;
            Assert.NotNull(edited);
            edited.First.Obeys(edited.Answer1);
            edited.First.Violates(edited.Answer2);
            edited.Second.Obeys(edited.Answer2);
            edited.Second.Violates(edited.Answer1);
        }
    }

    [Theory]
    [InlineData("fewer_items", "List five reasons to walk every day.", Listed)]
    [InlineData("fewer_items", "How to walk a dog?", Listed)]
    [InlineData("shorter_prose", "Compare bees and wasps.", Long)]
    [InlineData("shorter_prose", "Why are bees important?",
        "There are two reasons. First, they carry pollen. They do so every day in spring. Second, they make honey. We eat it. That is all "
            + "there is to say about the matter, and it is enough for most people who ask.")]
    [InlineData("other_ending", "Write a poem about bees.", Long)]
    [InlineData("data_or_quotation", "Write a Python function.", "print(1)")]
    public void Edits_that_would_not_be_sensible_are_not_made(string name, string prompt, string answer) =>
        Assert.Null(Edit.All.Single(e => e.Name == name)
            .Make(new Exchange(s_origin, prompt, Language.English), new AnswerShape(answer, Language.English), new SeededRandom(1)));

    [Fact]
    public void Two_answers_to_one_prompt_are_candidates_of_each_other()
    {
        SftRecord[] records = [Sample("Why are bees important?", Long), Sample("why are bees important", Short)];
        Quad[] quads = [.. new SftQuads(records, 3).Make(new DropCounts(), TestContext.Current.CancellationToken)];
        Assert.Contains(quads, q => q.Y1 == Long && q.Y2 == Short && QuadCheck.Check(q).IsGood);
    }

    [Theory]
    [InlineData(100, 200, 150)]
    [InlineData(20, 40, 30)]
    [InlineData(100, 105, null)]
    public void Numbers_are_ones_that_people_write(int low, int high, int? number) => Assert.Equal(number, NiceNumber.Between(low, high));

    private static IEnumerable<Quad> Make(params PairRecord[] records) =>
        new PreferenceQuads(records, 5).Make(new DropCounts(), TestContext.Current.CancellationToken);

    private static PairRecord Pair(string prompt, string chosen, string rejected) =>
        new(s_origin, new Prompt.Chat([new(Role.User, prompt)]), new Data.Response.Text(chosen), new Data.Response.Text(rejected));

    private static SftRecord Sample(string prompt, string answer) => new(s_origin, [new(Role.User, prompt), new(Role.Assistant, answer)]);
}
