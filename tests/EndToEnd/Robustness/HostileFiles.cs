using TraceFast.EndToEnd.Commands;
using TraceFast.Models.Lora;
using TraceFast.Models;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>A small model, an adapter of it, data and a configuration to damage, and for each file the command that reads it.</summary>
internal sealed class HostileFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public HostileFiles()
    {
        foreach (string file in Directory.GetFiles(DemoModel.Folder))
            File.Copy(file, Path.Combine(Directory.CreateDirectory(_folder["model"]).FullName, Path.GetFileName(file)));
        _folder.Write(
            "lines.jsonl",
            "{\"prompt\":\"<|im_start|>user\\nWrite about tea.<|im_end|>\\n\",\"response\":\"Tea is warm.<|im_end|>\"}\n"
                + "{\"prompt_ids\":[1,2,3],\"response_ids\":[4,5]}\n");
        _folder.Write("quads.jsonl", string.Join('\n', File.ReadLines(DemoModel.Quads).Take(4)) + "\n");
        _folder.Write("quads.json", "[" + string.Join(",\n", File.ReadLines(_folder["quads.jsonl"])) + "]");
        _folder.Write(
            "dataset_info.json",
            """{"q":{"file_name":"quads.jsonl"},"c":{"file_name":"quads.json","formatting":"sharegpt","columns":"""
                + """{"messages":"conversations"},"tags":{"role_tag":"from"}}}""");
        _folder.Write("train.yaml", """
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

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    /// <summary>The command that reads <paramref name="file"/>; what it writes goes to <paramref name="output"/>.</summary>
    public (string[] Args, string Input) CommandFor(string file, string output)
    {
        string model = _folder["model"];
        return Path.GetFileName(file) switch
        {
            "tokenizer.json" => (["tokenize", "--tokenizer", model, "--json"], "{\"text\":\"Write about tea. 日本 <|im_end|>\"}\n"),
            "tokenizer_config.json" =>
                (["tokenize", "--tokenizer", model, "--json", "--chat", "--safe"],
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"add_generation_prompt\":true}\n"),
            "adapter_model.safetensors" or "adapter_config.json" =>
                (["logprobs",
                    "--model", model, "--adapter", _folder["adapter"], "--data", _folder["lines.jsonl"], "--cutoff-len", "512", "--threads",
                    "1", "--json"], ""),
            "quads.jsonl" or "quads.json" => (["data", "validate", _folder[file], "--stage", "iopo"], ""),
            "dataset_info.json" => (["data", "stats", "q", "--dataset-dir", _folder.Path, "--stage", "iopo"], ""),
            "train.yaml" =>
                (["train",
                    _folder["train.yaml"], $"model_name_or_path={model}", $"dataset_dir={_folder.Path}", $"output_dir={output}",
                    "max_steps=1", "plot_loss=false", "threads=1"], ""),
            _ => (["logprobs", "--model", model, "--data", _folder["lines.jsonl"], "--cutoff-len", "512", "--threads", "1", "--json"], ""),
        };
    }

    /// <summary>Writes the adapter; the model must still be whole.</summary>
    public void WriteAdapter()
    {
        using Decoder decoder = Decoder.Load(_folder["model"], new DecoderOptions());
        using LoraAdapter adapter = LoraAdapter.Create(
            new LoraConfig { Rank = 2, Targets = LoraConfig.ParseTargets("q_proj,v_proj"), BaseModel = "model" }, decoder, seed: 1);
        adapter.Save(_folder["adapter"]);
    }
}
