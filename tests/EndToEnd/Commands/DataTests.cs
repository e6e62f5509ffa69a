using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

public sealed class DataTests
{
    [Fact]
    public void Validation_lists_every_bad_record_and_exits_with_2()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("quads.jsonl", """
            {"x1":"a","y1":"b","x2":"c","y2":"d"}
            {"x1":"a","y1":"b"}
            {"x1":1,"y1":"b","x2":"c","y2":"d"}
            """);
        CommandResult text = CommandHarness.Run(["data", "validate", data, "--stage", "iopo"]);
        Assert.Equal(2, text.Code);
        Assert.Equal(["2", "3"], text.Lines[..^1].Select(l => l[(data.Length + 1)..].Split(':')[0]));
        Assert.Equal("3 records, 1 good, 2 bad", text.Lines[^1]);

        CommandResult json = CommandHarness.Run(["data", "validate", data, "--stage", "iopo", "--json"]);
        Assert.Equal(2, json.Code);
        JsonElement report = JsonDocument.Parse(json.Output).RootElement;
        Assert.False(report.GetProperty("valid").GetBoolean());
        Assert.Equal(2, report.GetProperty("bad_records").GetArrayLength());
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("dpo")]
    [InlineData("iopo")]
    public void The_demonstrations_quads_are_valid_in_every_stage(string stage) =>
        Assert.True(
            JsonDocument.Parse(
                CommandHarness.Run(["data", "validate", DemoModel.Quads, "--stage", stage, "--json"])
                    .Succeeds().Output).RootElement.GetProperty("valid").GetBoolean());

    [Fact]
    public void Statistics_count_records_and_tokens()
    {
        string[] args = ["data", "stats", DemoModel.Quads, "--stage", "iopo", "--tokenizer", DemoModel.Folder];
        JsonElement report = JsonDocument.Parse(CommandHarness.Run([.. args, "--json"]).Succeeds().Output).RootElement;
        Assert.Equal(320, report.GetProperty("records").GetInt32());
        Assert.Contains("tokens of responses", CommandHarness.Run(args).Succeeds().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ifeval_input_data.jsonl", "ifeval", 541)]
    [InlineData("trace_eval_first200.jsonl", "trace", 200)]
    public void Statistics_of_a_benchmark_are_those_of_its_prompts(string file, string bench, int prompts)
    {
        string path = Tests.Oracles.Require("eval", file);
        CommandResult text = CommandHarness.Run(["data", "stats", path]).Succeeds();
        Assert.Contains($"{prompts} records ({prompts} prompt)", text.Output, StringComparison.Ordinal);
        Assert.Contains($"{prompts} prompts of the benchmark {bench}", text.Log, StringComparison.Ordinal);
        JsonElement both = JsonDocument.Parse(
            CommandHarness.Run(["data", "stats", path, DemoModel.Quads, "--json"]).Succeeds().Output).RootElement;
        Assert.Equal(prompts, both.GetProperty("kinds").GetProperty("prompt").GetInt32());
        Assert.True(both.GetProperty("kinds").GetProperty("quad").GetInt32() > 0);
    }

    [Fact]
    public void Comparing_responses_of_another_benchmark_names_the_options_that_are_needed()
    {
        using TemporaryFolder folder = new();
        string responses = folder.Write("a.jsonl", "{\"id\":1,\"response\":\"r\"}\n");
        CommandResult result = CommandHarness.Run(["eval", "compare", responses, responses]);
        Assert.Equal(2, result.Code);
        Assert.Contains("a.jsonl:1: neither a record of ifeval", result.Log, StringComparison.Ordinal);
        Assert.Contains("add --data FILE, or name another benchmark with --bench", result.Log, StringComparison.Ordinal);
    }
}
