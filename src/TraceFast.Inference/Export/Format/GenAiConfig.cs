using System.Text.Json;
using TraceFast.Data.Files;
using TraceFast.Data.Json;
using TraceFast.Inference.Export.Graph;
using TraceFast.Models.Config;
using TraceFast.Models.Files;

namespace TraceFast.Inference.Export.Format;

/// <summary>
/// genai_config.json, as ONNX Runtime GenAI's model builder writes it: what the model is, names of its inputs and outputs, and the
/// search settings of generation_config.json.
/// </summary>
internal static class GenAiConfig
{
    public const string FileName = "genai_config.json";

    public static void Write(string folder, ExportContext context)
    {
        DecoderConfig config = context.Config;
        Settings settings = new(context.Model.Folder, config);
        AtomicFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, IndentSize = 4 });
            json.WriteStartObject();
            json.WriteStartObject("model");
            settings.CopyIds(json, "bos_token_id");
            json.WriteNumber("context_length", context.ContextLength);
            json.WriteStartObject("decoder");
            json.WriteStartObject("session_options");
            json.WriteString("log_id", "onnxruntime-genai");
            json.WriteStartArray("provider_options");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString("filename", OnnxFiles.Model);
            json.WriteNumber("head_size", context.HeadWidth);
            json.WriteNumber("hidden_size", config.HiddenSize);
            WriteNames(json);
            json.WriteNumber("num_attention_heads", config.HeadCount);
            json.WriteNumber("num_hidden_layers", config.Layers.Count);
            json.WriteNumber("num_key_value_heads", config.KeyValueHeadCount);
            json.WriteEndObject();
            settings.CopyIds(json, "eos_token_id");
            settings.WritePad(json);
            json.WriteString("type", config.ModelType);
            json.WriteNumber("vocab_size", config.VocabularySize);
            json.WriteEndObject();
            WriteSearch(json, settings, context.ContextLength);
            json.WriteEndObject();
        });
    }

    private static void WriteNames(Utf8JsonWriter json)
    {
        json.WriteStartObject("inputs");
        json.WriteString("input_ids", GraphIo.InputIds);
        json.WriteString("attention_mask", GraphIo.AttentionMask);
        json.WriteString("past_key_names", "past_key_values.%d.key");
        json.WriteString("past_value_names", "past_key_values.%d.value");
        json.WriteEndObject();
        json.WriteStartObject("outputs");
        json.WriteString("logits", GraphIo.Logits);
        json.WriteString("present_key_names", "present.%d.key");
        json.WriteString("present_value_names", "present.%d.value");
        json.WriteEndObject();
    }

    private static void WriteSearch(Utf8JsonWriter json, Settings settings, int length)
    {
        json.WriteStartObject("search");
        settings.CopyNumber(json, "diversity_penalty", "0.0");
        json.WriteBoolean("do_sample", settings.Flag("do_sample", false));
        json.WriteBoolean("early_stopping", settings.Flag("early_stopping", true));
        settings.CopyNumber(json, "length_penalty", "1.0");
        json.WriteNumber("max_length", length);
        settings.CopyNumber(json, "min_length", "0");
        settings.CopyNumber(json, "no_repeat_ngram_size", "0");
        settings.CopyNumber(json, "num_beams", "1");
        settings.CopyNumber(json, "num_return_sequences", "1");
        json.WriteBoolean("past_present_share_buffer", true);
        settings.CopyNumber(json, "repetition_penalty", "1.0");
        settings.CopyNumber(json, "temperature", "1.0");
        settings.CopyNumber(json, "top_k", "50");
        settings.CopyNumber(json, "top_p", "1.0");
        json.WriteEndObject();
    }

    /// <summary>generation_config.json where it says something, else config.json.</summary>
    private sealed class Settings
    {
        private readonly JsonElement[] _sources;

        public Settings(string folder, DecoderConfig config)
        {
            JsonElement own = JsonDocument.Parse(config.Json).RootElement;
            string file = Path.Combine(folder, "generation_config.json");
            _sources = File.Exists(file) ? [Read(file), own] : [own];
        }

        public bool Flag(string key, bool fallback) =>
            Find(key) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : fallback;

        public void CopyNumber(Utf8JsonWriter json, string key, string fallback)
        {
            json.WritePropertyName(key);
            json.WriteRawValue(Find(key) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : fallback);
        }

        /// <summary>A token id, or a list of them; nothing where the model names none.</summary>
        public void CopyIds(Utf8JsonWriter json, string key)
        {
            if (Find(key) is not { ValueKind: JsonValueKind.Number or JsonValueKind.Array } ids)
                return;
            json.WritePropertyName(key);
            ids.WriteTo(json);
        }

        /// <summary>pad_token_id, or the first token that ends a text.</summary>
        public void WritePad(Utf8JsonWriter json)
        {
            JsonElement? pad = Find("pad_token_id") ?? Find("eos_token_id");
            if (pad is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0)
                pad = list[0];
            if (pad is { ValueKind: JsonValueKind.Number } id)
            {
                json.WritePropertyName("pad_token_id");
                id.WriteTo(json);
            }
        }

        private JsonElement? Find(string key)
        {
            foreach (JsonElement source in _sources)
            {
                if (source.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
                    return value;
            }

            return null;
        }

        private static JsonElement Read(string file)
        {
            try
            {
                JsonElement root = JsonDocument.Parse(InputFile.ReadAllBytes(file)).RootElement;
                return root.ValueKind == JsonValueKind.Object
                    ? root : throw new ModelFileException(
                        file, $"found {JsonErrors.NameOf(root.ValueKind)} at the top level, expected an object");
            }
            catch (JsonException e)
            {
                throw new ModelFileException(file, $"not valid JSON: {JsonErrors.Describe(e)}", e);
            }
        }
    }
}
