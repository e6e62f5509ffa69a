using System.Diagnostics;
using System.Text;
using TraceFast.Models;
using TraceFast.Tests;
using Decoder = TraceFast.Models.Decoder;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// Damaged and hostile files, one at a time, through the program's entry point: the command gives a normal result where the file
/// is still valid, else a typed error and exit code 2; it never crashes, never takes over five seconds, and never writes output.
/// </summary>
public sealed class HostileInputTests : IDisposable
{
    /// <summary>In processor time of the one thread that computes, which a busy machine does not stretch; a wait would show in the other.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5), s_hung = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();
    private readonly int threads = torch.get_num_threads();

    public HostileInputTests()
    {
        torch.set_num_threads(1);
        foreach (string file in Directory.GetFiles(DemoModel))
            File.Copy(file, Path.Combine(Directory.CreateDirectory(folder["model"]).FullName, Path.GetFileName(file)));
        folder.Write("lines.jsonl", "{\"prompt\":\"<|im_start|>user\\nWrite about tea.<|im_end|>\\n\",\"response\":\"Tea is warm.<|im_end|>\"}\n{\"prompt_ids\":[1,2,3],\"response_ids\":[4,5]}\n");
        folder.Write("quads.jsonl", string.Join('\n', File.ReadLines(Path.Combine(DemoModel, "data", "quads.jsonl")).Take(4)) + "\n");
        folder.Write("quads.json", "[" + string.Join(",\n", File.ReadLines(folder["quads.jsonl"])) + "]");
        folder.Write("dataset_info.json", """{"q":{"file_name":"quads.jsonl"},"c":{"file_name":"quads.json","formatting":"sharegpt","columns":{"messages":"conversations"},"tags":{"role_tag":"from"}}}""");
        folder.Write("train.yaml", """
            model_name_or_path: MODEL
            stage: iopo
            finetuning_type: lora
            lora_rank: 4
            lora_target: q_proj,v_proj
            dataset: q
            cutoff_len: 512
            pref_beta: 0.1
            per_device_train_batch_size: 1
            gradient_accumulation_steps: 2
            learning_rate: 1.0e-4
            lr_scheduler_type: cosine
            warmup_ratio: 0.1
            save_strategy: "no"
            """);
    }

    private static string DemoModel => Path.Combine(Oracles.RepositoryRoot, "models", "demo");

    public static TheoryData<string, int> Targets => new()
    {
        { "model/model.safetensors", 300 },
        { "model/config.json", 300 },
        { "model/tokenizer.json", 250 },
        { "model/tokenizer_config.json", 200 },
        { "adapter/adapter_model.safetensors", 200 },
        { "adapter/adapter_config.json", 200 },
        { "lines.jsonl", 200 },
        { "quads.jsonl", 150 },
        { "quads.json", 150 },
        { "dataset_info.json", 150 },
        { "train.yaml", 150 },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_mutation_is_read_or_refused(string file, int mutations)
    {
        if (file.StartsWith("adapter/", StringComparison.Ordinal))
            WriteAdapter();
        byte[] original = File.ReadAllBytes(folder[file]);
        Outcome(file, "unchanged", mustSucceed: true);
        int valid = 0;
        for (int seed = 0; seed < mutations; seed++)
        {
            byte[] mutated = Mutation.Apply(original, seed, out string what);
            File.WriteAllBytes(folder[file], mutated);
            valid += Outcome(file, $"seed {seed}: {what}", mustSucceed: false) ? 1 : 0;
        }
        Assert.True(valid < mutations, "no mutation was refused: nothing is checked");
    }

    [Fact]
    public void Hostile_safetensors_headers_are_refused()
    {
        string path = folder["model/model.safetensors"];
        foreach ((string header, ulong? length) in new (string, ulong?)[]
        {
            ("{}", 1UL << 63), ("{}", ulong.MaxValue), ("{}", 1UL << 40), ("", 0),
            ("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,18446744073709551615]}}""", null),
            (string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), null),
        })
        {
            byte[] text = Encoding.UTF8.GetBytes(header);
            File.WriteAllBytes(path, [.. BitConverter.GetBytes(length ?? (ulong)text.Length), .. text, .. new byte[32]]);
            Assert.False(Outcome("model/model.safetensors", header[..Math.Min(80, header.Length)], mustSucceed: false));
        }
    }

    [Fact]
    public void A_fifty_megabyte_line_costs_at_most_twice_its_size()
    {
        const int Size = 50_000_000;
        string path = folder["quads.jsonl"];
        File.WriteAllText(path, "{\"x1\":\"" + new string('a', Size) + "\n");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.False(Outcome("quads.jsonl", "a line of 50 MB that does not end", mustSucceed: false));
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(allocated <= 2L * Size + (16 << 20), $"{allocated >> 20} MiB were allocated for a file of {Size >> 20} MiB");
    }

    public void Dispose()
    {
        torch.set_num_threads(threads);
        folder.Dispose();
    }

    /// <summary>Runs the command that reads the file; true when it took it.</summary>
    private bool Outcome(string file, string what, bool mustSucceed)
    {
        string output = folder["output"];
        (string[] args, string input) = CommandFor(file, output);
        long start = Stopwatch.GetTimestamp();
        TimeSpan spent = Environment.CpuUsage.TotalTime;
        CommandResult result = CommandHarness.Run(args, input);
        spent = Environment.CpuUsage.TotalTime - spent;
        string report = $"{file}, {what}: exit code {result.Code} after {spent.TotalSeconds:0.0} s\n{result.Log}";
        Assert.True(result.Code == 0 || (result.Code == 2 && !mustSucceed), report);
        Assert.True(spent < s_limit && Stopwatch.GetElapsedTime(start) < s_hung, report);
        if (result.Code == 2)
        {
            Assert.True(result.Log.Contains("error: ", StringComparison.Ordinal) || result.Output.Contains("bad", StringComparison.Ordinal), report);
            Assert.False(Directory.Exists(output), $"{report}\nsomething was written");
        }
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
        return result.Code == 0;
    }

    private (string[] Args, string Input) CommandFor(string file, string output)
    {
        string model = folder["model"];
        return Path.GetFileName(file) switch
        {
            "tokenizer.json" => (["tokenize", "--tokenizer", model, "--json"], "{\"text\":\"Write about tea. 日本 <|im_end|>\"}\n"),
            "tokenizer_config.json" => (["tokenize", "--tokenizer", model, "--json", "--chat", "--safe"], "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"add_generation_prompt\":true}\n"),
            "adapter_model.safetensors" or "adapter_config.json" => (["logprobs", "--model", model, "--adapter", folder["adapter"], "--data", folder["lines.jsonl"], "--json"], ""),
            "quads.jsonl" or "quads.json" => (["data", "validate", folder[file], "--stage", "iopo"], ""),
            "dataset_info.json" => (["data", "stats", "q", "--dataset-dir", folder.Path, "--stage", "iopo"], ""),
            "train.yaml" => (["train", folder["train.yaml"], $"model_name_or_path={model}", $"dataset_dir={folder.Path}", $"output_dir={output}", "max_steps=1", "plot_loss=false", "threads=1"], ""),
            _ => (["logprobs", "--model", model, "--data", folder["lines.jsonl"], "--json"], ""),
        };
    }

    private void WriteAdapter()
    {
        using Decoder decoder = Decoder.Load(folder["model"], new DecoderOptions());
        using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { Rank = 2, Targets = LoraConfig.ParseTargets("q_proj,v_proj"), BaseModel = "model" }, decoder, seed: 1);
        adapter.Save(folder["adapter"]);
    }
}
