using System.Text;
using System.Text.Json;

namespace TraceFast.Tokenization.Tests;

/// <summary>Writes a SentencePiece tokenizer.model byte by byte: protocol buffers, field numbers of sentencepiece_model.proto.</summary>
internal sealed class SentencePieceModel
{
    public const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Byte = 6;

    public const int Unigram = 1, BytePairs = 2;

    public List<(string Piece, float Score, int Type)> Pieces { get; } = [("<unk>", 0, Unknown), ("<s>", 0, Control), ("</s>", 0, Control)];

    public int ModelType { get; set; } = BytePairs;

    public bool AddDummyPrefix { get; set; } = true;

    public bool RemoveExtraWhitespaces { get; set; }

    public byte[] CharacterMap { get; set; } = [];

    public bool ByteFallback => Pieces.Exists(p => p.Type == Byte);

    public void AddBytes(float score = 0) =>
        Pieces.AddRange(Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", score, Byte)));

    /// <summary>The model of a tokenizer.json with BPE: a piece's score is the negative rank of the merge that makes it.</summary>
    public static SentencePieceModel Of(string tokenizerJson)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(tokenizerJson));
        JsonElement bpe = json.RootElement.GetProperty("model");
        Dictionary<string, float> scores = new(StringComparer.Ordinal);
        foreach (JsonElement merge in bpe.GetProperty("merges").EnumerateArray())
        {
            string merged = merge.ValueKind == JsonValueKind.Array ? merge[0].GetString() + merge[1].GetString()
                : merge.GetString()!.Replace(" ", "", StringComparison.Ordinal);
            scores.TryAdd(merged, -scores.Count);
        }
        SentencePieceModel model = new();
        foreach (JsonProperty token in bpe.GetProperty("vocab").EnumerateObject().OrderBy(t => t.Value.GetInt32()).Skip(3))
        {
            int type = token.Name.StartsWith("<0x", StringComparison.Ordinal) ? Byte : Normal;
            model.Pieces.Add((token.Name, scores.GetValueOrDefault(token.Name, -1e6f), type));
        }
        return model;
    }

    public byte[] ToBytes()
    {
        MemoryStream file = new();
        foreach ((string piece, float score, int type) in Pieces)
        {
            MemoryStream message = new();
            Bytes(message, 1, Encoding.UTF8.GetBytes(piece));
            Varint(message, 2 << 3 | 5);
            message.Write(BitConverter.GetBytes(score));
            Number(message, 3, type);
            Bytes(file, 1, message.ToArray());
        }
        MemoryStream trainer = new();
        Number(trainer, 3, ModelType);
        Number(trainer, 35, ByteFallback ? 1 : 0);
        Number(trainer, 40, 0);
        Number(trainer, 41, 1);
        Number(trainer, 42, 2);
        Bytes(file, 2, trainer.ToArray());
        MemoryStream normalizer = new();
        Bytes(normalizer, 1, "identity"u8.ToArray());
        Bytes(normalizer, 2, CharacterMap);
        Number(normalizer, 3, AddDummyPrefix ? 1 : 0);
        Number(normalizer, 4, RemoveExtraWhitespaces ? 1 : 0);
        Number(normalizer, 5, 1);
        Bytes(file, 3, normalizer.ToArray());
        return file.ToArray();
    }

    private static void Varint(MemoryStream target, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            target.WriteByte((byte)(value | 0x80));
        target.WriteByte((byte)value);
    }

    private static void Number(MemoryStream target, int field, int value)
    {
        Varint(target, (uint)field << 3);
        Varint(target, (uint)value);
    }

    private static void Bytes(MemoryStream target, int field, byte[] value)
    {
        Varint(target, (uint)field << 3 | 2);
        Varint(target, (uint)value.Length);
        target.Write(value);
    }
}
