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

    /// <summary>
    /// A and s B are inputs of the graph whose defaults are the adapter's values; another adapter can be given at each run.
    /// </summary>
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

/// <summary>How weights are rounded to 8 or 4 bits.</summary>
public enum WeightRounding
{
    /// <summary>Each to the nearest value of its block.</summary>
    Nearest,

    /// <summary>
    /// GPTQ: each column's error is compensated by the columns that follow, with activations on calibration text.
    /// </summary>
    Compensated,
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
    /// quantized too; the fastest on a CPU, and what ONNX Runtime GenAI exports).
    /// </summary>
    public int AccuracyLevel { get; init; } = 4;

    /// <summary>int8 and int4.</summary>
    public WeightRounding Rounding { get; init; }

    /// <summary>
    /// Text for <see cref="WeightRounding.Compensated"/> and for choosing matrices that keep 8 bits; null: what ships with the program.
    /// </summary>
    public string? CalibrationFile { get; init; }

    /// <summary>
    /// int4: what the file may grow by, as a share of one with 4 bits everywhere, for layers (or the head) that keep 8 bits: those whose
    /// rounding to 4 bits changes the model's predictions most for their size. 0: none.
    /// </summary>
    public double ExtraSize { get; init; }

    /// <summary>Positions that the rotary tables hold; null: max_position_embeddings.</summary>
    public int? MaxPositions { get; init; }

    /// <summary>What a precision is best exported with, by the measurements in this folder's README.</summary>
    public static ExportOptions For(ExportPrecision precision) => precision switch
    {
        ExportPrecision.Int8 => new() { Precision = precision, Rounding = WeightRounding.Compensated },
        ExportPrecision.Int4 => new() { Precision = precision, Rounding = WeightRounding.Compensated, Symmetric = false, ExtraSize = 0.12 },
        _ => new() { Precision = precision },
    };

    /// <summary>Bits of a quantized weight; null: the weights are floating-point.</summary>
    internal int? Bits => Precision switch { ExportPrecision.Int8 => 8, ExportPrecision.Int4 => 4, _ => null };
}
