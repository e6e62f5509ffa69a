using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Config;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>The formulas of a pass's memory against what libtorch allocates.</summary>
[Collection(nameof(PassMemoryTests))]
[CollectionDefinition(nameof(PassMemoryTests), DisableParallelization = true)]
public sealed class PassMemoryTests
{
    private const int Tokens = 1200;

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_peak_is_what_the_formulas_say(string family, string method, torch.ScalarType dtype, int recomputed)
    {
        using Decoder decoder = Decoder.Random(
            Config(family), 1, new DecoderOptions
            {
                ComputeDtype = dtype, Kernels = KernelSet.Cpu, TrainAll = method.StartsWith("full", StringComparison.Ordinal),
            });
        LoraConfig config = new()
        {
            Rank = 8, Dropout = method == "dropout" ? 0.1 : 0, ModulesToSave = method is "lm_head" or "embed_tokens" ? [method] : [],
            LayersToTransform = method == "last layers" ? [3, 4, 5] : null,
        };
        using LoraAdapter? adapter = method.StartsWith("full", StringComparison.Ordinal) ? null : LoraAdapter.Create(config, decoder, 1);
        if (adapter is not null)
            decoder.Attach(adapter);
        decoder.Training = true;
        decoder.RecomputedLayers = recomputed;
        bool accumulated = method == "full, accumulated";
        Step(decoder, accumulated); // what is made once, and gradients of an adapter
        long left = !accumulated ? 0 : decoder.TrainableParameters.Sum(p => p.Parameter.numel() * p.Parameter.element_size());
        long measured = left + Step(decoder, accumulated);
        long predicted = new PassMemory(decoder, config.Dropout).PeakBytes(Tokens, recomputed, accumulated);
        double ratio = (double)predicted / measured;
        Assert.True(ratio is > 0.96 and < 1.12, $"predicted {predicted} bytes, measured {measured}: {ratio:0.000}");
    }

    public static TheoryData<string, string, torch.ScalarType, int> Cases
    {
        get
        {
            TheoryData<string, string, torch.ScalarType, int> cases = [];
            foreach (string family in TinyModels.Families)
                cases.Add(family, "lora", torch.ScalarType.Float32, 0);
            foreach (string method in new[] { "lora", "dropout", "full" })
                foreach (torch.ScalarType dtype in new[] { torch.ScalarType.BFloat16, torch.ScalarType.Float32 })
                    foreach (int recomputed in new[] { 0, 3, 6 })
                        cases.Add("llama", method, dtype, recomputed);
            foreach (string method in new[] { "full, accumulated", "lm_head", "embed_tokens", "last layers" })
                foreach (int recomputed in new[] { 0, 4 })
                    cases.Add("mistral", method, torch.ScalarType.BFloat16, recomputed);
            return cases;
        }
    }

    /// <summary>Six layers of a width at which small tensors do not count.</summary>
    private static DecoderConfig Config(string family)
    {
        string json = TinyModels.Config(family).Json;
        System.Text.Json.Nodes.JsonObject config = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        foreach ((string key, int value) in new[]
                 {
                     ("hidden_size", 128), ("intermediate_size", 320), ("num_hidden_layers", 6), ("num_attention_heads", 4),
                     ("num_key_value_heads", 2), ("head_dim", 32), ("vocab_size", 1000),
                 })
            config[key] = value;
        foreach (string own in new[] { "layer_types", "no_rope_layers", "partial_rotary_factor" })
            config.Remove(own);
        return DecoderConfig.Parse(config.ToJsonString(), family);
    }

    /// <param name="accumulates">Whether gradients are added to those that are there.</param>
    /// <returns>The most bytes during it beyond those before; gradients of a full fine-tuning are made anew unless it accumulates.</returns>
    private static long Step(Decoder decoder, bool accumulates)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        if (decoder.Options.TrainAll && !accumulates)
            foreach ((_, torch.Tensor parameter) in decoder.TrainableParameters)
                parameter.grad = null;
        using TreeLayout layout = TreeLayout.Sequence(Tokens);
        torch.Tensor ids = torch.arange(Tokens, dtype: torch.int64).remainder(997);
        GC.Collect(); // what waits for a finalizer is not freed while the step counts
        GC.WaitForPendingFinalizers();
        _ = LibtorchRuntime.TakePeakTensorBytes();
        long before = LibtorchRuntime.TensorBytes;
        using ForwardPass pass = decoder.Begin(ids, layout);
        torch.Tensor logp;
        using (DisposeScope head = torch.NewDisposeScope())
            logp = decoder.LogProbs(pass.Hidden.index_select(0, torch.arange(Tokens, dtype: torch.int64)), ids).MoveToOuterDisposeScope();
        Autograd.Backward(logp, torch.ones_like(logp));
        pass.Backward();
        return LibtorchRuntime.TakePeakTensorBytes() - before;
    }
}
