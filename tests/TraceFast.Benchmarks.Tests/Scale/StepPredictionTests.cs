using TraceFast.Benchmarks.Scale;
using TraceFast.Benchmarks.Step;
using TraceFast.Models.Config;
using TraceFast.Training.Distributed;

namespace TraceFast.Benchmarks.Tests.Scale;

/// <summary>The predicted step of a model of 172 weights, 58 with an adapter, against sums worked by hand.</summary>
public class StepPredictionTests
{
    private const string OneLayer =
        """
        {"model_type": "llama", "vocab_size": 10, "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 1,
         "num_attention_heads": 2, "num_key_value_heads": 1, "hidden_act": "silu", "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
        """;

    private static readonly TrainedModel s_adapter = new("test", DecoderConfig.Parse(OneLayer, "test"), 1);
    private static readonly TrainedModel s_whole = s_adapter with { Rank = 0 };

    private static readonly ScalePlan s_plan = new() { Models = [], Ranks = [], Quad = new QuadLength(1, 1, 1, 1), Accumulation = 2 };

    private static readonly MachineConstants s_machine = new()
    {
        Network = new Network(Latency: 1, SecondsPerByte: 0.5), Flops = 100, Dtype = torch.ScalarType.Float32, MemoryBandwidth = 10,
        Memory = 1e9,
    };

    private static double Compute { get; } = s_adapter.Flops(s_plan.Quad, 1, torch.ScalarType.Float32) is var (f, b) ? (f + b) / 100 : 0;

    /// <summary>Adding the second micro-batch 3 n, norm and clipping 3 n, AdamW 7 n; n = 4 x 58 = 232.</summary>
    private const double Local = 13 * 232 / 10.0;

    [Fact]
    public void One_rank_computes_adds_and_updates()
    {
        StepPrediction p = StepPrediction.Of(s_adapter, 1, s_plan, s_machine);
        Assert.Equal(2 * Compute, p.Parts.Compute, 9);
        Assert.Equal(Local, p.Parts.MemoryBandwidth, 9);
        Assert.Equal((0, 0, 0), (p.Parts.NetworkLatency, p.Parts.NetworkBandwidth, p.Parts.GpuLink));
        Assert.Equal(1, p.Efficiency);
    }

    /// <summary>
    /// Gradients: 2 messages, 232 bytes, 12.5 x 232 in memory. Sums of 4 quads, 144 bytes: 2 messages, 288 bytes, 432 in memory.
    /// </summary>
    [Fact]
    public void Two_ranks_exchange_beside()
    {
        StepPrediction p = StepPrediction.Of(s_adapter, 2, s_plan, s_machine);
        Assert.Equal(2 * Compute, p.Parts.Compute, 9);
        Assert.Equal(4, p.Parts.NetworkLatency, 9);
        Assert.Equal(260, p.Parts.NetworkBandwidth, 9);
        Assert.Equal(Local + 333.2, p.Parts.MemoryBandwidth, 9);
        Assert.Equal(520, p.SentBytes, 9);
        Assert.Equal(((2 * Compute) + Local) / ((2 * Compute) + 4 + 260 + Local + 333.2), p.Efficiency, 9);
    }

    /// <summary>Three ranks leave both micro-batches to the exchange: nothing is added up before it.</summary>
    [Fact]
    public void Three_ranks_add_up_in_the_exchange()
    {
        ExchangeCost exchange = ExchangeCost.OfGradients(58, 3, 2, GradientReduction.Ordered) + ExchangeCost.OfSums(6, 3);
        Assert.Equal(
            (10 * 232 / 10.0) + (exchange.MemoryBytes / 10), StepPrediction.Of(s_adapter, 3, s_plan, s_machine).Parts.MemoryBandwidth, 9);
    }

    /// <summary>A batch of four: one rank takes all of them, two ranks two each.</summary>
    [Fact]
    public void Of_one_batch_each_rank_takes_its_part()
    {
        StepPrediction p = StepPrediction.Of(s_adapter, 2, s_plan with { GlobalBatch = 4 }, s_machine);
        Assert.Equal(2, p.MicroBatches);
        double alone = (4 * Compute) + (19 * 232 / 10.0);
        Assert.Equal(alone / (2 * ((2 * Compute) + 4 + 260 + Local + 333.2)), p.Efficiency, 9);
    }

    /// <summary>Fast, two ranks: gradients 2 messages, 464 bytes, 5 x 232 in memory; sums as above. 58 numbers fill no bucket.</summary>
    [Fact]
    public void What_fills_no_bucket_is_exchanged_after_the_backward_pass()
    {
        Assert.Equal(58, s_adapter.Late);
        StepPrediction p = StepPrediction.Of(s_adapter, 2, s_plan with { Reduction = GradientReduction.Fast }, s_machine);
        Assert.Equal((2 * Compute) + Local + 4 + (0.5 * (464 + 288)) + ((1160 + 432) / 10.0), p.Parts.Total, 9);
    }

    /// <summary>
    /// A layer of 2 Mi weights each in q_proj, o_proj and the MLP's three, and an embedding of 1 Mi: the network's part of the layer's
    /// buckets is hidden, as long as the pass is; the embedding's is not.
    /// </summary>
    [Theory]
    [InlineData(1e15)]
    [InlineData(1e10)]
    [InlineData(1e6)]
    public void The_network_is_hidden_behind_the_last_backward_pass(double flops)
    {
        TrainedModel model = new("test", DecoderConfig.Parse(
            """
            {"model_type": "llama", "vocab_size": 1024, "hidden_size": 1024, "intermediate_size": 2048, "num_hidden_layers": 1,
             "num_attention_heads": 8, "num_key_value_heads": 8, "hidden_act": "silu", "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
            """, "test"), 0);
        // 4 x 1 Mi, 3 x 2 Mi, three norms; 1/4 Mi and 6.25 Mi fill two buckets.
        Assert.Equal((11 << 20) + (3 << 10), model.Trained);
        Assert.Equal(model.Trained - (26 << 18), model.Late);
        ScalePlan fast = s_plan with { Reduction = GradientReduction.Fast };
        MachineConstants machine = s_machine with { Flops = flops, Network = new Network(1e-6, 1e-9), MemoryBandwidth = 1e10 };
        StepParts parts = StepPrediction.Of(model, 2, fast, machine).Parts;
        ExchangeCost gradients = ExchangeCost.OfGradients(model.Trained, 2, 2, GradientReduction.Fast), sums = ExchangeCost.OfSums(4, 2);
        double network = (gradients.Messages * 1e-6) + (gradients.Bytes * 1e-9), late = (double)model.Late / model.Trained;
        double backward = model.Flops(s_plan.Quad, 1, torch.ScalarType.Float32).Backward / flops;
        double expected = (late * network) + Math.Max(0, ((1 - late) * network) - backward) + (sums.Messages * 1e-6) + (sums.Bytes * 1e-9);
        Assert.Equal(expected, parts.NetworkBandwidth + parts.NetworkLatency, 9);

        StepParts alone = StepPrediction.Of(model, 1, fast, machine).Parts;
        Assert.Equal((gradients.MemoryBytes + sums.MemoryBytes) / 1e10, parts.MemoryBandwidth - alone.MemoryBandwidth, 9);
        StepParts onGpu = StepPrediction.Of(model, 2, fast, machine with { Gpu = new GpuConstants(1e10, 1e10) }).Parts;
        Assert.Equal(flops == 1e6, onGpu.MemoryBandwidth - alone.MemoryBandwidth < 0.5 * gradients.MemoryBytes / 1e10);
    }

    [Fact]
    public void A_gpu_has_its_own_memory_and_a_link()
    {
        MachineConstants machine = s_machine with { Gpu = new GpuConstants(MemoryBandwidth: 100, Link: 4) };
        StepPrediction p = StepPrediction.Of(s_adapter, 2, s_plan, machine);
        Assert.Equal(2 * 232 / 4.0, p.Parts.GpuLink, 9);
        Assert.Equal((13 * 232 / 100.0) + 333.2, p.Parts.MemoryBandwidth, 9);
    }

    /// <summary>Adapter: 172 weights of 2 bytes, 58 x 4 of parameter, two moments and gradients. Whole: 172 x 4 each.</summary>
    [Theory]
    [InlineData(true, 1, 8, true, false, 344 + (232 * (3 + 4)))]
    [InlineData(true, 2, 8, true, false, 344 + (232 * (3 + 4 + 5)))]
    [InlineData(true, 3, 8, true, false, 344 + (232 * (3 + 8 + 33)))]
    [InlineData(true, 3, 8, true, true, 344 + (232 * (3 + 8)))]
    [InlineData(true, 2, 1, false, false, 344 + (232 * (3 + 1 + 2)))]
    [InlineData(true, 2, 1, false, true, 344 + (232 * (3 + 1)))]
    [InlineData(false, 1, 1, true, false, 688 * 4)]
    public void Memory_is_of_weights_gradients_moments_and_buffers(
        bool isAdapter, int ranks, int microBatches, bool ordered, bool buffersApart, double bytes) =>
        Assert.Equal(
            bytes,
            (isAdapter ? s_adapter : s_whole).MemoryBytes(
                ranks, microBatches, ordered ? GradientReduction.Ordered : GradientReduction.Fast, torch.ScalarType.BFloat16,
                buffersApart));

    [Theory]
    [InlineData(1e9, 1e9, 1e9, ScaleLimit.NetworkLatency)]
    [InlineData(1e9, 1e9, 1e-9, ScaleLimit.NetworkBandwidth)]
    [InlineData(1e9, 1e-9, 1e9, ScaleLimit.MemoryBandwidth)]
    [InlineData(1e-9, 1e9, 1e9, ScaleLimit.Compute)]
    public void The_largest_part_limits(double flops, double memoryBandwidth, double bandwidth, ScaleLimit limit)
    {
        MachineConstants machine = s_machine with { Flops = flops, MemoryBandwidth = memoryBandwidth, Network = new(1, 1 / bandwidth) };
        Assert.Equal(limit, StepPrediction.Of(s_adapter, 2, s_plan, machine).Limit);
        Assert.Equal(ScaleLimit.MemorySize, StepPrediction.Of(s_adapter, 2, s_plan, machine with { Memory = 100 }).Limit);
    }
}
