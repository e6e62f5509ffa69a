namespace TraceFast.Training.Tests.Loop;

public class RunMemoryTests
{
    [Theory]
    [InlineData("lora", false)]
    [InlineData("full", false)]
    [InlineData("lora", true)]
    public void A_run_leaves_no_tensor_alive(string finetuning, bool recompute)
    {
        using TrainedRun run = new();
        long before = Live();
        // The collector must not tidy up what the run forgot.
        Assert.True(GC.TryStartNoGCRegion(200 << 20));
        try
        {
            run.Train(
                SmallRun.Iopo(
                    run, ("finetuning_type", finetuning), ("gradient_checkpointing", recompute), ("val_size", 2), ("do_eval", true),
                    ("lora_dropout", finetuning == "lora" ? 0.1 : 0)));
            Assert.Equal(System.Runtime.GCLatencyMode.NoGCRegion, System.Runtime.GCSettings.LatencyMode);
            Assert.Equal(before, torch.Tensor.TotalCount);
        }
        finally
        {
            if (System.Runtime.GCSettings.LatencyMode == System.Runtime.GCLatencyMode.NoGCRegion)
                GC.EndNoGCRegion();
        }
    }

    /// <summary>Tensors that are held, without those that other tests dropped.</summary>
    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    [Fact]
    public void Steps_add_no_tensor_that_stays()
    {
        List<long> counts = [];
        using TrainedRun run = new();
        run.Train(
            [.. SmallRun.Iopo(run), ("num_train_epochs", 10), ("save_steps", 1), ("save_total_limit", 1)],
            step =>
            {
                if (step.StartsWith("create", StringComparison.Ordinal))
                    counts.Add(torch.Tensor.TotalCount);
            },
            CancellationToken.None);
        Assert.True(counts.Count >= 30);
        Assert.True(counts[^2] <= counts[0], $"{counts[0]} tensors at the first checkpoint, {counts[^2]} at the last but one");
    }
}
