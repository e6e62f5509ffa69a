using System.Reflection;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>One kernel, closed over its element types, and how it is compiled.</summary>
/// <param name="Name">Unique: the name of its PTX file and of its entry.</param>
/// <param name="Method">Static, explicitly grouped.</param>
/// <param name="Threads">Of a group, at most.</param>
/// <param name="IsFast">Approximate division and no subnormals: one instruction for 2^x, not four. Never for double, whose reciprocal would
/// keep 20 bits.</param>
public sealed record CatalogEntry(string Name, MethodInfo Method, int Threads, bool IsFast = false);

/// <summary>
/// Every kernel that is launched. Names end in the stored type (bf16, f32, f64); "_vectors" is the kernel of 16-byte vectors beside the
/// plain one of any shape.
/// </summary>
public static class Catalog
{
    private static readonly (string Suffix, Type[] Types)[] s_plain =
    [
        ("bf16", [typeof(ushort), typeof(float), typeof(BFloat16)]),
        ("f32", [typeof(float), typeof(float), typeof(Float32)]),
        ("f64", [typeof(double), typeof(double), typeof(Float64)]),
    ];

    private static readonly (string Suffix, Type[] Types)[] s_vectors =
        [("bf16", [typeof(ushort), typeof(BFloat16)]), ("f32", [typeof(float), typeof(Float32)])];

    public static IReadOnlyList<CatalogEntry> All { get; } = [.. Entries()];

    private static IEnumerable<CatalogEntry> Entries()
    {
        foreach ((string suffix, Type[] types) in s_plain)
        {
            bool fast = suffix != "f64";
            yield return Entry($"rms_norm_forward_{suffix}", typeof(RmsNorm), nameof(RmsNorm.Forward), RmsNorm.Threads, false, types);
            yield return Entry($"rms_norm_backward_{suffix}", typeof(RmsNorm), nameof(RmsNorm.Backward), RmsNorm.Threads, false, types);
            yield return Entry(
                $"rms_norm_weight_gradient_{suffix}", typeof(RmsNorm), nameof(RmsNorm.WeightGradient), RmsNorm.Threads, false, types);
            yield return Entry($"rope_{suffix}", typeof(Rope), nameof(Rope.Run), Rope.Threads, false, types);
            yield return Entry($"swiglu_forward_{suffix}", typeof(SwiGlu), nameof(SwiGlu.Forward), SwiGlu.Threads, fast, types);
            yield return Entry($"swiglu_backward_{suffix}", typeof(SwiGlu), nameof(SwiGlu.Backward), SwiGlu.Threads, fast, types);
            yield return Entry(
                $"attention_softmax_{suffix}", typeof(TreeAttention), nameof(TreeAttention.Softmax), TreeAttention.Threads, fast, types);
            yield return Entry(
                $"attention_gradient_{suffix}", typeof(TreeAttention), nameof(TreeAttention.Gradient), TreeAttention.Threads, fast, types);
            yield return Entry($"lora_expand_{suffix}", typeof(LoraLinear), nameof(LoraLinear.Expand), LoraLinear.Threads, false, types);
            yield return Entry(
                $"adamw_{suffix}", typeof(AdamW), nameof(AdamW.Step), AdamW.Threads, false,
                [types[0], types[0], types[1], types[2], types[2]]);
        }
        yield return Entry(
            "adamw_bf16_f32", typeof(AdamW), nameof(AdamW.Step), AdamW.Threads, false,
            [typeof(ushort), typeof(float), typeof(float), typeof(BFloat16), typeof(Float32)]);
        foreach ((string suffix, Type[] types) in s_vectors)
        {
            yield return Entry(
                $"rms_norm_forward_vectors_{suffix}", typeof(RmsNorm), nameof(RmsNorm.ForwardVectors), RmsNorm.Threads, false, types);
            yield return Entry(
                $"rms_norm_backward_vectors_{suffix}", typeof(RmsNorm), nameof(RmsNorm.BackwardVectors), RmsNorm.Threads, false, types);
            yield return Entry($"rope_vectors_{suffix}", typeof(Rope), nameof(Rope.RunVectors), Rope.Threads, false, types);
            yield return Entry(
                $"swiglu_forward_vectors_{suffix}", typeof(SwiGlu), nameof(SwiGlu.ForwardVectors), SwiGlu.Threads, true, types);
            yield return Entry(
                $"swiglu_backward_vectors_{suffix}", typeof(SwiGlu), nameof(SwiGlu.BackwardVectors), SwiGlu.Threads, true, types);
            foreach ((string cap, Type type) in new[] { ("", typeof(NoCap)), ("_softcap", typeof(SoftCap)) })
            {
                yield return Entry(
                    $"log_prob_tile{cap}_{suffix}", typeof(LinearLogProb), nameof(LinearLogProb.Tile), LinearLogProb.Threads, true,
                    [.. types, type]);
                yield return Entry(
                    $"log_prob_gradient{cap}_{suffix}", typeof(LinearLogProb), nameof(LinearLogProb.Gradient), LinearLogProb.Threads, true,
                    [.. types, type]);
            }
        }
        foreach ((string suffix, Type[] types) in new[]
            { ("f32", new[] { typeof(float), typeof(Float32) }), ("f64", new[] { typeof(double), typeof(Float64) }) })
        {
            yield return Entry(
                $"rms_norm_sum_chunks_{suffix}", typeof(RmsNorm), nameof(RmsNorm.SumChunks), RmsNorm.Threads, false, [types[0]]);
            yield return Entry($"iopo_loss_{suffix}", typeof(IopoLoss), nameof(IopoLoss.Run), IopoLoss.Threads, false, types);
        }
        yield return Entry(
            "log_prob_tile_f64", typeof(LinearLogProb), nameof(LinearLogProb.TilePlain), LinearLogProb.Threads, false,
            [typeof(double), typeof(Float64)]);
        yield return Entry(
            "log_prob_gradient_f64", typeof(LinearLogProb), nameof(LinearLogProb.GradientPlain), LinearLogProb.Threads, false,
            [typeof(double), typeof(Float64)]);
    }

    private static CatalogEntry Entry(string name, Type type, string method, int threads, bool isFast, Type[] arguments) =>
        new(name, type.GetMethod(method)!.MakeGenericMethod(arguments), threads, isFast);
}
