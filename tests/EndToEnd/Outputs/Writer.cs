using TraceFast.EndToEnd.Commands;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Outputs;

/// <summary>A command that writes a file or a folder, as the tests of outputs call it.</summary>
/// <param name="Option">How messages name the output.</param>
/// <param name="Inputs">Its inputs in the test's folder, by name: a file or a folder.</param>
/// <param name="Arguments">Its arguments for an output.</param>
/// <param name="FixedName">The file's name where the command chooses it in the folder that it is given; null: any.</param>
internal sealed record Writer(string Option, string[] Inputs, Func<string, string[]> Arguments, string? FixedName = null)
{
    public const string Overwrite = "--overwrite";

    /// <summary>Commands that write a file.</summary>
    public static Dictionary<string, Func<TemporaryFolder, Writer>> Files { get; } = new(StringComparer.Ordinal)
    {
        ["data stats --html"] = f =>
            new("--html",
                ["sft.jsonl", "tokenizer"],
                o => ["data", "stats", f["sft.jsonl"], "--stage", "sft", "--tokenizer", f["tokenizer"], "--html", o]),
        ["data dedup --out"] = f => new("--out", ["sft.jsonl"], o => ["data", "dedup", "--data", f["sft.jsonl"], "--out", o]),
        ["data relabel --out"] = f => new("--out", ["answers.jsonl"], o => ["data", "relabel", "--data", f["answers.jsonl"], "--out", o]),
        ["data failures --out"] = f => new(
            "--out", ["prompts.jsonl", "model"],
            o => ["data", "failures", "--data", f["prompts.jsonl"], "--model", f["model"], "--max-new-tokens", "3", "--out", o]),
        ["data quads --out"] = f =>
            new("--out", ["sft.jsonl"], o => ["data", "quads", "--from", "sft", "--data", f["sft.jsonl"], "--out", o]),
        ["data synth --out"] = f => new(
            "--out", ["train.jsonl"],
            o => ["data", "synth", "--count", "3", "--exclude", f["train.jsonl"], "--out", System.IO.Path.GetDirectoryName(o)!],
            FixedName: "train.jsonl"),
        ["eval --per-record"] = f => new("--per-record", ["prompts.jsonl", "answers.jsonl"], o => [.. Scored(f), "--per-record", o]),
        ["eval --html"] = f => new("--html", ["prompts.jsonl", "answers.jsonl"], o => [.. Scored(f), "--html", o]),
        ["eval --model --responses"] = f => new(
            "--responses", ["prompts.jsonl", "model"],
            o => ["eval",
                "--bench", "constraints", "--model", f["model"], "--data", f["prompts.jsonl"], "--max-new-tokens", "3", "--responses", o]),
        ["bench kernels --html"] = f => new(
            "--html", [], o => ["bench", "kernels", "--short", "--filter", "iopo_loss/*", "--threads", "1", "--html", o]),
        ["bench gate history --html"] = f => new(
            "--html", ["results/result.json"], o => ["bench", "gate", "history", f["results"], "--html", o]),
        ["bench step --trace"] = f => new(
            "--trace", ["tokenizer"], // the whole model, not an exported one
            o => ["bench", "step", "--model", f["tokenizer"], "--quads", "1", "--steps", "1", "--dtype", "float32", "--trace", o]),
        ["generate --out"] = f =>
            new("--out",
                ["asked.jsonl", "model"],
                o => ["generate", "--model", f["model"], "--data", f["asked.jsonl"], "--max-new-tokens", "3", "--out", o]),
    };

    /// <summary>Commands that write a folder; with what allows it to hold something already.</summary>
    public static Dictionary<string, Func<TemporaryFolder, (Writer Writer, string Allow)>> Folders { get; } = new(StringComparer.Ordinal)
    {
        ["merge --out"] = f =>
            (new("--out", ["model", "adapter"], o => ["merge", "--model", f["model"], "--adapter", f["adapter"], "--out", o]), Overwrite),
        ["export --out"] = f =>
            (new("--out", ["model", "adapter"], o => ["export", "--model", f["model"], "--adapter", f["adapter"], "--out", o]), Overwrite),
        ["train output_dir"] = f => (new("output_dir", ["model", "adapter", "data/quads.jsonl"], o =>
        [
            "train", System.IO.Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={f["model"]}",
            $"adapter_name_or_path={f["adapter"]}", $"dataset={f["data/quads.jsonl"]}", $"output_dir={o}",
        ]), "overwrite_output_dir=true"),
        ["demo --out"] = f => (new("--out", ["model"], o => ["demo", "--model", f["model"], "--out", o]), Overwrite),
    };

    /// <summary>Puts every input into the folder.</summary>
    /// <param name="folder">The test's folder.</param>
    /// <param name="model">Copied for commands that read a model.</param>
    public static void Prepare(TemporaryFolder folder, string model)
    {
        string[] records =
        [
            """{"prompt":"Name a pet.","response":"A dog is a pet, and so is a cat."}""",
            """{"prompt":"Name a bird.","response":"- A crow.\n- A swan.\n- A duck."}""",
        ];
        foreach (string name in new[] { "sft.jsonl", "train.jsonl" })
            folder.Write(name, string.Join('\n', records) + "\n");
        folder.Write("asked.jsonl", """{"prompt":"Tea"}""" + "\n");
        const string constraints =
            """ "constraints":[{"sort":"letter_case","arguments":{"case":"lower"},"text":"Use no capital letters."}] """;
        folder.Write("prompts.jsonl", $$"""{"id":"1","prompt":"Name a pet. Use no capital letters.",{{constraints}}}""" + "\n");
        folder.Write(
            "answers.jsonl", $$"""{"id":"1","prompt":"Name a pet. Use no capital letters.",{{constraints}},"response":"a dog"}""" + "\n");
        folder.Write("results/result.json", """
            {"verdict": "no_regression", "suite": "small", "machine": "2 processors",
             "base": {"name": "a", "tree": "1", "commit": "1", "date": "2026-01-01T00:00:00+00:00"},
             "head": {"name": "b", "tree": "2", "commit": "2", "date": "2026-01-02T00:00:00+00:00"},
             "rows": [{"row": "ms", "verdict": "within_budget", "slowdown": 0.01, "low": null, "high": 0.02, "base": 1, "head": 1.01,
                       "unit": "ms"}]}
            """);
        folder.Write("data/quads.jsonl", File.ReadAllText(DemoModel.Quads));
        folder.Write("adapter/adapter_config.json", "{}");
        Copy(model, folder["model"]);
        Copy(DemoModel.Folder, folder["tokenizer"]);
    }

    private static string[] Scored(TemporaryFolder f) =>
        ["eval", "--bench", "constraints", "--responses", f["answers.jsonl"], "--data", f["prompts.jsonl"]];

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
            File.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)));
    }
}
