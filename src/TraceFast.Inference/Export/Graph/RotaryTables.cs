using TraceFast.Inference.Export.Format;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// cos(p f_i) and sin(p f_i), times the scaling's factor, for p = 0 .. context - 1: [context, half], one pair of tables for each rotary
/// embedding of the model. Angles are float32, as in the models' own code. Columns that pad a half turn nothing (cos 1, sin 0).
/// </summary>
internal sealed class RotaryTables(ExportContext context)
{
    private readonly Dictionary<int, (string Cos, string Sin)> _names = [];

    /// <summary>The names of the tables of rotary embedding <paramref name="rope"/>, which are added at their first use.</summary>
    public (string Cos, string Sin) Names(int rope, HeadLayout layout)
    {
        if (_names.TryGetValue(rope, out (string Cos, string Sin) known))
            return known;
        string suffix = rope == 0 ? "" : "_local";
        return _names[rope] = (Table("cos"), Table("sin"));

        string Table(string function) =>
            context.Graph.Weight(TensorData.Of(
                $"{function}_cache{suffix}", context.Type, [context.ContextLength, layout.RotaryHalf],
                () => Make(context.Config.Ropes[rope], context.ContextLength, layout.RotaryHalf, function == "cos")));
    }

    private static torch.Tensor Make(RopeConfig rope, int positions, int columns, bool cosine)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        float[] frequencies = RopeFrequencies.Inverse<float>(rope);
        torch.Tensor p = torch.tensor(Enumerable.Range(0, positions).Select(i => (float)i).ToArray()).unsqueeze(1);
        torch.Tensor angles = p * torch.tensor(frequencies).unsqueeze(0);
        torch.Tensor table = (cosine ? angles.cos() : angles.sin()) * RopeFrequencies.AttentionScaling(rope);
        if (columns > frequencies.Length)
        {
            long[] pad = [positions, columns - frequencies.Length];
            table = torch.cat([table, cosine ? torch.ones(pad) : torch.zeros(pad)], 1);
        }

        return table.contiguous().alias().MoveToOuterDisposeScope();
    }
}
