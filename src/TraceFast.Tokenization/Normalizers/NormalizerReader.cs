using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.Normalizers;

/// <summary>Reads <c>$.normalizer</c>.</summary>
internal static class NormalizerReader
{
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static INormalizer? Read(JsonValue? section)
    {
        if (section is not { } value)
            return null;
        var chain = new List<INormalizer>();
        Add(value, chain);
        ComponentLimits.CheckCount(value, chain.Count);
        return new NormalizerSequence(chain);
    }

    private static void Add(JsonValue value, List<INormalizer> chain)
    {
        if (value.Text("type") != "Sequence")
        {
            chain.Add(Component(value));
            return;
        }
        foreach (JsonValue item in value.Required("normalizers").Items())
            Add(item, chain);
    }

    private static INormalizer Component(JsonValue value)
    {
        string type = value.Text("type");
        return type switch
        {
            "NFC" => new UnicodeNormalizer(UnicodeForm.NFC),
            "NFD" => new UnicodeNormalizer(UnicodeForm.NFD),
            "NFKC" => new UnicodeNormalizer(UnicodeForm.NFKC),
            "NFKD" => new UnicodeNormalizer(UnicodeForm.NFKD),
            "Lowercase" => new LowercaseNormalizer(),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(value.Required("pattern")), value.Text("content")),
            "Prepend" => new PrependNormalizer(value.Text("prepend")),
            "Strip" => new StripNormalizer(value.Flag("strip_left"), value.Flag("strip_right")),
            "StripAccents" => new StripAccentsNormalizer(),
            _ => throw value.Required("type").Error($"the normalizer \"{type}\"",
                "one of Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Replace, Prepend, Strip, StripAccents"),
        };
    }
}
