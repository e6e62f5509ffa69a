namespace TraceFast.Tokenization.Decoders;

/// <summary>The end-of-word suffix becomes a space, in the last token nothing (BPEDecoder).</summary>
internal sealed class WordSuffixDecoder(string suffix) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        if (suffix.Length == 0)
            return tokens;
        var decoded = new List<string>(tokens.Count);
        foreach (string token in tokens)
            decoded.Add(token.Replace(suffix, decoded.Count == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal));
        return decoded;
    }
}
