using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Endpoint;
using TraceFast.Endpoint.Asking;
using TraceFast.Synthesis;
using TraceFast.Synthesis.Model;
using TraceFast.Tests;

namespace TraceFast.Synthesis.Tests.Model;

/// <summary>The pipeline against a scripted server.</summary>
public sealed class ModelQuadsTests
{
    private static readonly ModelSeed[] s_seeds =
        [.. Enumerable.Range(0, 40)
        .Select(i => new ModelSeed($"Write about the old town number {i}", Language.English, $"seeds.jsonl:{i + 1}"))];

    [Fact]
    public void Every_quad_is_one_and_names_where_it_comes_from()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ScriptedWriter.Reply(call));
        (List<Quad> quads, DropCounts drops) = Make(server, folder, s_seeds, new ModelQuadOptions { MostConstraints = 5, MostExact = 2 });
        Assert.InRange(quads.Count, 4, s_seeds.Length);
        Assert.Equal(s_seeds.Length, quads.Count + drops.Total);
        QuadFilter filter = new();
        foreach (Quad quad in quads)
        {
            Assert.True(QuadCheck.Check(quad) is { IsGood: true }, QuadCheck.Check(quad).Reason);
            Assert.True(filter.Accept(quad, out string reason), reason);
            Assert.InRange(quad.Constraints1.Count + quad.Unchecked.Count, 1, 5);
            Assert.All(quad.Unchecked, u => Assert.Contains(u.Text, quad.X1, StringComparison.Ordinal));
            Assert.All(quad.Unchecked, u => Assert.Contains(u.Text, quad.X2, StringComparison.Ordinal));
            Assert.All(quad.Constraints1, c => Assert.Contains(c.Text, quad.X1, StringComparison.Ordinal));
            Assert.All(quad.Constraints2, c => Assert.Contains(c.Text, quad.X2, StringComparison.Ordinal));
            Assert.StartsWith("Write about the old town", quad.X1, StringComparison.Ordinal);
            Assert.Equal(("model", $"seeds.jsonl:{quad.Index + 1}"), (quad.Source, quad.Origin));
            Assert.Equal(QuadJson.ToLine(quad),
                QuadJson.ToLine(QuadJson.Read(System.Text.Json.JsonDocument.Parse(QuadJson.ToLine(quad)).RootElement)));
        }

        Assert.Equal(quads.Select(q => q.Index!.Value).Order(), quads.Select(q => q.Index!.Value));
    }

    [Fact]
    public void The_same_answers_give_the_same_quads_and_are_not_asked_for_twice()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ScriptedWriter.Reply(call));
        ModelQuadOptions options = new() { MostConstraints = 4, MostExact = 1, AtOnce = 8 };
        string[] first = [.. Make(server, folder, s_seeds, options).Quads.Select(QuadJson.ToLine)];
        int calls = server.Calls.Count;
        string[] second = [.. Make(server, folder, s_seeds, options with { AtOnce = 1 }).Quads.Select(QuadJson.ToLine)];
        Assert.Equal(first, second);
        Assert.Equal(calls, server.Calls.Count);
        string[] other = [.. Make(server, folder, s_seeds, options with { Seed = 7 }).Quads.Select(QuadJson.ToLine)];
        Assert.Empty(first.Intersect(other));
    }

    [Theory]
    [InlineData("mumble", DropReason.NoForm)]
    [InlineData("impossible", DropReason.BadInstruction)]
    [InlineData("sloppy", DropReason.Rejected)]
    public void What_a_model_or_a_judge_spoils_is_counted_by_its_reason(string word, DropReason expected)
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ScriptedWriter.Reply(call));
        ModelSeed[] seeds = [.. s_seeds.Select(s => s with { Text = $"{s.Text} ({word})" })];
        (List<Quad> quads, DropCounts drops) =
            Make(server, folder, seeds, new ModelQuadOptions { MostConstraints = 3, MostExact = 1, Tries = 2 });
        Assert.Empty(quads);
        Assert.True(drops[expected] > 0, string.Join(", ", drops.All));
        Assert.Equal(seeds.Length, drops.Total);
    }

    [Fact]
    public void Seeds_are_the_only_turns_of_records_in_English_or_Chinese()
    {
        SftRecord Record(int line, params string[] turns) =>
            new(new SourceLocation("f", line, line), [.. turns.Select((t, i) => new Message(i % 2 == 0 ? Role.User : Role.Assistant, t))]);
        DropCounts drops = new();
        IReadOnlyList<ModelSeed> seeds =
            ModelSeed.Of([Record(1, "Tell me of rivers.", "a"), Record(2, "a", "b", "c", "d"), Record(3, "介绍一下长城。", "a"),
            Record(4, "Расскажи о реке", "a")], drops);
        Assert.Equal([new("Tell me of rivers.", Language.English, "f:1"), new ModelSeed("介绍一下长城。", Language.Chinese, "f:3")], seeds);
        Assert.Equal((1, 1), (drops[DropReason.NotOneTurn], drops[DropReason.UnsoundAnswer]));
    }

    [Fact]
    public void A_server_that_denies_everybody_ends_the_run()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, _) => ChatReply.Fails(401));
        Assert.Throws<EndpointDeniedException>(() => Make(server, folder, s_seeds, new ModelQuadOptions()));
        Assert.InRange(server.Calls.Count, 1, 20);
    }

    [Fact]
    public void What_can_not_be_is_refused()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ScriptedWriter.Reply(call));
        Assert.Throws<ConstraintException>(() => Make(server, folder, [], new ModelQuadOptions()));
        Assert.Throws<ConstraintException>(() => Make(server, folder, s_seeds,
            new ModelQuadOptions { LeastConstraints = 4, MostConstraints = 3 }));
        Assert.Throws<ConstraintException>(() => Make(server, folder, s_seeds, new ModelQuadOptions { Tries = 0 }));
        Assert.Empty(server.Calls);
    }

    [Fact]
    public void A_run_that_is_left_ends_what_is_under_way()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ScriptedWriter.Reply(call));
        using ChatClient client = new(new EndpointOptions { BaseUrl = server.BaseUrl, Model = "m" });
        StructuredChat asker = new(client, PromptLibrary.Load(QuadPrompts.All));
        foreach (Quad quad in new ModelQuads(_ => s_seeds, asker, asker, new ModelQuadOptions { MostConstraints = 3, MostExact = 1 })
            .Make(new DropCounts(), TestContext.Current.CancellationToken))
        {
            Assert.NotNull(quad);
            break;
        }

        int calls = server.Calls.Count;
        Thread.Sleep(200);
        Assert.Equal(calls, server.Calls.Count);
    }

    [Fact]
    public void The_instruction_has_the_published_form() => Assert.Equal(
        "Do it.\n1. First\n2. Second\n# Inputs:\nthis",
        TraceInstruction.Write("Do it.", ["First", "Second"], "this"));

    [Theory]
    [InlineData(
        """{"description":"d","constraints":["a"],"input":"","words":["a","b","c","d","e","f"],"other_words":["g","h","i","j","k","l"]}""",
        true)]
    [InlineData(
        """{"description":"d","constraints":["a","b"],"input":"","words":["a","b","c","d","e","f"],"other_words":"""
            + """["g","h","i","j","k","l"]}""", false)]
    [InlineData(
        """{"description":"","constraints":["a"],"input":"","words":["a","b","c","d","e","f"],"other_words":["g","h","i","j","k","l"]}""",
        false)]
    [InlineData(
        """{"description":"d","constraints":["a\nb"],"input":"","words":["a","b","c","d","e","f"],"other_words":"""
            + """["g","h","i","j","k","l"]}""", false)]
    [InlineData(
        """{"description":"d","constraints":["a"],"input":null,"words":["a","b","c","d","e","f"],"other_words":"""
            + """["g","h","i","j","k","l"]}""", true)]
    [InlineData(
        """{"description":null,"constraints":[null],"input":"","words":["a","b","c","d","e","f"],"other_words":"""
            + """["g","h","i","j","k","l"]}""", false)]
    [InlineData(
        """{"description":"d","constraints":["a"],"input":"","words":["a","b","c","d","e","f"],"other_words":["A","h","i","j","k","l"]}""",
        false)]
    [InlineData("""{"description":"d","constraints":["a"],"input":"","words":["a","b","c","d","e","f"]}""", false)]
    [InlineData(
        """{"description":7,"constraints":["a"],"input":"","words":["a","b","c","d","e","f"],"other_words":["g","h","i","j","k","l"]}""",
        false)]
    [InlineData(
        """{"description":"d","constraints":"a","input":"","words":["a","b","c","d","e","f"],"other_words":["g","h","i","j","k","l"]}""",
        false)]
    [InlineData("""["a"]""", false)]
    [InlineData("Here it is: {}", false)]
    [InlineData("", false)]
    public void An_expansion_is_read_strictly(string answer, bool expected) =>
        Assert.Equal(expected, Expansion.Form(1).Parse(answer) is not null);

    private static (List<Quad> Quads, DropCounts Drops) Make(ChatServer server, TemporaryFolder folder, IReadOnlyList<ModelSeed> seeds,
        ModelQuadOptions options)
    {
        using ChatClient client = new(new EndpointOptions { BaseUrl = server.BaseUrl, Model = "m" }, new AnswerCache(folder["cache"]));
        StructuredChat asker = new(client, PromptLibrary.Load(QuadPrompts.All));
        DropCounts drops = new();
        List<Quad> quads = [.. new ModelQuads(_ => seeds, asker, asker, options).Make(drops, TestContext.Current.CancellationToken)];
        return (quads, drops);
    }
}
