#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

public sealed class MergeTests
{
    [Fact]
    public void A_merged_model_scores_as_the_model_with_its_adapter()
    {
        using TemporaryFolder folder = new();
        DemoModel.Train(folder["adapter"], "save_strategy=no", "warmup_ratio=0", "learning_rate=1e-2").Succeeds();
        CommandHarness.Run(["merge", "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--out", folder["merged"]]).Succeeds();
        Assert.Equal(
            ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFiles(folder["merged"]).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        // Four texts: the sum of a single one may by chance change too little to see.
        string data = folder.Write("data.jsonl", """
            {"prompt":"<|im_start|>user\nWrite about tea.<|im_end|>\n<|im_start|>assistant\n","response":"Tea is warm and simple.<|im_end|>"}
            {"prompt":"<|im_start|>user\nWrite about bread in capital letters.<|im_end|>\n<|im_start|>assistant\n","response":"BREAD IS WARM.<|im_end|>"}
            {"prompt":"<|im_start|>user\nDescribe a river in two paragraphs.<|im_end|>\n<|im_start|>assistant\n","response":"It runs.\n\nIt rests.<|im_end|>"}
            {"prompt":"<|im_start|>user\nList three tools.<|im_end|>\n<|im_start|>assistant\n","response":"1. A saw\n2. A file\n3. A vice<|im_end|>"}
            """);
        double[] plain = LogProbs(DemoModel.Folder), adapted = LogProbs(DemoModel.Folder, "--adapter", folder["adapter"]),
            merged = LogProbs(folder["merged"]);
        Assert.Equal(4, plain.Length);
        Assert.True(
            plain.Zip(adapted).Max(p => Math.Abs(p.First - p.Second)) > 1e-2,
            $"the adapter changes nothing: {string.Join(" ", plain)}, {string.Join(" ", adapted)}");
        Assert.All(adapted.Zip(merged), p => Assert.Equal(p.First, p.Second, 1e-4));

        CommandResult again = CommandHarness.Run(
            ["merge", "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--out", folder["merged"]]);
        Assert.Equal(2, again.Code);
        Assert.Contains("not empty", again.Log, StringComparison.Ordinal);

        double[] LogProbs(string model, params string[] more) => CommandHarness
            .Run(["logprobs", "--model", model, "--data", data, "--json", "--dtype", "float64", .. more])
            .Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("logp").GetDouble()).ToArray();
    }
}
