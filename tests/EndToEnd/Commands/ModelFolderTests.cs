using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Inference.Export;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>
/// What model folders of the public say beside their weights: end tokens, generation settings, added tokens, dropout, adapters' beginnings.
/// </summary>
public sealed class ModelFolderTests
{
    private const string Prompts = """
        {"messages":[{"role":"user","content":"Write two sentences about bees."}]}
        {"messages":[{"role":"user","content":"Write about the sea and the rain, and then about trees."}]}
        """;

    [Fact]
    public void Dropout_in_config_json_has_no_effect_outside_training()
    {
        using TemporaryFolder folder = new();
        string bug = Oracles.Require("bugs", "26-granite-attention-dropout"), model = Joined(folder, Path.Combine(bug, "m"), "granite");
        RequireLogProbs(Path.Combine(bug, "expected.jsonl"), "logprobs", "--model", model, "--data", Path.Combine(bug, "ids.jsonl"));
        CommandHarness.Run(
            ["generate", "--model", model, "--data", Path.Combine(bug, "gen.jsonl"), "--out", folder["g.jsonl"], "--max-new-tokens", "3"])
            .Succeeds();
        Assert.Equal(3, File.ReadAllLines(folder["g.jsonl"]).Length);
        CommandHarness.Run(["export", "--model", model, "--out", folder["e"]]).Succeeds();
        string data = folder.Write("d.jsonl", """{"prompt_ids":[1,2],"response_ids":[3,4]}""");
        string config = folder.Write(
            "t.yaml",
            $"stage: sft\nmodel_name_or_path: {model}\ndataset: {data}\noutput_dir: {folder["out"]}\nmax_steps: "
                + "1\nper_device_train_batch_size: 1\nlearning_rate: 1.0e-4\n");
        CommandResult train = CommandHarness.Run(["train", config]);
        Assert.Equal(2, train.Code);
        Assert.Contains("'attention_dropout': found 0.1, expected 0 for training", train.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eva", true)]
    [InlineData("orthogonal", true)]
    [InlineData("pissa", false)]
    [InlineData("olora", false)]
    public void Adapters_load_unless_their_beginning_changed_the_base(string begun, bool loads)
    {
        using TemporaryFolder folder = new();
        string bug = Oracles.Require("bugs", "39-init-eva-orthogonal");
        string[] command = [
            "logprobs", "--model", Joined(folder, Path.Combine(bug, "base"), "llama_gqa"), "--adapter", Path.Combine(bug, begun), "--data",
            Path.Combine(bug, "ids.jsonl")];
        if (loads)
        {
            RequireLogProbs(Path.Combine(bug, $"exp_{begun}.jsonl"), command);
            return;
        }
        CommandResult result = CommandHarness.Run(command);
        Assert.Equal(2, result.Code);
        Assert.Contains($"'init_lora_weights': found \"{begun}\"", result.Log, StringComparison.Ordinal);
        Assert.Contains("change the base weights", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_special_token_that_a_message_spells_is_one_id_in_a_rendered_chat()
    {
        string bug = Oracles.Require("bugs", "74-special-token-in-an-answer");
        string line = CommandHarness.Run(
            ["tokenize", "--tokenizer", Path.Combine(bug, "m"), "--json", "--chat"], File.ReadAllText(Path.Combine(bug, "c.jsonl")))
            .Succeeds().Lines.Single();
        Assert.Contains(7, JsonDocument.Parse(line).RootElement.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()));
    }

    public static TheoryData<string, string> BadEnds => new()
    {
        { "config.json", "train" }, { "config.json", "export" }, { "config.json", "generate" },
        { "generation_config.json", "train" }, { "generation_config.json", "export" }, { "generation_config.json", "generate" },
    };

    [Theory]
    [MemberData(nameof(BadEnds))]
    public void An_end_outside_the_vocabulary_names_the_file_and_the_key(string file, string command)
    {
        using TemporaryFolder folder = new();
        string model = Demo(folder);
        Change(model, file, json => json["eos_token_id"] = 99999);
        CommandResult result = Run(folder, command, model, Prompts);
        Assert.Equal(2, result.Code);
        Assert.Contains($"{file}: 'eos_token_id': found 99999", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_decodes_as_generation_config_json_says_unless_an_option_says_otherwise()
    {
        using TemporaryFolder folder = new();
        string model = Demo(folder);
        string[] plain = Rows(folder, model), penalized = Rows(folder, model, "--repetition-penalty", "1.7"),
            drawn = Rows(folder, model, "--temperature", "1", "--top-k", "5");
        Assert.NotEqual(plain, penalized);
        Assert.NotEqual(plain, drawn);
        Change(model, "generation_config.json", json => json["repetition_penalty"] = 1.7);
        Assert.Equal(penalized, Rows(folder, model));
        Assert.Equal(plain, Rows(folder, model, "--repetition-penalty", "1"));
        Change(model, "generation_config.json", json => { json["repetition_penalty"] = 1.0; json["do_sample"] = true; json["top_k"] = 5; });
        Assert.Equal(drawn, Rows(folder, model));
        Assert.Equal(plain, Rows(folder, model, "--temperature", "0"));

        // A list of ends: the second one is the third token of the first answer.
        int[] ids = [.. JsonDocument.Parse(plain[0]).RootElement.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
        Change(model,
            "generation_config.json",
            json => { json["do_sample"] = false; json["eos_token_id"] = new JsonArray(2, ids[2]); json["num_beams"] = 4; });
        CommandResult ended = Generate(folder, model);
        Assert.Contains(
            $"takes eos_token_id [2,{ids[2]}]; leaves out num_beams 4 (no counterpart here)", ended.Log, StringComparison.Ordinal);
        JsonElement row = File.ReadLines(folder["rows.jsonl"]).Select(l => JsonDocument.Parse(l).RootElement)
            .Single(r => r.GetProperty("id").GetInt32() == 1);
        Assert.Equal(ids[..(Array.IndexOf(ids, ids[2]) + 1)], row.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal("stop", row.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public void Evaluation_decodes_the_same_whatever_generation_config_json_says_and_tells()
    {
        using TemporaryFolder folder = new();
        string model = Demo(folder);
        string data = folder.Write(
            "bench.jsonl", """{"key":1,"prompt":"Write about bees","instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]}""" + "\n");
        Eval("a.jsonl");
        Change(model,
            "generation_config.json", json => { json["do_sample"] = true; json["temperature"] = 0.7; json["repetition_penalty"] = 1.7; });
        Assert.Contains(
            "leaves out do_sample true, temperature 0.7, top_k 50, repetition_penalty 1.7 (evaluation decodes as its options say)",
            Eval("b.jsonl").Log, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(folder["a.jsonl"]), File.ReadAllText(folder["b.jsonl"]));

        CommandResult Eval(string responses) => CommandHarness.Run(
            ["eval", "--model", model, "--bench", "ifeval", "--data", data, "--responses", folder[responses], "--max-new-tokens", "12"])
            .Succeeds();
    }

    [Theory]
    [InlineData("train")]
    [InlineData("generate")]
    [InlineData("logprobs")]
    public void A_token_beyond_the_models_embedding_is_named_where_it_is_used(string command)
    {
        using TemporaryFolder folder = new();
        string model = Demo(folder);
        int next = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "config.json")))!["vocab_size"]!.GetValue<int>();
        Change(model,
            "tokenizer_config.json",
            json => json["added_tokens_decoder"] = new JsonObject
            {
                [$"{next}"] = new JsonObject { ["content"] = "<|late|>", ["special"] = false },
            });
        CommandResult result = Run(folder, command, model, """{"prompt":"a <|late|> b","response":"c"}""");
        Assert.Equal(2, result.Code);
        Assert.Contains($"{next}", result.Log, StringComparison.Ordinal);
        Assert.Contains("<|late|>", result.Log, StringComparison.Ordinal);
        Run(folder, command, model, """{"prompt":"a late b","response":"c"}""").Succeeds();
    }

    [Fact]
    public void A_template_that_cannot_tell_an_answers_end_gives_prompts_and_is_refused_in_training()
    {
        using TemporaryFolder folder = new();
        string model = Demo(folder);
        Change(model,
            "tokenizer_config.json",
            json => json["chat_template"] = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: ");
        const string Chat = """{"messages":[{"role":"user","content":"Q"}],"add_generation_prompt":true}""";
        string line = CommandHarness.Run(["tokenize", "--tokenizer", model, "--json", "--chat"], Chat).Succeeds().Lines.Single();
        Assert.Equal("user: Q\nassistant: ", JsonDocument.Parse(line).RootElement.GetProperty("rendered").GetString());
        Run(folder, "generate", model, Chat).Succeeds();
        CommandResult train = Run(folder, "train", model, """{"prompt":"a","response":"b"}""");
        Assert.Equal(2, train.Code);
        Assert.Contains("where an answer ends cannot be told", train.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_precision_that_an_exported_folder_has_may_be_named()
    {
        using TemporaryFolder folder = new();
        OnnxExport.Run(
            DemoModel.Folder, null, folder["X"], new ExportOptions { Precision = ExportPrecision.Int8, Head = HeadPositions.Selected },
            _ => { });
        Generate(folder, folder["X"], "--precision", "int8").Succeeds();
        CommandResult other = Generate(folder, folder["X"], "--precision", "int4");
        Assert.Equal(2, other.Code);
        Assert.Contains("is exported already, in int8, and --precision is int4", other.Log, StringComparison.Ordinal);
    }

    private static void RequireLogProbs(string expected, params string[] command)
    {
        string[] lines = CommandHarness.Run(command).Succeeds().Lines, wanted = File.ReadAllLines(expected);
        Assert.Equal(wanted.Length, lines.Length);
        for (int i = 0; i < lines.Length; i++)
            foreach ((double found, double sought) in Numbers(lines[i]).Zip(Numbers(wanted[i]), (a, b) => (a, b)))
                Assert.Equal(sought, found, 2e-4);

        static double[] Numbers(string line) =>
            [.. JsonDocument.Parse(line).RootElement.GetProperty("token_logps").EnumerateArray().Select(n => n.GetDouble())];
    }

    /// <summary>A reported configuration with the weights of the reference model that it was made from.</summary>
    private static string Joined(TemporaryFolder folder, string reported, string weights)
    {
        string model = Directory.CreateDirectory(folder["m"]).FullName;
        File.Copy(Path.Combine(reported, "config.json"), Path.Combine(model, "config.json"));
        File.Copy(
            Path.Combine(Oracles.Require("oracles", "hf", "models", weights), "model.safetensors"),
            Path.Combine(model, "model.safetensors"));
        return model;
    }

    /// <summary>models/demo in a folder of its own, whose small files may be changed.</summary>
    private static string Demo(TemporaryFolder folder)
    {
        string model = Directory.CreateDirectory(folder["model"]).FullName;
        foreach (string file in new[] { "config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors" })
            File.Copy(Path.Combine(DemoModel.Folder, file), Path.Combine(model, file));
        return model;
    }

    private static void Change(string model, string file, Action<JsonObject> change)
    {
        string path = Path.Combine(model, file);
        JsonObject json = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private static string[] Rows(TemporaryFolder folder, string model, params string[] more)
    {
        Generate(folder, model, more).Succeeds();
        return [.. File.ReadAllLines(folder["rows.jsonl"]).Order(StringComparer.Ordinal)];
    }

    private static CommandResult Generate(TemporaryFolder folder, string model, params string[] more) => CommandHarness.Run(
        ["generate",
            "--model", model, "--data", folder.Write("prompts.jsonl", Prompts), "--out", folder["rows.jsonl"], "--overwrite",
            "--max-new-tokens", "16", .. more]);

    private static CommandResult Run(TemporaryFolder folder, string command, string model, string line)
    {
        string data = folder.Write("data.jsonl", line + "\n"), output = folder[$"out-{Guid.NewGuid():n}"];
        return CommandHarness.Run(command switch
        {
            "train" =>
            [
                "train", folder.Write(
                    "train.yaml",
                    "stage: sft\nfinetuning_type: lora\nlora_rank: 2\nmax_steps: 1\nper_device_train_batch_size: 1\n"
                        + "learning_rate: 1.0e-4\nthreads: 1\n"),
                $"model_name_or_path={model}", $"dataset={data}", $"output_dir={output}",
            ],
            "export" => ["export", "--model", model, "--out", output],
            "generate" => ["generate", "--model", model, "--data", data, "--out", output, "--max-new-tokens", "4"],
            _ => [command, "--model", model, "--data", data],
        });
    }
}
