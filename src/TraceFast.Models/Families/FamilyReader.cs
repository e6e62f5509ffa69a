using TraceFast.Data.Json;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>What config.json files of all families have in common.</summary>
internal static class FamilyReader
{
    private const int LargestSize = 1 << 24;
    private const int LargestHead = 1 << 14;
    private const int MostLayers = 4096;

    /// <summary>Dropout inside the model, which transformers applies in training alone.</summary>
    private static readonly string[] s_dropoutKeys = ["attention_dropout", "resid_pdrop", "embd_pdrop", "hidden_dropout"];

    /// <summary>The llama-like core of a configuration: sizes, heads, one rotary embedding, full attention everywhere.</summary>
    /// <param name="json">config.json.</param>
    /// <param name="tied">The family's own default of tie_word_embeddings, which files omit.</param>
    /// <param name="epsilon">The family's default of rms_norm_eps.</param>
    /// <param name="theta">The family's default of rope_theta.</param>
    /// <param name="headDim">The family's default of head_dim; null: hidden_size / num_attention_heads.</param>
    /// <param name="activationKey">The key of the activation.</param>
    /// <param name="activation">The family's default activation.</param>
    /// <param name="partialRope">True for a family that rotates only part of each head.</param>
    public static DecoderConfig Read(
        JsonConfig json, bool tied = false, double epsilon = 1e-6, double theta = 10_000, int? headDim = null,
        string activationKey = "hidden_act", string activation = "silu", bool partialRope = false)
    {
        if (json.Has("quantization_config"))
            throw json.ErrorAt(
                "quantization_config", "none: quantized weights are not supported; give a model in float32, bfloat16 or float16");
        int hidden = json.Integer("hidden_size", max: LargestSize);
        int heads = json.Integer("num_attention_heads", max: LargestSize);
        int keyValueHeads = json.Integer("num_key_value_heads", heads, max: LargestSize);
        if (heads % keyValueHeads != 0)
            throw json.ErrorAt("num_key_value_heads", $"a divisor of num_attention_heads {heads}");
        if (!json.Has("head_dim") && headDim == null && hidden % heads != 0)
            throw json.ErrorAt("num_attention_heads", $"a divisor of hidden_size {hidden} where head_dim is not given");
        int perHead = json.Integer("head_dim", headDim ?? hidden / heads, max: LargestHead);
        if ((long)heads * perHead > LargestSize)
            throw json.ErrorAt("num_attention_heads", $"at most {LargestSize / perHead} with {perHead} channels per head");
        int layers = json.Integer("num_hidden_layers", max: MostLayers);
        return new DecoderConfig
        {
            ModelType = json.Text("model_type"),
            VocabularySize = json.Integer("vocab_size", max: LargestSize),
            HiddenSize = hidden,
            IntermediateSize = json.Integer("intermediate_size", max: LargestSize),
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDim = perHead,
            NormEpsilon = json.Positive("rms_norm_eps", epsilon),
            TieWordEmbeddings = json.Flag("tie_word_embeddings", tied),
            Activation = ReadActivation(json, activationKey, activation),
            AttentionScale = 1 / Math.Sqrt(perHead),
            Ropes = [RopeReader.Read(json, "rotary_emb", perHead, theta, partial: partialRope)],
            Layers = [.. Enumerable.Repeat(new LayerConfig(null, 0), layers)],
            InitializerRange = json.Positive("initializer_range", 0.02),
            Dropouts = ReadDropouts(json),
            Json = json.Element.GetRawText(),
        };
    }

    /// <summary>Which layers attend within a sliding window: layer_types where the file has it, else the family's rule.</summary>
    public static IReadOnlyList<bool> Sliding(JsonConfig json, int layers, Func<int, bool> fallback)
    {
        if (json.Texts("layer_types") is not { } types)
            return [.. Enumerable.Range(0, layers).Select(fallback)];
        if (types.Count != layers || types.Any(t => t is not ("full_attention" or "sliding_attention")))
            throw json.ErrorAt("layer_types", $"{layers} entries (num_hidden_layers), each full_attention or sliding_attention");
        return [.. types.Select(t => t == "sliding_attention")];
    }

    /// <summary>The configuration with a window on the layers that slide.</summary>
    public static DecoderConfig WithWindows(DecoderConfig config, JsonConfig json, int? window, Func<int, bool> fallback)
    {
        IReadOnlyList<bool> sliding = Sliding(json, config.Layers.Count, fallback);
        if (window == null && sliding.Contains(true))
            throw json.ErrorAt("sliding_window", "a whole number above 0: layer_types has sliding_attention");
        return config with { Layers = [.. config.Layers.Select((layer, i) => sliding[i] ? layer with { Window = window } : layer)] };
    }

    /// <summary>
    /// sliding_window where the file has it (null there means none), else the family's default.
    /// </summary>
    public static int? Window(JsonConfig json, int? familyDefault) =>
        json.Has("sliding_window") ? json.Integer("sliding_window") : json.Keys.Contains("sliding_window") ? null : familyDefault;

    // One empty list for all, so that configurations without dropout are equal.
    private static IReadOnlyList<KeyValuePair<string, double>> ReadDropouts(JsonConfig json) =>
        s_dropoutKeys.Select(key => KeyValuePair.Create(key, json.Number(key, 0))).Where(d => d.Value != 0)
            .ToArray() is { Length: > 0 } found ? found : [];

    private static GateActivation ReadActivation(JsonConfig json, string key, string fallback) => json.Text(key, fallback) switch
    {
        "silu" or "swish" => GateActivation.Silu,
        "gelu" => GateActivation.Gelu,
        "gelu_pytorch_tanh" => GateActivation.GeluTanh,
        _ => throw json.ErrorAt(key, "silu, gelu or gelu_pytorch_tanh"),
    };
}
