using System.Text;
using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Models.Families;
using TraceFast.Models.Files;

namespace TraceFast.Models.Config;

/// <summary>Which normalization the queries and keys get before the rotary embedding.</summary>
public enum QueryKeyNorm
{
    None,

    /// <summary>RMS norm over each head's channels, one weight [head_dim] for all heads.</summary>
    PerHead,

    /// <summary>RMS norm over the whole projection, weight [heads * head_dim].</summary>
    FullWidth,
}

/// <summary>Names of a layer's RMS norms by their place around the residual branches; null where there is none.</summary>
public sealed record LayerNorms(string? BeforeAttention, string? AfterAttention, string? BeforeMlp, string? AfterMlp)
{
    /// <summary>x + f(norm(x)): llama and its kin.</summary>
    public static LayerNorms Pre { get; } = new("input_layernorm", null, "post_attention_layernorm", null);

    /// <summary>x + norm(f(x)): olmo2.</summary>
    public static LayerNorms Post { get; } = new(null, "post_attention_layernorm", null, "post_feedforward_layernorm");

    /// <summary>x + norm(f(norm(x))): gemma2, gemma3.</summary>
    public static LayerNorms Sandwich { get; } =
        new("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm");
}

/// <summary>What differs between the layers of one model.</summary>
/// <param name="Window">A token attends to positions less than this far back; null: to all.</param>
/// <param name="Rope">Index into <see cref="DecoderConfig.Ropes"/>; null: no rotary embedding.</param>
public readonly record struct LayerConfig(int? Window, int? Rope);

/// <summary>
/// Everything that determines a decoder's arithmetic, whatever its family: one decoder reads this and knows no model names.
/// The defaults are llama's. Made from config.json by the files under Families/.
/// </summary>
public sealed record DecoderConfig
{
    public required string ModelType { get; init; }

    public required int VocabularySize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int HeadCount { get; init; }

    public required int KeyValueHeadCount { get; init; }

    public required int HeadDim { get; init; }

    public required double NormEpsilon { get; init; }

    public RmsNormStyle NormStyle { get; init; } = RmsNormStyle.Llama;

    public LayerNorms Norms { get; init; } = LayerNorms.Pre;

    public QueryKeyNorm QueryKeyNorm { get; init; }

    /// <summary>Biases on the query, key and value projections.</summary>
    public bool QkvBias { get; init; }

    /// <summary>A bias on the attention's output projection.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Biases on gate, up and down.</summary>
    public bool MlpBias { get; init; }

    /// <summary>q, k, v stored as one qkv_proj, gate and up as one gate_up_proj.</summary>
    public bool FusedProjections { get; init; }

    public GateActivation Activation { get; init; } = GateActivation.Silu;

    /// <summary>The head is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    public double EmbeddingMultiplier { get; init; } = 1;

    /// <summary>The embedding multiplier is first rounded to the compute dtype (gemma).</summary>
    public bool RoundEmbeddingMultiplier { get; init; }

    /// <summary>On each branch before it is added to the residual stream.</summary>
    public double ResidualMultiplier { get; init; } = 1;

    /// <summary>On q k^T.</summary>
    public required double AttentionScale { get; init; }

    /// <summary>c in c tanh(s / c) on attention scores; null: none.</summary>
    public double? AttentionSoftcap { get; init; }

    /// <summary>On the logits, before the softcap.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>c in c tanh(l / c) on logits; null: none.</summary>
    public double? LogitSoftcap { get; init; }

    /// <summary>The rotary embeddings that layers refer to.</summary>
    public required IReadOnlyList<RopeConfig> Ropes { get; init; }

    public required IReadOnlyList<LayerConfig> Layers { get; init; }

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>
    /// Keys of config.json that ask for dropout inside the model, with their shares. They have no effect but in training, which
    /// <see cref="RequireNoDropout"/> refuses.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, double>> Dropouts { get; init; } = [];

    /// <summary>The JSON this was read from, kept so that saved models carry it unchanged.</summary>
    public required string Json { get; init; }

    /// <summary>Reads config.json of a model folder (or the file itself).</summary>
    /// <exception cref="ModelFileException">Unknown model_type, rope type, activation or setting; a value out of range.</exception>
    public static DecoderConfig Read(string folderOrFile)
    {
        if (!Directory.Exists(folderOrFile) && !File.Exists(folderOrFile))
            throw new ModelFileException(
                folderOrFile,
                "no such model folder; expected a local folder with config.json, safetensors and tokenizer.json (nothing is downloaded)");
        string file = Directory.Exists(folderOrFile) ? Path.Combine(folderOrFile, "config.json") : folderOrFile;
        return ModelFamilies.Read(JsonConfig.ReadFile(file));
    }

    /// <summary>The same from JSON text; <paramref name="source"/> stands for the file in messages.</summary>
    public static DecoderConfig Parse(string json, string source) =>
        ModelFamilies.Read(JsonConfig.Parse(source, Encoding.UTF8.GetBytes(json)));

    /// <summary>For training, where the decoder has no dropout of its own.</summary>
    /// <param name="folder">The folder of config.json.</param>
    /// <exception cref="ModelFileException">The configuration asks for dropout.</exception>
    public void RequireNoDropout(string folder)
    {
        foreach ((string key, double share) in Dropouts)
        {
            throw new ModelFileException(
                Path.Combine(folder, "config.json"), string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{ModelFileException.Quote(key)}: found {share}, expected 0 for training: dropout inside the model is not supported "
                    + $"(lora_dropout is); set it to 0 to train without"));
        }
    }

    /// <summary>The JSON with the stored element type, and the head's tie, as given.</summary>
    internal byte[] JsonFor(torch.ScalarType stored, bool tied)
    {
        using JsonDocument document = JsonDocument.Parse(Json);
        string dtypeKey = document.RootElement.TryGetProperty("dtype", out _) ? "dtype" : "torch_dtype";
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, JsonStyle.Indented))
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name != dtypeKey && (property.Name != "tie_word_embeddings" || tied == TieWordEmbeddings))
                    property.WriteTo(writer);
            }

            writer.WriteString(dtypeKey, TypeName(stored));
            if (tied != TieWordEmbeddings)
                writer.WriteBoolean("tie_word_embeddings", tied);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static string TypeName(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Float32 => "float32",
        torch.ScalarType.Float64 => "float64",
        torch.ScalarType.BFloat16 => "bfloat16",
        torch.ScalarType.Float16 => "float16",
        _ => throw new ArgumentException($"weights are not stored as {type}", nameof(type)),
    };
}
