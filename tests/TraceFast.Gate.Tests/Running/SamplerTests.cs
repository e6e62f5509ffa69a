using TraceFast.Data;
using TraceFast.Gate.Decision;
using TraceFast.Gate.Running;
using TraceFast.Gate.Suites;
using TraceFast.Tests;

namespace TraceFast.Gate.Tests.Running;

public sealed class SamplerTests : IDisposable
{
    private static readonly Machine s_machine = new("host", "a processor", 8, "flags", "6.1");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(4, "a processor", "8 processors before, 4 now")]
    [InlineData(8, "another", "'a processor' before, 'another' now")]
    public void A_machine_that_changes_in_the_middle_decides_nothing(int processors, string model, string difference)
    {
        Machine now = s_machine;
        using Journal journal = Journal.Open(_folder.Path, Header());
        Sampler sampler = New(journal, () => now);
        _ = sampler.Block(GateStage.Screening, Command, 0, Command.Rows);
        now = s_machine with { Processors = processors, Model = model };
        Assert.StartsWith(
            $"the machine has changed while it was measured: {difference}",
            Assert.Throws<CannotDecideException>(() => sampler.Block(GateStage.Screening, Command, 2, Command.Rows)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_not_continued_on_another_machine()
    {
        using (Journal journal = Journal.Open(_folder.Path, Header()))
            _ = New(journal, () => s_machine).Block(GateStage.Screening, Command, 0, Command.Rows);
        RunHeader other = Header() with { Machine = s_machine with { Processors = 2 } };
        Assert.Contains(
            "begun on another machine: 8 processors before, 2 now",
            Assert.Throws<CannotDecideException>(() => Journal.Open(_folder.Path, other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_of_something_else_is_named_with_its_line()
    {
        File.WriteAllText(_folder[Journal.FileName], "no json\n");
        Assert.StartsWith(
            $"{_folder.Path}/measurements.jsonl:1: no line of measurements",
            Assert.Throws<InputException>(() => Journal.Open(_folder.Path, Header())).Message, StringComparison.Ordinal);
    }

    /// <summary>Orders are drawn for each block, both occur, and the seed alone decides.</summary>
    [Fact]
    public void Blocks_are_in_one_of_two_orders()
    {
        string[] first = OrdersOf(1), again = OrdersOf(1), other = OrdersOf(2);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal(["bhhb", "hbbh"], first.Distinct().Order());
    }

    [Fact]
    public void The_confirmation_moves_memory_and_the_screening_does_not()
    {
        using Journal journal = Journal.Open(_folder.Path, Header());
        Sampler sampler = New(journal, () => s_machine);
        int[] Paddings(GateStage stage) =>
            [.. Enumerable.Range(0, 5).SelectMany(i => sampler.Block(stage, Command, 2 * i, Command.Rows)).Select(p => p.Base.Padding)];
        Assert.All(Paddings(GateStage.Screening), padding => Assert.Equal(0, padding));
        int[] moved = Paddings(GateStage.Confirmation);
        Assert.True(moved.Distinct().Count() >= 4 && moved.All(p => p is >= 0 and < 4096), string.Join(' ', moved));
        Assert.All(sampler.Block(GateStage.Confirmation, Command, 20, Command.Rows), p => Assert.Equal(p.Base.Padding, p.Head.Padding));
    }

    private static SuiteCommand Command { get; } = new()
    {
        Name = "bench", Run = "cat arm >> ../order; echo 7",
        Rows =
        [
            new SuiteRow
            {
                Name = "seven", Where = "suite.yaml:1", Figure = new PatternFigure(new("(7)")), Bounds = new RowBounds(0.01, 0.05),
            },
        ],
    };

    private string[] OrdersOf(int seed)
    {
        string folder = Directory.CreateDirectory(_folder[$"{seed}-{Guid.NewGuid():N}"]).FullName;
        using Journal journal = Journal.Open(folder, Header() with { Seed = seed });
        Sampler sampler = New(journal, () => s_machine, folder);
        for (int block = 0; block < 12; block++)
            _ = sampler.Block(GateStage.Screening, Command, 2 * block, Command.Rows);
        return [.. File.ReadAllText(Path.Combine(folder, "order")).Chunk(4).Select(four => new string(four))];
    }

    private Sampler New(Journal journal, Func<Machine> look, string? folder = null)
    {
        folder ??= _folder.Path;
        foreach (string arm in new[] { "base", "head" })
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, arm)).FullName, "arm"), arm[..1]);
        Suite suite = new() { Name = "small", Commands = [Command], Hash = "hash" };
        return new Sampler(suite, arm => Path.Combine(folder, arm == Arm.Base ? "base" : "head"), journal, folder, look, default);
    }

    private static RunHeader Header() =>
        new("small", "0123456789ab", "old", "aaaaaaaaaaaaaaaa", "new", "bbbbbbbbbbbbbbbb", 1, s_machine);
}
