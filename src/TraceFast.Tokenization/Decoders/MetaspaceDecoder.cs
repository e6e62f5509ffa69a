using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization.Decoders;

/// <summary>Writes the visible space as a space again; in the first token it is left out where the pre-tokenizer may have put it in.</summary>
internal sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        foreach (string token in tokens)
        {
            string space = decoded.Count == 0 && scheme != PrependScheme.Never ? "" : " ";
            decoded.Add(token.Replace(replacement, space, StringComparison.Ordinal));
        }
        return decoded;
    }
}
