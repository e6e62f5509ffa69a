using TraceFast.Benchmarks.Step;
using TraceFast.Training.Distributed;

namespace TraceFast.Benchmarks.Scale;

/// <summary>What is predicted: models, ranks and the step.</summary>
public sealed record ScalePlan
{
    /// <summary>Names of <see cref="Shapes.ModelShape"/>; each is predicted with LoRA and whole.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>W, one prediction for each.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    /// <summary>Quads of a micro-batch.</summary>
    public int Quads { get; init; } = 1;

    public QuadLength Quad { get; init; } = QuadLengths.Mean;

    /// <summary>Micro-batches of a step on each rank (weak scaling); not used where <see cref="GlobalBatch"/> is given.</summary>
    public int Accumulation { get; init; } = 8;

    /// <summary>Micro-batches of a step on all ranks together (strong scaling), a multiple of every number of ranks.</summary>
    public int? GlobalBatch { get; init; }

    public GradientReduction Reduction { get; init; }

    /// <summary>Micro-batches of each of W ranks.</summary>
    public int MicroBatchesOf(int ranks) => GlobalBatch is int all ? all / ranks : Accumulation;
}

/// <summary>What a rank and its network can do; measured or given.</summary>
public sealed record MachineConstants
{
    public required Network Network { get; init; }

    /// <summary>Operations a second that a rank reaches in a step.</summary>
    public required double Flops { get; init; }

    /// <summary>The compute dtype: of frozen weights.</summary>
    public required torch.ScalarType Dtype { get; init; }

    /// <summary>Bytes a second of the host's memory, a rank's share.</summary>
    public required double MemoryBandwidth { get; init; }

    /// <summary>Bytes that a rank has for weights, gradients and moments: the GPU's where there is one.</summary>
    public required double Memory { get; init; }

    /// <summary>Null: a rank computes on its processors.</summary>
    public GpuConstants? Gpu { get; init; }

    /// <summary>Seconds that an exchange takes in the host's memory.</summary>
    public double MemorySeconds(ExchangeCost cost) => cost.MemoryBytes / MemoryBandwidth;
}

/// <summary>Bytes a second of a GPU's own memory, and between it and the host, where gradients are exchanged.</summary>
public readonly record struct GpuConstants(double MemoryBandwidth, double Link);
