using System.Text.RegularExpressions;
using TraceFast.EndToEnd.Commands;

namespace TraceFast.EndToEnd.Distributed;

/// <summary>What one rank or all have got wrong is printed once, and nothing is trained.</summary>
public sealed class RankErrorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Commands_that_ranks_do_not_share_refuse_them()
    {
        CommandResult result = MpiJob.Run(2, "tokenize", "--tokenizer", DemoModel.Folder);
        Assert.Equal(2, result.Code);
        Assert.Single(Regex.Matches(result.Log, "error: 2 processes were started, each of which would do the whole work of tokenize"));
    }

    [Fact]
    public void An_error_of_all_ranks_is_printed_once()
    {
        CommandResult result = MpiJob.Run(3, [.. RanksTests.Arguments(_folder["run"], 1), "stage=foo"]);
        Assert.Equal(2, result.Code);
        Assert.Single(Regex.Matches(result.Log, "error: "));
        Assert.Contains("stage is 'foo'; expected one of sft, dpo, iopo", result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("rank 0 (", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("learning_rate=1", "rank 1 has other settings than rank 0: learning_rate is 1, on rank 0 0.0005")]
    [InlineData("report_margins=false", "rank 1 has other settings than rank 0: report_margins is false, on rank 0 true")]
    [InlineData("--resume", "rank 1 has other settings than rank 0: resume_from_checkpoint is true")]
    public void Ranks_that_differ_are_named(string setting, string message) =>
        AssertRefused((1, RanksTests.Arguments(_folder["run"], 2)), (1, [.. RanksTests.Arguments(_folder["run"], 2), setting]), message);

    /// <summary>The same relative path leads to other data, or to none, where a rank starts in another folder.</summary>
    [Theory]
    [InlineData(20, "rank 1 has other content than rank 0: content of the training records is ")]
    [InlineData(0, "rank 1 (")]
    public void Ranks_with_other_data_are_named(int records, string message)
    {
        Directory.CreateDirectory(_folder["here"]);
        Directory.CreateDirectory(_folder["there"]);
        File.WriteAllLines(Path.Combine(_folder["here"], "quads.jsonl"), File.ReadLines(DemoModel.Quads).Take(24));
        if (records > 0)
            File.WriteAllLines(Path.Combine(_folder["there"], "quads.jsonl"), File.ReadLines(DemoModel.Quads).Take(records));
        string[] arguments = [.. RanksTests.Arguments(_folder["run"], 2), "dataset=quads.jsonl"];
        AssertRefused((1, ["-wdir", _folder["here"], .. arguments]), (1, ["-wdir", _folder["there"], .. arguments]), message);
    }

    private void AssertRefused((int, string[]) first, (int, string[]) second, string message)
    {
        CommandResult result = MpiJob.Run(first, second);
        Assert.Equal(2, result.Code);
        Assert.Single(Regex.Matches(result.Log, "error: "));
        Assert.Contains(message, result.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder["run"], "metrics.jsonl")), "something was trained");
    }
}
