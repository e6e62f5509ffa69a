using TraceFast.Kernels;

namespace TraceFast.Benchmarks.Step;

/// <summary>What is measured.</summary>
public sealed record StepBenchmarkOptions
{
    /// <summary>A name of <see cref="Shapes.ModelShape"/>; null where <see cref="ModelFolder"/> is given.</summary>
    public string? Shape { get; init; }

    /// <summary>Folder of a Hugging Face model.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Quads of an optimizer step.</summary>
    public required int Quads { get; init; }

    /// <summary>Steps that are timed, after one that warms up.</summary>
    public required int Steps { get; init; }

    /// <summary>JSON list of [x1, y1, x2, y2] token counts, quads x (steps + 1) or more; null draws them.</summary>
    public string? LengthsFile { get; init; }

    /// <summary>float32 or bfloat16; null: the one that is faster here, as training chooses with <c>bf16: true</c>.</summary>
    public string? Dtype { get; init; }

    /// <summary>cpu, cuda, or auto: cuda where there is one.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>0: one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>Of the weights, the token ids and drawn lengths.</summary>
    public int Seed { get; init; }

    /// <summary>Most tokens of one forward and backward pass, as in training.</summary>
    public int TokenBudget { get; init; } = 4096;

    public bool ActivationCheckpointing { get; init; }

    /// <summary>Whether each operation is timed, which takes a few thousandths of the steps' time.</summary>
    public bool Profile { get; init; }

    /// <summary>The operations that the model is built with; null: those that training takes on the device.</summary>
    public KernelSet? Kernels { get; init; }
}
