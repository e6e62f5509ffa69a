using System.Text.Json;
using TraceFast.Models.Files;
using TorchSharp;

namespace TraceFast.EndToEnd.Commands;

/// <summary>Runs of the small model with 8-bit moments and with LoRA+.</summary>
public sealed class TrainOptimizerTests
{
    private static readonly string[] s_full =
        ["stage=sft", "finetuning_type=full", "learning_rate=1e-3", "threads=1", "per_device_train_batch_size=4", "save_strategy=no"];

    /// <summary>From random weights: the loss falls far, and 8-bit moments lead to nearly the same one.</summary>
    [Fact]
    public void Moments_in_8_bits_reach_the_loss_of_32_bits()
    {
        using TemporaryFolder folder = new();
        string[] settings = [.. s_full, "train_from_scratch=true", "max_samples=48", "max_steps=40", "warmup_ratio=0.1"];
        DemoModel.Train(folder["wide"], [.. settings, "optim=adamw_torch"]).Succeeds();
        CommandResult result = DemoModel.Train(folder["narrow"], [.. settings, "optim=adamw_8bit"]).Succeeds();
        Assert.Contains("optimizer: moments of 28 of 38 tensors in 8 bits (adamw_8bit cpu)", result.Log, StringComparison.Ordinal);

        double[] wide = Losses(folder["wide"]), narrow = Losses(folder["narrow"]);
        Assert.Equal(wide[0], narrow[0]);
        (double wideEnd, double narrowEnd) = (wide.TakeLast(5).Average(), narrow.TakeLast(5).Average());
        Assert.True(wideEnd < wide[0] - 2, $"the loss fell from {wide[0]} to {wideEnd} only");
        Assert.InRange(narrowEnd, wideEnd * 0.95, wideEnd * 1.05);
        Assert.NotEqual(wideEnd, narrowEnd);
    }

    [Fact]
    public void A_run_with_8_bit_moments_resumes_to_the_bit_and_not_with_another_optimizer()
    {
        using TemporaryFolder folder = new();
        string[] settings = [.. s_full, "max_steps=4", "save_strategy=steps", "save_steps=2", "optim=adamw_8bit"];
        DemoModel.Train(folder["out"], settings).Succeeds();
        byte[] whole = File.ReadAllBytes(folder["out/model.safetensors"]);
        double[] losses = Losses(folder["out"]);
        Directory.Delete(folder["out/checkpoint-4"], recursive: true);

        CommandResult refused = DemoModel.Train(folder["out"], [.. settings, "resume_from_checkpoint=true", "optim=adamw_torch"]);
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("optim was adamw_8bit, now adamw_torch", refused.Log, StringComparison.Ordinal);

        CommandResult resumed = DemoModel.Train(folder["out"], [.. settings, "resume_from_checkpoint=true"]).Succeeds();
        Assert.Contains("2 of 4 steps are done", resumed.Log, StringComparison.Ordinal);
        Assert.Equal(losses, Losses(folder["out"]));
        Assert.Equal(whole, File.ReadAllBytes(folder["out/model.safetensors"]));
    }

    /// <summary>B starts from 0, and a first step is the learning rate times the gradient's sign, nearly.</summary>
    [Fact]
    public void LoraPlus_moves_B_by_its_multiple()
    {
        using TemporaryFolder folder = new();
        string[] settings = ["stage=sft", "threads=1", "save_strategy=no", "max_steps=1", "warmup_ratio=0"];
        DemoModel.Train(folder["plain"], settings).Succeeds();
        DemoModel.Train(folder["plus"], [.. settings, "loraplus_lr_ratio=16"]).Succeeds();
        Assert.Equal(Losses(folder["plain"]), Losses(folder["plus"]));
        using DisposeScope scope = torch.NewDisposeScope();
        using SafetensorsFile plain = SafetensorsFile.Open(folder["plain/adapter_model.safetensors"]);
        using SafetensorsFile plus = SafetensorsFile.Open(folder["plus/adapter_model.safetensors"]);
        int matrices = 0;
        foreach (string name in plain.Tensors.Select(t => t.Name))
        {
            bool isB = name.Contains("lora_B", StringComparison.Ordinal);
            torch.Tensor expected = plain.Load(name) * (isB ? 16 : 1);
            Assert.True(plus.Load(name).allclose(expected, 1e-5, 1e-9), name);
            matrices += isB && expected.abs().max().item<float>() > 1e-3 ? 1 : 0;
        }
        Assert.Equal(28, matrices);
    }

    private static double[] Losses(string output) =>
    [
        .. File.ReadLines(Path.Combine(output, "metrics.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble()),
    ];
}
