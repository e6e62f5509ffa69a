using System.Diagnostics;
using TraceFast.EndToEnd.Commands;
using TraceFast.Inference.Export;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// Every file that a command reads, in turn a pipe, a device, a socket and a folder: exit code 2 and the file's name, at once.
/// </summary>
public sealed class SpecialFileTests(Trials trials) : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Commands, M for the model, A for the adapter, X for the exported model, and the files of each that they read.</summary>
    private static readonly (string Command, string[] Files)[] s_table =
    [
        ("tokenize --tokenizer M --json", ["M/tokenizer.json", "M/tokenizer_config.json", "M/special_tokens_map.json"]),
        ("tokenize --tokenizer M --json --chat", ["M/chat_template.jinja", "M/generation_config.json"]),
        ("detokenize --tokenizer M", ["M/tokenizer.json"]),
        ("logprobs --model M --data lines.jsonl", ["M/config.json", "M/model.safetensors", "M/tokenizer.json", "lines.jsonl"]),
        ("logprobs --model M --adapter A --data lines.jsonl", ["A/adapter_config.json", "A/adapter_model.safetensors"]),
        ("merge --model M --adapter A --out out",
            ["M/config.json", "M/model.safetensors", "A/adapter_config.json", "A/adapter_model.safetensors"]),
        ("export --model M --out out", ["M/config.json", "M/model.safetensors", "M/generation_config.json", "M/merges.txt"]),
        ("generate --model X --data lines.jsonl --out out",
            ["X/model.onnx", "X/model.onnx.data", "X/genai_config.json", "X/generation_config.json", "X/tokenizer.json", "lines.jsonl"]),
        ("generate --model M --data lines.jsonl --out out", ["M/config.json", "M/model.safetensors"]),
        ("train train.yaml output_dir=out",
            ["train.yaml", "quads.jsonl", "M/config.json", "M/model.safetensors", "M/tokenizer.json", "M/generation_config.json"]),
        ("train train.yaml output_dir=out dataset_dir=. dataset=known", ["dataset_info.json"]),
        ("data validate quads.jsonl", ["quads.jsonl"]),
        ("data stats quads.jsonl", ["quads.jsonl"]),
        ("data dedup --data quads.jsonl --out out", ["quads.jsonl"]),
        ("data relabel --data quads.jsonl --out out", ["quads.jsonl"]),
        ("data failures --model X --data quads.jsonl --out out", ["quads.jsonl"]),
        ("data quads --from sft --data quads.jsonl --out out", ["quads.jsonl"]),
        ("eval --responses lines.jsonl --bench ifeval", ["lines.jsonl"]),
        ("eval compare lines.jsonl quads.jsonl --bench ifeval", ["lines.jsonl"]),
    ];

    /// <summary>Need not be there: a folder of that name is as good as none.</summary>
    private static readonly string[] s_optional = [
        "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json", "LICENSE", "merges.txt"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string> Cases()
    {
        TheoryData<string, string, string> cases = [];
        foreach ((string command, string[] files) in s_table)
            foreach (string file in files)
                foreach (string kind in SpecialFile.Kinds.Where(k => k != "folder" || !s_optional.Contains(Path.GetFileName(file))))
                    cases.Add(command, file, kind);
        return cases;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_command_that_cannot_read_a_file_says_so(string command, string file, string kind)
    {
        Write(command.Contains(" X ", StringComparison.Ordinal));
        SpecialFile.Make(kind, _folder[file]);
        string[] args = [
            .. command.Split(' ')
                .Select(a => a is "M" or "A" or "X" or "out" or "lines.jsonl" or "quads.jsonl" or "train.yaml" ? _folder[a] : a switch
        {
            "output_dir=out" => $"output_dir={_folder["out"]}",
            "dataset_dir=." => $"dataset_dir={_folder.Path}",
            _ => a,
        })];
        long begun = Stopwatch.GetTimestamp();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        CommandResult result = await Task.Run(
            () => CommandHarness.Run(args, """{"text":"a","ids":[1],"messages":[{"role":"user","content":"a"}]}"""), cancellation)
            .WaitAsync(s_limit, cancellation);
        trials.Count("no regular file", $"{file} is a {kind}: {command}", result, Stopwatch.GetElapsedTime(begun));
        Assert.True(result.Code == 2, $"exit code {result.Code}\n{result.Log}");
        Assert.Contains(Path.GetFileName(file), result.Log, StringComparison.Ordinal);
        if (kind != "folder")
            Assert.Contains(SpecialFile.Named(kind), result.Log, StringComparison.Ordinal);
    }

    private void Write(bool exported)
    {
        Directory.CreateDirectory(_folder["M"]);
        foreach (string file in new[] { "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json" })
            File.CreateSymbolicLink(_folder[$"M/{file}"], Path.Combine(DemoModel.Folder, file));
        File.CreateSymbolicLink(_folder["quads.jsonl"], DemoModel.Quads);
        _folder.Write("lines.jsonl", """{"prompt":"a","response":"b"}""" + "\n");
        _folder.Write("dataset_info.json", "{}");
        _folder.Write("train.yaml", File.ReadAllText(Path.Combine(DemoModel.Folder, "iopo.yaml"))
            .Replace("models/demo/data/quads.jsonl", _folder["quads.jsonl"], StringComparison.Ordinal)
            .Replace("models/demo", _folder["M"], StringComparison.Ordinal) + "max_samples: 4\nmax_steps: 1\n");
        _folder.Write("A/adapter_config.json", """{"peft_type":"LORA","r":2,"lora_alpha":4,"target_modules":["q_proj"]}""");
        _folder.Write("A/adapter_model.safetensors", "");
        if (exported)
            OnnxExport.Run(DemoModel.Folder, null, _folder["X"], new ExportOptions { Head = HeadPositions.Selected }, _ => { });
    }
}
