using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// phi3 (Phi-3, Phi-4 mini): q, k, v fused in one matrix, gate and up in another; only part of each head may rotate; one window for all
/// layers. transformers: modeling_phi3.py.
/// </summary>
internal static class Phi3
{
    public static DecoderConfig Read(JsonConfig json)
    {
        DecoderConfig config = FamilyReader.Read(json, epsilon: 1e-5, partialRope: true) with { FusedProjections = true };
        int? window = FamilyReader.Window(json, null);
        return FamilyReader.WithWindows(config, json, window, _ => window != null);
    }
}
