using System.Runtime.InteropServices;
using TraceFast.Inference.Export;
using TraceFast.Inference.Export.Quantization;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Files;

namespace TraceFast.Inference.Tests.Export;

/// <summary>
/// Quantized graphs compute with the dequantized weights: the trainer gets these as its own, and both must agree as float32 does. Hidden
/// sizes of 48 leave the last block half filled.
/// </summary>
public sealed class QuantizedExportTests(ITestOutputHelper output)
{
    private const int ComputeInFloat32 = 1;

    /// <summary>
    /// Families whose heads are not padded and whose head is not the embedding: quantizing rounds each of their matrices alone.
    /// </summary>
    private static readonly string[] s_cases = ["llama_gqa", "mistral_swa", "olmo2", "qwen2_swa"];

    public static MatrixTheoryData<string, ExportPrecision, bool> Data =>
        new(s_cases, [ExportPrecision.Int8, ExportPrecision.Int4], [true, false]);

    [Theory]
    [MemberData(nameof(Data))]
    public void Logits_equal_the_trainers_with_dequantized_weights(string name, ExportPrecision precision, bool symmetric)
    {
        string model = OracleCases.Model(name);
        using TemporaryFolder folder = new();
        ExportOptions options = new() { Precision = precision, Symmetric = symmetric, AccuracyLevel = ComputeInFloat32 };
        using OnnxDecoder decoder = Exported.Open(model, null, folder, options);
        WriteDequantized(model, folder["dequantized"], options.Bits!.Value, symmetric);
        ParityReport report = ParityCheck.Run(folder["dequantized"], null, decoder, ExportPrecision.Float32);
        output.WriteLine($"{name} {precision} {(symmetric ? "symmetric" : "asymmetric")}: {report.ToText()}");
        Assert.InRange(report.Relative, 0, 1e-4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Eight_bits_round_within_a_step(bool symmetric)
    {
        const int rows = 7, width = 71;
        float[] values = Values(rows, width);
        using torch.Tensor matrix = torch.tensor(values, new long[] { rows, width });
        BlockQuantizer.Result result = BlockQuantizer.Quantize(matrix, 8, symmetric);
        float[] restored = Dequantized(result, rows, width, 8);
        long blocks = BlockQuantizer.Blocks(width);
        for (int i = 0; i < values.Length; i++)
        {
            float step = Math.Abs(result.Scales[i / width * blocks + i % width / BlockQuantizer.BlockSize]);
            // The end of the range that the symmetric form lacks is a whole step away.
            Assert.InRange(Math.Abs(values[i] - restored[i]), 0, step * (symmetric ? 1.001f : 0.501f));
        }

        Assert.All(restored.AsSpan(3 * width, width).ToArray(), v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Four_bits_are_nearer_than_plain_rounding(bool symmetric)
    {
        const int rows = 50, width = 64;
        float[] values = Values(rows, width);
        using torch.Tensor matrix = torch.tensor(values, new long[] { rows, width });
        float[] restored = Dequantized(BlockQuantizer.Quantize(matrix, 4, symmetric), rows, width, 4);
        double found = 0, plain = 0;
        for (int at = 0; at < values.Length; at += BlockQuantizer.BlockSize)
        {
            ReadOnlySpan<float> block = values.AsSpan(at, BlockQuantizer.BlockSize);
            plain += PlainError(block, symmetric);
            for (int i = 0; i < block.Length; i++)
                found += Math.Pow(block[i] - restored[at + i], 2);
        }

        Assert.InRange(found, plain / 4, plain * 0.95);
        Assert.All(restored.AsSpan(3 * width, width).ToArray(), v => Assert.Equal(0, v));
    }

    /// <summary>Squared error of rounding to 4 bits over the block's own range.</summary>
    private static double PlainError(ReadOnlySpan<float> block, bool symmetric)
    {
        float least = Math.Min(0, block.ToArray().Min()), most = Math.Max(0, block.ToArray().Max());
        double scale = symmetric ? (most > -least ? most : least) / -8.0 : (most - least) / 15.0;
        double zero = symmetric ? 8 : Math.Round(-least / scale);
        double error = 0;
        foreach (float value in block)
            error += scale == 0 ? 0 : Math.Pow(value - scale * (Math.Clamp(Math.Round(value / scale) + zero, 0, 15) - zero), 2);
        return error;
    }

    /// <summary>Rows of differing range; the fourth is zero.</summary>
    private static float[] Values(int rows, int width)
    {
        Random random = new(rows);
        return [.. Enumerable.Range(0, rows * width)
            .Select(i => i / width == 3 ? 0 : (random.NextSingle() + random.NextSingle() - 1) * (i % 5 + 1))];
    }

    private static void WriteDequantized(string model, string folder, int bits, bool symmetric)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(model, "config.json"), Path.Combine(folder, "config.json"));
        using ModelWeights weights = ModelWeights.Open(model);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. weights.Tensors.Select(t => new TensorToWrite(t.Name, torch.ScalarType.Float32, t.Shape, () =>
        {
            weights.TryGet(t.Name, out SafetensorsFile file, out _);
            torch.Tensor stored = file.Load(t.Name);
            if (t.Shape.Length != 2 || t.Name.Contains("embed_tokens", StringComparison.Ordinal))
                return stored;
            (int rows, int width) = ((int)t.Shape[0], (int)t.Shape[1]);
            return torch.tensor(Dequantized(BlockQuantizer.Quantize(stored, bits, symmetric), rows, width, bits), t.Shape);
        }))]);
    }

    private static float[] Dequantized(BlockQuantizer.Result quantized, int rows, int width, int bits)
    {
        int blocks = (int)BlockQuantizer.Blocks(width);
        int zeroBytes = (int)BlockQuantizer.ZeroBytes(width, bits);
        float[] values = new float[rows * width];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int block = column / BlockQuantizer.BlockSize;
                int at = row * blocks + block;
                int zero = quantized.Zeros == null ? 1 << (bits - 1) : Value(quantized.Zeros.AsSpan(row * zeroBytes), block);
                int q = Value(quantized.Values.AsSpan(at * BlockQuantizer.BlockBytes(bits)), column % BlockQuantizer.BlockSize);
                values[row * width + column] = quantized.Scales[at] * (q - zero);
            }
        }

        return values;

        int Value(Span<byte> bytes, int i) => bits == 8 ? bytes[i] : bytes[i / 2] >> (i % 2 * 4) & 15;
    }
}
