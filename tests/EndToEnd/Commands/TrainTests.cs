#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Globalization;
using System.Text;
using System.Text.Json;
using TraceFast.Data;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

public sealed class TrainTests
{
    /// <summary>The published configuration, only its paths replaced: every other key is taken, or named as having no effect.</summary>
    [Fact]
    public void The_published_configuration_runs_unchanged_but_for_paths()
    {
        string yaml = Oracles.Require("preference", "qwen2_lora_iopo.yaml");
        string sample = Oracles.Require("preference", "trace_iopo_sample.json");
        string weights = Oracles.Require("oracles", "published-trainer", "base_model");
        string tokenizer = Oracles.Require("tokenizers", "qwen2_5");
        using TemporaryFolder folder = new();
        string model = JoinedModel(folder, weights, tokenizer);
        // Eight copies, so that val_size: 0.1 leaves both a training and an evaluation split.
        JsonElement record = JsonDocument.Parse(File.ReadAllBytes(sample)).RootElement[0];
        folder.Write("data/trace_iopo.json", "[" + string.Join(",", Enumerable.Repeat(record.GetRawText(), 8)) + "]");
        folder.Write("data/dataset_info.json", """
            {"trace_iopo":{"file_name":"trace_iopo.json","formatting":"sharegpt","ranking":true,"columns":{"messages":"conversations","chosen":"chosen","rejected":"rejected"}}}
            """);
        CommandResult result = CommandHarness.Run(
            ["train", yaml, $"model_name_or_path={model}", $"dataset_dir={folder["data"]}", $"output_dir={folder["out"]}", "--json"])
            .Succeeds();
        foreach (string key in new[] { "deepspeed", "overwrite_cache", "preprocessing_num_workers", "ddp_timeout" })
            Assert.Single(result.Log.Split('\n'), l => l.Contains(key, StringComparison.Ordinal));
        Assert.Contains("You are a helpful assistant.", result.Log, StringComparison.Ordinal);
        JsonElement results = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(7, results.GetProperty("records").GetInt32());
        foreach (string name in new[] { "adapter_config.json", "adapter_model.safetensors", "metrics.jsonl", "train_results.json" })
            Assert.True(File.Exists(folder["out/" + name]), name);
    }

    /// <summary>The same quads as lines of JSON and as Parquet, named in dataset_info.json, give the same adapter to the byte.</summary>
    [Fact]
    public void Training_on_parquet_is_training_on_the_same_lines()
    {
        using TemporaryFolder folder = new();
        RecordFile.Write(folder["quads.parquet"], stream => stream.Write(File.ReadAllBytes(DemoModel.Quads)));
        folder.Write("dataset_info.json", """{"rows":{"file_name":"quads.parquet"}}""");
        Train(DemoModel.Quads, "lines");
        Train("rows", "rows");
        Train(folder["quads.parquet"], "path");
        byte[] adapter = File.ReadAllBytes(folder["lines/adapter_model.safetensors"]);
        Assert.Equal(adapter, File.ReadAllBytes(folder["rows/adapter_model.safetensors"]));
        Assert.Equal(adapter, File.ReadAllBytes(folder["path/adapter_model.safetensors"]));

        void Train(string data, string output) => CommandHarness.Run(
            ["train",
                Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={data}",
                $"dataset_dir={folder.Path}", $"output_dir={folder[output]}",
            "max_samples=24", "num_train_epochs=1", "threads=1", "plot_loss=false", "report_margins=false"]).Succeeds();
    }

    [Theory]
    [InlineData("learning_rte: 1e-4", "learning_rate")]
    [InlineData("quantization_bit: 4", "quantization_bit")]
    [InlineData("use_dora: true", "use_dora")]
    [InlineData("use_galore: true", "use_galore")]
    [InlineData("learning_rate: fast", "learning_rate")]
    [InlineData("stage: ppo", "stage")]
    public void A_key_that_cannot_be_had_is_named_with_its_line(string line, string named)
    {
        using TemporaryFolder folder = new();
        string yaml = folder.Write("run.yaml", $"model_name_or_path: m\n{line}\ndataset: d.jsonl\noutput_dir: {folder["out"]}\n");
        CommandResult result = CommandHarness.Run(["train", yaml]);
        Assert.Equal(2, result.Code);
        Assert.Contains($"{yaml}:2", result.Log, StringComparison.Ordinal);
        Assert.Contains(named, result.Log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    /// <summary>
    /// SmolLM2-135M on every third of the published record and forty quads from published preference pairs: 7 steps of 2 quads at learning
    /// rate 1e-4 raise the margin of at least 80 % of them, and the saved adapter, scored again, has the margins that the run reported.
    /// </summary>
    [Fact]
    public void The_real_model_learns_and_its_adapter_scores_as_reported()
    {
        string model = SmolLm2.Folder;
        using TemporaryFolder folder = new();
        Quad[] quads = Quad.FromPublishedData();
        Assert.Equal(41, quads.Length);
        quads = [.. quads.Where((_, i) => i % 3 == 0)];
        folder.Write(
            "quads.jsonl",
            string.Concat(quads.Select(q => JsonSerializer.Serialize(new { x1 = q.X1, y1 = q.Y1, x2 = q.X2, y2 = q.Y2 }) + "\n")));
        string yaml = folder.Write("run.yaml", $"""
            model_name_or_path: {model}
            stage: iopo
            dataset: {folder["quads.jsonl"]}
            template: chatml
            cutoff_len: 2048
            pref_beta: 0.1
            per_device_train_batch_size: 1
            gradient_accumulation_steps: 2
            learning_rate: 1.0e-4
            lr_scheduler_type: cosine
            warmup_ratio: 0.1
            max_steps: 7
            compute_dtype: float32
            save_strategy: "no"
            output_dir: {folder["out"]}
            """);
        CommandHarness.Run(["train", yaml]).Succeeds();
        JsonElement[] margins = [.. File.ReadLines(folder["out/margins.jsonl"]).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(quads.Length, margins.Length);
        double up = margins.Average(m => m.GetProperty("after").GetDouble() > m.GetProperty("before").GetDouble() ? 1.0 : 0.0);
        Assert.True(up >= 0.8, $"the margin rose on {up:P0} of the quads");

        // Scored again from text: the template's control text is written out, and the end of the turn is part of the response.
        int[] checkedQuads = [0, 1, 5, 8, 13];
        string data = folder.Write("score.jsonl", string.Concat(checkedQuads.SelectMany(i => quads[i].Pairs()).Select(p =>
            JsonSerializer.Serialize(
                new { prompt = $"<|im_start|>user\n{p.X}<|im_end|>\n<|im_start|>assistant\n", response = p.Y + "<|im_end|>" }) + "\n")));
        double[] policy = LogProbs(["--adapter", folder["out"]]), start = LogProbs([]);
        for (int i = 0; i < checkedQuads.Length; i++)
        {
            double d = Difference(policy, i) - Difference(start, i);
            JsonElement reported = margins.Single(m => m.GetProperty("record").GetInt32() == checkedQuads[i]);
            Assert.Equal(reported.GetProperty("after").GetDouble(), 0.1 * d, 1e-3);
        }

        double[] LogProbs(string[] more) =>
            [.. CommandHarness.Run(["logprobs", "--model", model, "--data", data, "--json", "--dtype", "float32", .. more])
                .Succeeds().Lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("logp").GetDouble())];

        static double Difference(double[] logProbs, int quad) =>
            logProbs[4 * quad] - logProbs[4 * quad + 1] + logProbs[4 * quad + 2] - logProbs[4 * quad + 3];
    }

    private static string JoinedModel(TemporaryFolder folder, string weights, string tokenizer)
    {
        string model = Directory.CreateDirectory(folder["model"]).FullName;
        foreach (string file in Directory.GetFiles(weights).Concat(Directory.GetFiles(tokenizer)))
            File.CreateSymbolicLink(Path.Combine(model, Path.GetFileName(file)), file);
        return model;
    }

    /// <summary>Two instructions that differ, and the answer to each.</summary>
    private sealed record Quad(string X1, string Y1, string X2, string Y2)
    {
        /// <summary>The published record, and quads from the shortest single-turn preference pairs: one asks for the chosen answer's
        /// length and the other for the rejected one's, so that each answer fits one instruction.</summary>
        public static Quad[] FromPublishedData()
        {
            JsonElement published = JsonDocument.Parse(
                File.ReadAllBytes(Oracles.Require("preference", "trace_iopo_sample.json"))).RootElement[0];
            JsonElement turns = published.GetProperty("conversations");
            Quad first = new(
                Value(turns[0]), Value(published.GetProperty("chosen")), Value(turns[1]), Value(published.GetProperty("rejected")));
            return [first, .. new[] { "dpo_en_demo.json", "dpo_zh_demo.json" }.SelectMany(FromPairs)];
        }

        public IEnumerable<(string X, string Y)> Pairs() => [(X1, Y1), (X1, Y2), (X2, Y2), (X2, Y1)];

        private static IEnumerable<Quad> FromPairs(string file) =>
            JsonDocument.Parse(File.ReadAllBytes(Oracles.Require("preference", file))).RootElement.EnumerateArray()
                .Where(r => r.GetProperty("conversations").GetArrayLength() == 1)
                .Select(r =>
                    (X: Value(r.GetProperty("conversations")[0]), Chosen: Value(r.GetProperty("chosen")),
                        Rejected: Value(r.GetProperty("rejected"))))
                .Where(r => r.Chosen.Length > 0 && r.Rejected.Length > 0 && r.Chosen.Length != r.Rejected.Length)
                .OrderBy(r => r.X.Length + r.Chosen.Length + r.Rejected.Length)
                .Take(20)
                .Select(r => new Quad(Asked(r.X, r.Chosen), r.Chosen, Asked(r.X, r.Rejected), r.Rejected));

        private static string Asked(string x, string y) =>
            string.Create(CultureInfo.InvariantCulture, $"{x}\n\nAnswer in exactly {y.EnumerateRunes().Count()} characters.");

        private static string Value(JsonElement turn) => turn.GetProperty("value").GetString()!;
    }
}
