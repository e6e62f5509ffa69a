using TraceFast.Data.Json;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// olmo2: norms after attention and MLP instead of before, RMS norm over the whole q and k projections. transformers: modeling_olmo2.py.
/// </summary>
internal static class Olmo2
{
    public static DecoderConfig Read(JsonConfig json)
    {
        bool bias = json.Flag("attention_bias", false);
        return FamilyReader.Read(json, epsilon: 1e-5) with
        {
            NormStyle = RmsNormStyle.Olmo2,
            Norms = LayerNorms.Post,
            QueryKeyNorm = QueryKeyNorm.FullWidth,
            QkvBias = bias,
            OutputBias = bias,
        };
    }
}
