using System.Text.Json;
using TraceFast.Cli.Demo;
using TraceFast.Tests;

namespace TraceFast.Cli.Tests;

public sealed class DemoDataTests
{
    [Fact]
    public void The_same_seed_gives_the_same_records()
    {
        Assert.Equal(new DemoData(7).Quads(50), new DemoData(7).Quads(50));
        Assert.Equal(new DemoData(7).Samples(50, 0.6), new DemoData(7).Samples(50, 0.6));
        Assert.NotEqual(new DemoData(7).Quads(50), new DemoData(8).Quads(50));
    }

    /// <summary>models/demo/data is what its README says: one generator of seed 1 gives samples, quads and test quads.</summary>
    [Fact]
    public void The_documented_seed_gives_the_repositorys_files()
    {
        DemoData data = new(seed: 1);
        Assert.Equal(Read("samples.jsonl", e => new DemoSample(Text(e, "prompt"), Text(e, "response"))), data.Samples(8000, 0.6));
        Assert.Equal(Read("quads.jsonl", Quad), data.Quads(320));
        Assert.Equal(Read("test.jsonl", Quad), data.Quads(80));

        static DemoQuad Quad(JsonElement e) => new(Text(e, "x1"), Text(e, "y1"), Text(e, "x2"), Text(e, "y2"));
        static string Text(JsonElement e, string key) => e.GetProperty(key).GetString()!;
        static T[] Read<T>(string name, Func<JsonElement, T> read) =>
            [.. File.ReadLines(Path.Combine(Oracles.RepositoryRoot, "models", "demo", "data", name)).Select(line => read(JsonDocument.Parse(line).RootElement))];
    }

    [Fact]
    public void The_two_instructions_of_a_quad_differ_in_one_constraint_and_so_do_the_answers()
    {
        string[] phrases = [.. DemoConstraint.Sorts.SelectMany(s => s.Select(c => c.Phrase))];
        foreach (DemoQuad quad in new DemoData(3).Quads(300))
        {
            string[] first = [.. phrases.Where(quad.X1.Contains)], second = [.. phrases.Where(quad.X2.Contains)];
            string only1 = Assert.Single(first.Except(second)), only2 = Assert.Single(second.Except(first));
            Assert.Equal(SortOf(only1), SortOf(only2));
            Assert.NotEqual(quad.Y1, quad.Y2);
        }
    }

    [Fact]
    public void Samples_that_obey_nothing_are_plain_and_samples_that_obey_everything_show_it()
    {
        Assert.All(new DemoData(5).Samples(200, obeyed: 0).Where(s => s.Instruction.Contains("numbered", StringComparison.Ordinal)), s => Assert.False(s.Answer.StartsWith("1. ", StringComparison.Ordinal)));
        Assert.All(new DemoData(5).Samples(200, obeyed: 1).Where(s => s.Instruction.Contains("numbered", StringComparison.Ordinal)), s => Assert.StartsWith("1. ", s.Answer, StringComparison.Ordinal));
    }

    private static string SortOf(string phrase) => DemoConstraint.Sorts.SelectMany(s => s).Single(c => c.Phrase == phrase).Sort;
}
