using TraceFast.Data;
using TraceFast.Models;

namespace TraceFast.Training.Tests.Loop;

public class TrainFromScratchTests
{
    [Fact]
    public void A_run_from_scratch_equals_one_from_the_same_random_weights()
    {
        using TrainedRun scratch = new();
        scratch.Train(Settings(scratch, SmallRun.Model, ("train_from_scratch", true)));
        using TrainedRun loaded = new();
        string random = Directory.CreateDirectory(Path.Combine(loaded.Folder, "random")).FullName;
        using (Decoder decoder = Decoder.Random(SmallRun.Model, 7, new DecoderOptions { TrainAll = true }))
            decoder.SaveWeights(random);
        loaded.Train(Settings(loaded, random));

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(loaded.Output, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(scratch.Output, "model.safetensors")));
        Assert.Equal(loaded.DeterministicMetrics, scratch.DeterministicMetrics);
        Assert.Contains("randomly initialized (seed 7)", scratch.Log, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(scratch.Output, "config.json")));
    }

    [Fact]
    public void Without_a_weight_file_the_configuration_is_enough_and_the_tokenizer_is_saved_with_the_model()
    {
        using TrainedRun run = new();
        string folder = Directory.CreateDirectory(Path.Combine(run.Folder, "start")).FullName;
        File.Copy(Path.Combine(SmallRun.Model, "config.json"), Path.Combine(folder, "config.json"));
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), "{}");
        run.Train(Settings(run, folder, ("train_from_scratch", true)));
        Assert.True(File.Exists(Path.Combine(run.Output, "generation_config.json")));
    }

    [Fact]
    public void An_adapter_of_random_weights_is_refused()
    {
        using TrainedRun run = new();
        InputException error = Assert.Throws<InputException>(() => run.Train(SmallRun.Iopo(run, ("train_from_scratch", true))));
        Assert.Contains("needs finetuning_type: full", error.Message, StringComparison.Ordinal);
    }

    private static (string Key, object Value)[] Settings(TrainedRun run, string model, params (string Key, object Value)[] more) =>
    [
        ("model_name_or_path", model),
        ("stage", "sft"),
        ("finetuning_type", "full"),
        ("dataset", run.WriteData("quads.jsonl", SmallRun.Quads(6))),
        ("per_device_train_batch_size", 4),
        ("learning_rate", 1e-3),
        ("num_train_epochs", 1),
        ("seed", 7),
        .. more,
    ];
}
