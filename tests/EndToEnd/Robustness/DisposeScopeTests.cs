using TraceFast.EndToEnd.Commands;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// Every tensor of the program stands in a dispose scope or is disposed by its owner: the garbage collector finds none to release. One that
/// is forgotten might be released while libtorch reads it.
/// </summary>
public sealed class DisposeScopeTests
{
    [Theory]
    [InlineData("lora_dropout=0.1", "num_train_epochs=1")]
    [InlineData("finetuning_type=full", "stage=sft")]
    [InlineData("stage=dpo", "gradient_checkpointing=true", "val_size=0.25", "eval_strategy=steps", "eval_steps=1")]
    [InlineData(
        "bf16=true", "compute_dtype=bfloat16", "predict_with_generate=true", "val_size=0.25", "eval_strategy=steps", "eval_steps=1")]
    public void Training_leaves_no_tensor_to_the_collector(params string[] settings)
    {
        using TemporaryFolder folder = new();
        NoneIsFinalized(() => DemoModel.Train(folder["out"], settings).Succeeds());
    }

    [Fact]
    public void The_other_commands_leave_no_tensor_to_the_collector()
    {
        using TemporaryFolder folder = new();
        string prompts = folder.Write("prompts.jsonl", """{"prompt":"Write about tea."}""");
        string responses = folder.Write("responses.jsonl", """{"prompt":"Write about tea.","response":"Tea is warm."}""");
        DemoModel.Train(folder["adapter"], "save_strategy=steps", "save_steps=1").Succeeds();
        NoneIsFinalized(
            () => DemoModel.Train(folder["adapter"], "save_strategy=steps", "save_steps=1", "max_steps=3", "resume_from_checkpoint=true"));
        foreach (string[] command in (string[][])
                 [
                     ["logprobs", "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--data", responses],
                     ["merge", "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--out", folder["merged"]],
                     ["export",
                         "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--precision", "float32", "--out", folder["float32"]],
                     ["export", "--model", DemoModel.Folder, "--precision", "int4", "--out", folder["int4"]],
                     ["generate", "--model", folder["float32"], "--data", prompts, "--out", folder["out.jsonl"], "--max-new-tokens", "8"],
                     ["bench", "step", "--model", DemoModel.Folder, "--quads", "1", "--steps", "1"],
                     ["bench", "rows", "--model", DemoModel.Folder, "--ms", "1"],
                 ])
        {
            NoneIsFinalized(() => CommandHarness.Run(command).Succeeds(), string.Join(' ', command));
        }
    }

    [Fact]
    public void A_tensor_that_is_left_to_the_collector_is_counted()
    {
        Collect();
        long before = LibtorchRuntime.FinalizedTensors;
        Forget();
        Collect();
        Assert.Equal(before + 1, LibtorchRuntime.FinalizedTensors);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget() => _ = torch.ones(3);
    }

    private static void NoneIsFinalized(Action action, string what = "training")
    {
        Collect(); // what other tests forgot
        long before = LibtorchRuntime.FinalizedTensors;
        action();
        Collect();
        long finalized = LibtorchRuntime.FinalizedTensors - before;
        Assert.True(finalized == 0, $"{what}: {finalized} tensors were made outside a dispose scope and not disposed");
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
