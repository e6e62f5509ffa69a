using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// mistral: llama with a sliding window on every layer (4096 unless the file says null). transformers: modeling_mistral.py.
/// </summary>
internal static class Mistral
{
    public static DecoderConfig Read(JsonConfig json)
    {
        int? window = FamilyReader.Window(json, 4096);
        return FamilyReader.WithWindows(FamilyReader.Read(json), json, window, _ => window != null);
    }
}
