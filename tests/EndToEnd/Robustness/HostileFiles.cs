using TraceFast.EndToEnd.Commands;
using TraceFast.Models;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>A small model, an adapter of it, data and a configuration to damage, and for each file the command that reads it.</summary>
internal sealed class HostileFiles : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public HostileFiles()
    {
        foreach (string file in Directory.GetFiles(DemoModel.Folder))
            File.Copy(file, Path.Combine(Directory.CreateDirectory(folder["model"]).FullName, Path.GetFileName(file)));
        folder.Write("lines.jsonl", "{\"prompt\":\"<|im_start|>user\\nWrite about tea.<|im_end|>\\n\",\"response\":\"Tea is warm.<|im_end|>\"}\n{\"prompt_ids\":[1,2,3],\"response_ids\":[4,5]}\n");
        folder.Write("quads.jsonl", string.Join('\n', File.ReadLines(DemoModel.Quads).Take(4)) + "\n");
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

    public string this[string name] => folder[name];

    public void Dispose() => folder.Dispose();

    /// <summary>The command that reads <paramref name="file"/>; what it writes goes to <paramref name="output"/>.</summary>
    public (string[] Args, string Input) CommandFor(string file, string output)
    {
        string model = folder["model"];
        return Path.GetFileName(file) switch
        {
            "tokenizer.json" => (["tokenize", "--tokenizer", model, "--json"], "{\"text\":\"Write about tea. 日本 <|im_end|>\"}\n"),
            "tokenizer_config.json" => (["tokenize", "--tokenizer", model, "--json", "--chat", "--safe"], "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"add_generation_prompt\":true}\n"),
            "adapter_model.safetensors" or "adapter_config.json" => (["logprobs", "--model", model, "--adapter", folder["adapter"], "--data", folder["lines.jsonl"], "--cutoff-len", "512", "--threads", "1", "--json"], ""),
            "quads.jsonl" or "quads.json" => (["data", "validate", folder[file], "--stage", "iopo"], ""),
            "dataset_info.json" => (["data", "stats", "q", "--dataset-dir", folder.Path, "--stage", "iopo"], ""),
            "train.yaml" => (["train", folder["train.yaml"], $"model_name_or_path={model}", $"dataset_dir={folder.Path}", $"output_dir={output}", "max_steps=1", "plot_loss=false", "threads=1"], ""),
            _ => (["logprobs", "--model", model, "--data", folder["lines.jsonl"], "--cutoff-len", "512", "--threads", "1", "--json"], ""),
        };
    }

    /// <summary>Writes the adapter; the model must still be whole.</summary>
    public void WriteAdapter()
    {
        using Decoder decoder = Decoder.Load(folder["model"], new DecoderOptions());
        using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { Rank = 2, Targets = LoraConfig.ParseTargets("q_proj,v_proj"), BaseModel = "model" }, decoder, seed: 1);
        adapter.Save(folder["adapter"]);
    }
}
