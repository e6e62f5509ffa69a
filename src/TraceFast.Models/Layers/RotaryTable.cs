using TraceFast.Models.Config;

namespace TraceFast.Models.Layers;

/// <summary>
/// cos(p f_i) and sin(p f_i), times the attention scaling, for the positions p of a pack, one angle per rotated pair.
/// Angles are float32 as in the models' own code, float64 under float64.
/// </summary>
/// <param name="Cos">[N, rotary width / 2].</param>
/// <param name="Sin">[N, rotary width / 2].</param>
internal sealed record RotaryTable(torch.Tensor Cos, torch.Tensor Sin)
{
    public static RotaryTable Make(RopeConfig rope, ReadOnlySpan<int> positions, DecoderOptions options)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor frequencies = options.MasterDtype == torch.ScalarType.Float64
            ? torch.tensor(RopeFrequencies.Inverse<double>(rope))
            : torch.tensor(RopeFrequencies.Inverse<float>(rope));
        torch.Tensor p = torch.tensor(positions.ToArray(), dtype: torch.ScalarType.Int64).to(options.MasterDtype);
        torch.Tensor angles = p.unsqueeze(1) * frequencies.unsqueeze(0);
        double scaling = RopeFrequencies.AttentionScaling(rope);
        return new RotaryTable(
            (angles.cos() * scaling).to(options.Device).MoveToOuterDisposeScope(),
            (angles.sin() * scaling).to(options.Device).MoveToOuterDisposeScope());
    }
}
