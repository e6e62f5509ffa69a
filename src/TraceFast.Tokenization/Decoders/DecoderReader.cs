using System.Text;
using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization.Decoders;

/// <summary>Reads <c>$.decoder</c>.</summary>
internal static class DecoderReader
{
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static IDecoder? Read(JsonValue? section)
    {
        if (section is not { } value)
            return null;
        var chain = new List<IDecoder>();
        Add(value, chain);
        ComponentLimits.CheckCount(value, chain.Count);
        return new DecoderSequence(chain);
    }

    private static void Add(JsonValue value, List<IDecoder> chain)
    {
        if (value.Text("type") != "Sequence")
        {
            chain.Add(Component(value));
            return;
        }
        foreach (JsonValue item in value.Required("decoders").Items())
            Add(item, chain);
    }

    private static IDecoder Component(JsonValue value)
    {
        string type = value.Text("type");
        switch (type)
        {
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Replace":
                return new ReplaceDecoder(PatternReader.Read(value.Required("pattern")), value.Text("content"));
            case "Strip":
                return new StripDecoder(Character(value.Required("content")), value.Required("start").AsNonNegative(), value.Required("stop").AsNonNegative());
            case "Metaspace":
                (string replacement, PrependScheme scheme) = MetaspacePreTokenizer.ReadSettings(value);
                return new MetaspaceDecoder(replacement, scheme);
            case "BPEDecoder":
                return new WordSuffixDecoder(value.Text("suffix"));
            default:
                throw value.Required("type").Error($"the decoder \"{type}\"",
                    "one of Sequence, ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, BPEDecoder");
        }
    }

    private static Rune Character(JsonValue value)
    {
        string text = value.AsText();
        return Rune.DecodeFromUtf16(text, out Rune rune, out int units) == System.Buffers.OperationStatus.Done && units == text.Length
            ? rune
            : throw value.Error($"\"{text}\"", "one character");
    }
}
