using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Tokenization.Training;

/// <summary>A learned vocabulary: token texts by id, merges in order of rank, and the special tokens among them.</summary>
public sealed record LearnedBpe(
    IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges, IReadOnlyList<string> SpecialTokens)
{
    /// <summary>Writes tokenizer.json as Hugging Face tokenizers reads it.</summary>
    public void WriteTokenizerJson(string path)
    {
        using FileStream stream = File.Create(path);
        using Utf8JsonWriter json = new(
            stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        for (int id = 0; id < SpecialTokens.Count; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", SpecialTokens[id]);
            foreach (string flag in new[] { "single_word", "lstrip", "rstrip", "normalized" })
                json.WriteBoolean(flag, false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("normalizer");
        WriteByteLevel(json, "pre_tokenizer");
        json.WriteNull("post_processor");
        WriteByteLevel(json, "decoder");
        WriteModel(json);
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    private void WriteModel(Utf8JsonWriter json)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (string absent in new[] { "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix" })
            json.WriteNull(absent);
        foreach (string flag in new[] { "fuse_unk", "byte_fallback", "ignore_merges" })
            json.WriteBoolean(flag, false);
        json.WriteStartObject("vocab");
        for (int id = 0; id < Tokens.Count; id++)
            json.WriteNumber(Tokens[id], id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach ((string left, string right) in Merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(left);
            json.WriteStringValue(right);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
