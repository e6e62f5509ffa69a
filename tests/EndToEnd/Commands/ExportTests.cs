using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

public sealed class ExportTests
{
    [Theory]
    [InlineData("float32", "merge", "all")]
    [InlineData("float32", "inputs", "selected")]
    [InlineData("float16", "merge", "selected")]
    [InlineData("int8", "inputs", "all")]
    [InlineData("int4", "merge", "all")]
    public void An_exported_model_with_its_adapter_computes_as_the_trainer_does(string precision, string adapterAs, string logits)
    {
        using TemporaryFolder folder = new();
        DemoModel.Train(folder["adapter"], "save_strategy=no", "warmup_ratio=0", "learning_rate=1e-2").Succeeds();
        CommandResult result = CommandHarness.Run(
            ["export",
                "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--precision", precision, "--adapter-as", adapterAs,
                "--logits", logits, "--threads", "1", "--json", "--out", folder["out"]]).Succeeds();
        using JsonDocument check = JsonDocument.Parse(result.Output);
        Assert.True(check.RootElement.GetProperty("passed").GetBoolean());
        Assert.True(check.RootElement.GetProperty("positions").GetInt32() > 0);
        Assert.Equal(
            ["config.json", "genai_config.json", "model.onnx", "model.onnx.data", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFiles(folder["out"]).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_fewer_bits_cost_stands_on_a_line_of_its_own()
    {
        using TemporaryFolder folder = new();
        CommandResult result = CommandHarness.Run(
            ["export", "--model", DemoModel.Folder, "--precision", "int4", "--threads", "1", "--out", folder["out"]]).Succeeds();
        Assert.Collection(
            result.Lines,
            l => Assert.StartsWith("parity with the trainer passed: ", l, StringComparison.Ordinal),
            l => Assert.Matches(
                @"^quality on \d+ tokens: perplexity [\d.]+, float32 [\d.]+ \([+-][\d.]+ %\); same likeliest token [\d.]+ %", l),
            l => Assert.Matches(@"^size [\d.]+ MB$", l));
        Assert.Contains("8 bits for ", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_done_ends_with_2_and_says_why()
    {
        using TemporaryFolder folder = new();
        Refused("LoRA inputs need an adapter", "--adapter-as", "inputs");
        Refused("expected cpu, cuda", "--device", "abacus");
        Refused("float12", "--precision", "float12");
        Refused("--accuracy-level: found '9', expected a whole number from 0 to 4", "--precision", "int4", "--accuracy-level", "9");
        folder.Write("out/file", "x");
        Refused("not empty");

        void Refused(string message, params string[] more)
        {
            CommandResult result = CommandHarness.Run(["export", "--model", DemoModel.Folder, "--out", folder["out"], .. more]);
            Assert.Equal(2, result.Code);
            Assert.Contains(message, result.Log, StringComparison.Ordinal);
        }
    }
}
