namespace TraceFast.Inference.Export;

/// <summary>Element types of an exported model.</summary>
public enum ExportPrecision
{
    Float32,

    /// <summary>Weights, activations, keys and values in float16.</summary>
    Float16,

    /// <summary>Weights, activations, keys and values in bfloat16, where the execution provider has it.</summary>
    BFloat16,

    /// <summary>Matrices in 8 bits by blocks of 32, the rest in float32.</summary>
    Int8,

    /// <summary>Matrices in 4 bits by blocks of 32, the rest in float32.</summary>
    Int4,
}

/// <summary>What becomes of an adapter.</summary>
public enum AdapterUse
{
    /// <summary>W + s B A takes W's place.</summary>
    Merge,

    /// <summary>A and s B are inputs of the graph whose defaults are the adapter's values; another adapter can be given at each run.</summary>
    Inputs,
}

/// <summary>Which positions go through the head.</summary>
public enum HeadPositions
{
    /// <summary>All: logits [batch, sequence, vocabulary], as ONNX Runtime GenAI has it.</summary>
    All,

    /// <summary>
    /// Those that the further input logit_positions [batch, positions] (int64, from 0 within this call's input) names: logits
    /// [batch, positions, vocabulary].
    /// </summary>
    Selected,
}

/// <summary>How a model is exported.</summary>
public sealed record ExportOptions
{
    public ExportPrecision Precision { get; init; }

    public AdapterUse Adapter { get; init; }

    public HeadPositions Head { get; init; }

    /// <summary>int8 and int4: true has values around 0 and no zero points; false has a zero point for each block.</summary>
    public bool Symmetric { get; init; } = true;

    /// <summary>
    /// int8 and int4: the arithmetic that MatMulNBits may fall to: 0 unset, 1 float32, 2 float16, 3 bfloat16, 4 int8 (activations are
    /// quantised too; the fastest on a CPU, and what ONNX Runtime GenAI exports).
    /// </summary>
    public int AccuracyLevel { get; init; } = 4;

    /// <summary>Positions that the rotary tables hold; null: max_position_embeddings.</summary>
    public int? MaxPositions { get; init; }

    /// <summary>Bits of a quantised weight; null: the weights are floating-point.</summary>
    internal int? Bits => Precision switch { ExportPrecision.Int8 => 8, ExportPrecision.Int4 => 4, _ => null };
}
