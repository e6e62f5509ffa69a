using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>Cases made from public reports about other trainers: what a record says is obeyed, or refused by name.</summary>
public sealed class ReportedRecordTests
{
    [Theory]
    [InlineData("08-slimorca-weight-on-human", "slim.jsonl", "sft", "2 records, 2 good, 0 bad")]
    [InlineData("12-null-content-tool-calls", "empty_calls.jsonl", "dpo", "2 records, 2 good, 0 bad")]
    [InlineData("14-ultrafeedback-with-messages", "uf.jsonl", "dpo", "2 records, 2 good, 0 bad")]
    [InlineData("14-ultrafeedback-with-messages", "uf.jsonl", "sft", "2 records, 2 good, 0 bad")]
    [InlineData("14-ultrafeedback-with-messages", "without.jsonl", "dpo", "2 records, 2 good, 0 bad")]
    [InlineData("18-iopo-two-human-turns", "direct.json", "iopo", "1 records, 1 good, 0 bad")]
    [InlineData("11-tools-column", "tools.jsonl", "sft", "3 records, 3 good, 0 bad")]
    [InlineData("10-reasoning-content-dropped", "think.jsonl", "sft", "1 records, 1 good, 0 bad")]
    public void Records_that_peers_train_on_are_good(string bug, string file, string stage, string expected) =>
        Assert.Contains(expected, Validate(Path.Combine(Case(bug), file), stage).Succeeds().Output, StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_mark_in_the_middle_is_named_with_its_line()
    {
        CommandResult result = Validate(Path.Combine(Case("02-bom-in-the-middle"), "joined.jsonl"), "dpo");
        Assert.Equal(2, result.Code);
        Assert.Contains("joined.jsonl:3: unexpected byte order mark", result.Output, StringComparison.Ordinal);
        Assert.Contains("4 records, 3 good, 1 bad", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Turns_of_tool_use_and_messages_without_text_are_refused_each_with_its_place()
    {
        CommandResult result = Validate(Path.Combine(Case("12-null-content-tool-calls"), "calls.jsonl"), "sft");
        Assert.Equal(2, result.Code);
        Assert.Contains("calls.jsonl:1: messages[1] has 'tool_calls'", result.Output, StringComparison.Ordinal);
        Assert.Contains("calls.jsonl:2: 'messages[1].content' (message 2) is null", result.Output, StringComparison.Ordinal);
        Assert.Contains("calls.jsonl:3: messages[1] has the role 'tool'", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_layout_is_read_and_a_missing_ranking_is_named()
    {
        string folder = Case("18-iopo-two-human-turns");
        CommandResult Entry(string name, string stage) =>
            CommandHarness.Run(["data", "validate", name, "--stage", stage, "--dataset-dir", folder]);
        Assert.Contains("1 good, 0 bad", Entry("trace", "iopo").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("0 bad", Entry("trace", "sft").Succeeds().Output, StringComparison.Ordinal);
        CommandResult result = Entry("trace_noranking", "iopo");
        Assert.Equal(2, result.Code);
        Assert.Contains("set \"ranking\": true", result.Log + result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thought_beside_an_answer_is_rendered_and_trained()
    {
        string folder = Case("10-reasoning-content-dropped");
        string rendered = Rendered(
            ["tokenize", "--tokenizer", Path.Combine(folder, "m"), "--json", "--chat"],
            File.ReadAllText(Path.Combine(folder, "chat.jsonl")));
        Assert.Contains("<think>2 and 2 make 4.</think>4<|im_end|>", rendered, StringComparison.Ordinal);
        Assert.Contains("2 and 2 make 4.", Labelled(folder, "t.yaml"), StringComparison.Ordinal);
        // A template that has no place for it.
        CommandResult refused = Train(folder, "t.yaml", "template=chatml");
        Assert.Equal(2, refused.Code);
        Assert.Contains("'reasoning_content'", refused.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Tools_that_a_template_does_not_use_are_refused_with_their_line()
    {
        string folder = Case("11-tools-column");
        CommandResult trained = Train(folder, "t.yaml", $"model_name_or_path={DemoModel.Folder}");
        Assert.Equal(2, trained.Code);
        Assert.Contains("tools.jsonl:1: 'tools' is not empty", trained.Log, StringComparison.Ordinal);
        CommandResult chat = CommandHarness.Run(
            ["tokenize", "--tokenizer", DemoModel.Folder, "--json", "--chat"], File.ReadAllText(Path.Combine(folder, "chat.jsonl")));
        Assert.Equal(2, chat.Code);
        Assert.Contains("stdin:1: 'tools' is not empty", chat.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_empty_thought_of_qwen3_is_trained_or_stands_in_the_prompt()
    {
        string folder = Case("25-enable-thinking-false");
        string[] Settings(string thinking) =>
            [$"model_name_or_path={DemoModel.Folder}",
                "template=qwen3", "max_steps=1", .. thinking.Length == 0 ? (string[])[] : ["enable_thinking=" + thinking]];
        string on = Labelled(folder, "t.yaml", Settings("true")), off = Labelled(folder, "t.yaml", Settings("false"));
        Assert.Equal(on, Labelled(folder, "t.yaml", Settings("")));
        Assert.Contains("<think>", on, StringComparison.Ordinal);
        Assert.DoesNotContain("<think>", off, StringComparison.Ordinal);
        Assert.Contains(
            "assistant\\n<think>\\n\\n</think>\\n\\n\"", Train(folder, "t.yaml", Settings("false")).Log, StringComparison.Ordinal);
        Assert.DoesNotContain("belongs to generation", Train(folder, "t.yaml", Settings("false")).Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(true, "split_special_tokens=false")]
    [InlineData(true, "template=chatml")]
    [InlineData(false, "split_special_tokens=true")]
    [InlineData(false, "split_special_tokens=true", "template=chatml")]
    public void A_special_token_in_an_answer_is_its_one_id_unless_it_is_to_be_split(bool whole, params string[] settings)
    {
        string folder = Case("74-special-token-in-an-answer");
        const int Call = 7;
        int[] rendered = [.. JsonDocument.Parse(CommandHarness.Run(
            ["tokenize", "--tokenizer", Path.Combine(folder, "m"), "--json", "--chat"], File.ReadAllText(Path.Combine(folder, "c.jsonl")))
            .Succeeds().Output).RootElement.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
        Assert.Contains(Call, rendered);
        string log = Train(folder, "sft.yaml", settings).Log;
        string labelled = log.Split('\n').Single(l => l.Contains("labelled (", StringComparison.Ordinal));
        Assert.Equal(whole, labelled.Contains($"[{Call}, ", StringComparison.Ordinal));
        Assert.Contains("texts of records contain special tokens: <|call|> (7) 1 time in 1 record", log, StringComparison.Ordinal);
        Assert.Contains(whole ? "each becomes its one id" : "each is cut into pieces", log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_tokenize_and_of_generate_says_what_it_cannot_use()
    {
        using TemporaryFolder folder = new();
        foreach ((string line, string reason) in new[]
        {
            ("""{"messages":[{"role":"user","content":"Hi."}],"documents":[{"title":"t"}]}""", "'documents' is not empty"),
            ("""{"messages":[{"role":"user","content":"Hi."}],"chat_template_kwargs":{"enable_thinking":false}}""", "'enable_thinking'"),
            ("""{"messages":[{"role":"user","content":"Hi."}],"tools":{"name":"x"}}""", "'tools' is an object, not a list"),
            ("""{"messages":[{"role":"user","content":"Hi."}],"continue_final_message":true}""", "'continue_final_message'"),
        })
        {
            string good = """{"messages":[{"role":"user","content":"Hi."}],"tools":[],"documents":null,"chat_template_kwargs":{}}""" + "\n";
            CommandResult chat = CommandHarness.Run(["tokenize", "--tokenizer", DemoModel.Folder, "--json", "--chat"], good + line);
            Assert.Equal(2, chat.Code);
            Assert.Contains("stdin:2: ", chat.Log, StringComparison.Ordinal);
            Assert.Contains(reason, chat.Log, StringComparison.Ordinal);
            string data = folder.Write("prompts.jsonl", good + line);
            CommandResult generated = CommandHarness.Run(
                ["generate", "--model", DemoModel.Folder, "--data", data, "--out", folder["out.jsonl"], "--max-new-tokens", "1"]);
            Assert.Equal(2, generated.Code);
            Assert.Contains("prompts.jsonl:2: ", generated.Log, StringComparison.Ordinal);
            Assert.Contains(reason, generated.Log, StringComparison.Ordinal);
        }
    }

    private static string Case(string name) => Oracles.Require("bugs", name);

    private static CommandResult Validate(string file, string stage) => CommandHarness.Run(["data", "validate", file, "--stage", stage]);

    private static string Rendered(string[] args, string input) =>
        JsonDocument.Parse(CommandHarness.Run(args, input).Succeeds().Output).RootElement.GetProperty("rendered").GetString()!;

    /// <summary>Runs a case's configuration; its model may have no weights, since what is looked at is said before they are read.</summary>
    private static CommandResult Train(string folder, string configuration, params string[] settings)
    {
        using TemporaryFolder output = new();
        string data = Directory.GetFiles(folder, "*.jsonl").Select(Path.GetFileName)
            .First(f => File.ReadAllText(Path.Combine(folder, configuration)).Contains(f!, StringComparison.Ordinal))!;
        string[] model = settings.Any(s => s.StartsWith("model_name_or_path=", StringComparison.Ordinal))
            ? [] : [$"model_name_or_path={Path.Combine(folder, "m")}"];
        return CommandHarness.Run(
            ["train",
                Path.Combine(folder, configuration), $"dataset={Path.Combine(folder, data)}", $"output_dir={output["out"]}", .. model,
                .. settings]);
    }

    private static string Labelled(string folder, string configuration, params string[] settings) =>
        Train(folder, configuration, settings).Log.Split('\n').First(l => l.Contains("labelled (", StringComparison.Ordinal));
}
