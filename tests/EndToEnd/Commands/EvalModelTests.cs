using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>eval --model: decodes a benchmark's prompts and scores the answers.</summary>
public sealed class EvalModelTests(GeneratedModel model) : IClassFixture<GeneratedModel>
{
    private static readonly string[] s_tasks = [
        "Write about tea. End each sentence with an exclamation mark.", "Write about the sea. Use small letters only.",
        "Write about rain. Use one sentence."];

    [Fact]
    public void A_Hugging_Face_an_exported_and_a_PEFT_folder_are_decoded_and_scored()
    {
        using TemporaryFolder folder = new();
        using OwnCache cache = new(folder["cache"]);
        string data = Data(folder);
        // Exported once, decoded once: the same call has nothing left to do.
        CommandResult first = Eval(DemoModel.Folder, data, "--json", "--per-record", folder["records.jsonl"], "--html", folder["page.html"])
            .Succeeds();
        Assert.Contains("exporting", first.Log, StringComparison.Ordinal);
        JsonObject scores = JsonNode.Parse(first.Output)!.AsObject();
        Assert.Equal((3, 4), ((int)scores["prompts"]!, (int)scores["constraints"]!));
        Assert.InRange((double)scores["constraint_level"]!, 0.25, 1); // the small model obeys most of them
        Assert.Equal(DemoModel.Folder, (string?)scores["facts"]!["model"]);
        Assert.Equal(3, File.ReadAllLines(folder["records.jsonl"]).Length);
        Assert.Contains("<html", File.ReadAllText(folder["page.html"]), StringComparison.Ordinal);
        CommandResult again = Eval(DemoModel.Folder, data, "--json").Succeeds();
        Assert.DoesNotContain("exporting", again.Log, StringComparison.Ordinal);
        Assert.Contains("3 of 3 rows; 0 are left", again.Log, StringComparison.Ordinal);
        Assert.Equal(first.Output, again.Output);

        Assert.Equal(
            first.Output.Replace(DemoModel.Folder, "", StringComparison.Ordinal),
            Eval(model.Folder, data, "--json").Succeeds().Output.Replace(model.Folder, "", StringComparison.Ordinal));

        DemoModel.Train(folder["adapter"], "save_strategy=no", "warmup_ratio=0", "learning_rate=2e-2").Succeeds();
        Eval(folder["adapter"], data, "--responses", folder["named.jsonl"]).Succeeds();
        Eval(DemoModel.Folder, data, "--adapter", folder["adapter"], "--responses", folder["given.jsonl"]).Succeeds();
        Eval(DemoModel.Folder, data, "--responses", folder["base.jsonl"]).Succeeds();
        Assert.Equal(Texts(folder["named.jsonl"]), Texts(folder["given.jsonl"]));
        Assert.NotEqual(Texts(folder["base.jsonl"]), Texts(folder["given.jsonl"]));
        // An adapter whose base is not here says what to give.
        string config = Path.Combine(folder["adapter"], "adapter_config.json");
        JsonObject adapter = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        adapter["base_model_name_or_path"] = "org/name";
        File.WriteAllText(config, adapter.ToJsonString());
        CommandResult remote = Eval(folder["adapter"], data);
        Assert.Equal(2, remote.Code);
        Assert.Contains("'org/name', which is no folder", remote.Log, StringComparison.Ordinal);
        Assert.Contains("--adapter", remote.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_responses_are_scored_again_and_an_interrupted_run_goes_on()
    {
        using TemporaryFolder folder = new();
        string data = Data(folder), responses = folder["out/responses.jsonl"];
        using (CancellationTokenSource interrupt = new())
        {
            interrupt.Cancel();
            Assert.Equal(
                130, CommandHarness.Run(
                    ["eval", "--model", model.Folder, "--bench", "constraints", "--data", data, "--responses", responses], [],
                    interrupt.Token).Code);
        }

        string whole = Eval(model.Folder, data, "--responses", responses, "--json").Succeeds().Output;
        string[] rows = File.ReadAllLines(responses);
        File.WriteAllText(responses, rows[0] + "\n" + rows[1][..^5]);
        CommandResult resumed = Eval(model.Folder, data, "--responses", responses, "--json").Succeeds();
        Assert.Contains("1 of 3 rows; 2 are left", resumed.Log, StringComparison.Ordinal);
        Assert.Equal(whole, resumed.Output);
        Assert.Equal(rows.Order(StringComparer.Ordinal), File.ReadAllLines(responses).Order(StringComparer.Ordinal));

        JsonObject rescored = JsonNode.Parse(
            CommandHarness.Run(["eval", "--bench", "constraints", "--data", data, "--responses", responses, "--json"])
                .Succeeds().Output)!.AsObject();
        JsonObject scored = JsonNode.Parse(whole)!.AsObject();
        foreach (string name in new[] { "constraint_level", "prompt_level", "mean", "by_type", "by_category", "by_group" })
            Assert.Equal(scored[name]!.ToJsonString(), rescored[name]!.ToJsonString());

        CommandResult other = Eval(model.Folder, data, "--responses", responses, "--temperature", "1");
        Assert.Equal(2, other.Code);
        Assert.Contains("another temperature", other.Log, StringComparison.Ordinal);
        Eval(model.Folder, data, "--responses", responses, "--temperature", "1", "--seed", "3", "--overwrite").Succeeds();
        string mine = folder.Write("mine.jsonl", "{\"id\":1,\"response\":\"by hand\"}\n");
        Assert.Equal(2, Eval(model.Folder, data, "--responses", mine).Code);
        Assert.Equal("{\"id\":1,\"response\":\"by hand\"}\n", File.ReadAllText(mine));
    }

    [Fact]
    public void The_published_prompts_of_IFEval_are_decoded()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write(
            "input.jsonl", string.Concat(File.ReadLines(Oracles.Require("eval", "ifeval_input_data.jsonl")).Take(6).Select(l => l + "\n")));
        string[] arguments = ["eval", "--bench", "ifeval", "--data", data, "--json"];
        CommandResult result = CommandHarness.Run(
            [.. arguments, "--model", model.Folder, "--max-new-tokens", "24", "--batch", "2", "--responses", folder["r.jsonl"]]).Succeeds();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal(6, json.RootElement.GetProperty("prompts").GetInt32());
        Assert.Equal(
            "1000", JsonDocument.Parse(File.ReadLines(folder["r.jsonl.prompts.jsonl"]).First()).RootElement.GetProperty("id").GetString());
        using JsonDocument rescored = JsonDocument.Parse(
            CommandHarness.Run([.. arguments, "--responses", folder["r.jsonl"]]).Succeeds().Output);
        Assert.Equal(
            json.RootElement.GetProperty("instruction_loose").GetDouble(),
            rescored.RootElement.GetProperty("instruction_loose").GetDouble());
    }

    [Theory]
    [InlineData("nothing to score", "eval")]
    [InlineData("add --data", "eval", "--bench", "constraints", "--model", "MODEL")]
    [InlineData(
        "--adapter, --temperature: expected only with --model", "eval", "--responses", "DATA", "--temperature", "1", "--adapter", "x")]
    [InlineData("no such folder", "eval", "--bench", "constraints", "--data", "DATA", "--model", "none")]
    [InlineData(
        "decided by program alone", "eval", "--bench", "constraints", "--data", "DATA", "--model", "MODEL", "--judge",
        "http://localhost:1/v1", "--judge-model", "m")]
    [InlineData("'key'", "eval", "--bench", "ifeval", "--data", "DATA", "--model", "MODEL")]
    [InlineData(
        "exported already, in float32, and --precision is", "eval", "--bench", "constraints", "--data", "DATA", "--model", "MODEL",
        "--precision", "int4")]
    [InlineData("top-p", "eval", "--bench", "constraints", "--data", "DATA", "--model", "MODEL", "--top-p", "0")]
    public void Options_that_do_not_fit_are_refused(string expected, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        using OwnCache cache = new(folder["cache"]);
        string data = Data(folder);
        CommandResult result = CommandHarness.Run([.. arguments.Select(a => a switch { "MODEL" => model.Folder, "DATA" => data, _ => a })]);
        Assert.Equal(2, result.Code);
        Assert.Contains(expected, result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_is_an_error()
    {
        using TemporaryFolder folder = new();
        using OwnCache cache = new(folder["cache"]);
        string copy = Directory.CreateDirectory(folder["model"]).FullName, data = Data(folder);
        foreach (string path in Directory.GetFiles(DemoModel.Folder))
            File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        string weights = Path.Combine(copy, "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..1000]);
        CommandResult result = Eval(copy, data);
        Assert.Equal(2, result.Code);
        Assert.Contains(weights, result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
    }

    private static string Data(TemporaryFolder folder) => folder.Write("data.jsonl", $$$"""
        {"prompt":"{{{s_tasks[0]}}}","constraints":[{"type":"exclamation_count","min":1},{"type":"no_digits"}]}
        {"prompt":"{{{s_tasks[1]}}}","constraints":[{"sort":"letter_case","arguments":{"case":"lower"}}]}
        {"prompt":"{{{s_tasks[2]}}}","constraints":[{"sort":"sentence_count","arguments":{"min":1,"max":1}}]}
        """);

    private static string[] Texts(string responses) => [.. File.ReadLines(responses).Order(StringComparer.Ordinal)];

    private static CommandResult Eval(string model, string data, params string[] more) =>
        CommandHarness.Run(
            ["eval", "--model", model, "--bench", "constraints", "--data", data, "--max-new-tokens", "48", "--threads", "1", .. more]);
}
