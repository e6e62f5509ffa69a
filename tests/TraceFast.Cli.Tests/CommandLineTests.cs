using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

public sealed class CommandLineTests
{
    public static TheoryData<string> Commands =>
        ["demo", "train",
            "logprobs", "merge", "tokenize", "detokenize", "data validate", "data stats", "data synth", "data dedup", "data quads",
            "data relabel", "data failures", "bench step"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_help_with_an_example(string command)
    {
        (int code, string output, string log) = Run([.. command.Split(' '), "--help"]);
        Assert.Equal((0, ""), (code, log));
        Assert.Contains("Example: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fly")]
    [InlineData("train")]
    [InlineData("train a.yaml --fast")]
    [InlineData("train a.yaml learning_rate=1 --resum")]
    [InlineData("data validate models/demo/data/quads.jsonl --jsno")]
    [InlineData("logprobs --model m")]
    [InlineData("logprobs --model m --data d --dtype float8")]
    [InlineData("logprobs --model m --data d --token-budget 0")]
    [InlineData("tokenize --tokenizer t --safe")]
    [InlineData("data validate x --stage ppo")]
    [InlineData("data quads --from thin-air --data d --out o")]
    [InlineData("data quads --from sft --out o")]
    public void Wrong_usage_is_exit_code_2_and_leaves_stdout_empty(string line)
    {
        (int code, string output, string log) = Run(line.Split(' '));
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: ", log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_option_is_not_taken_for_a_value() =>
        Assert.StartsWith(
            "error: Unrecognized option '--resum'.", Run(["train", "a.yaml", "learning_rate=1", "--resum"]).Log, StringComparison.Ordinal);

    [Theory]
    [InlineData("train no-such-file.yaml")]
    [InlineData("logprobs --model no-such-folder --data no-such-file")]
    [InlineData("tokenize --tokenizer no-such-folder --json")]
    [InlineData("merge --model no-such-folder --adapter a --out o")]
    [InlineData("data validate no-such-file.jsonl")]
    [InlineData("data quads --from sft --data no-such-file.jsonl --out o.jsonl")]
    public void What_is_not_there_is_named(string line)
    {
        (int code, string output, string log) = Run(line.Split(' '));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("no-such-f", log, StringComparison.Ordinal);
    }
}
