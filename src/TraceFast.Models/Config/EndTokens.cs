using TraceFast.Data.Json;
using TraceFast.Models.Files;

namespace TraceFast.Models.Config;

/// <summary>
/// The tokens that end a text, as transformers' generate finds them: eos_token_id of generation_config.json, else of config.json.
/// </summary>
public static class EndTokens
{
    private const string Key = "eos_token_id";

    /// <summary>The ids, in the file's order; none where neither file names one.</summary>
    /// <param name="folder">Of the model.</param>
    /// <param name="config">Its configuration.</param>
    /// <exception cref="ModelFileException">An id that the vocabulary does not have; the message names file and key.</exception>
    public static IReadOnlyList<int> Read(string folder, DecoderConfig config)
    {
        string generation = Path.Combine(folder, GenerationConfig.FileName);
        if (File.Exists(generation) && JsonConfig.ReadFile(generation) is var own && own.Has(Key))
            return own.TokenIds(Key, config.VocabularySize);
        return JsonConfig.Parse(Path.Combine(folder, "config.json"), System.Text.Encoding.UTF8.GetBytes(config.Json))
            .TokenIds(Key, config.VocabularySize);
    }
}
