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
        string data = folder.Write("data.jsonl", """
            {"prompt":"<|im_start|>user\nWrite about tea.<|im_end|>\n<|im_start|>assistant\n","response":"Tea is warm and simple.<|im_end|>"}
            """);
        double plain = LogProb(DemoModel.Folder), adapted = LogProb(DemoModel.Folder, "--adapter", folder["adapter"]),
            merged = LogProb(folder["merged"]);
        Assert.True(Math.Abs(adapted - plain) > 1e-2, $"the adapter changes nothing: {plain}, {adapted}");
        Assert.Equal(adapted, merged, 1e-4);

        CommandResult again = CommandHarness.Run(
            ["merge", "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--out", folder["merged"]]);
        Assert.Equal(2, again.Code);
        Assert.Contains("not empty", again.Log, StringComparison.Ordinal);

        double LogProb(string model, params string[] more) => JsonDocument.Parse(
            CommandHarness.Run(["logprobs", "--model", model, "--data", data, "--json", "--dtype", "float64", .. more])
                .Succeeds().Output).RootElement.GetProperty("logp").GetDouble();
    }
}
