namespace TraceFast.Tokenization.Decoders;

/// <summary>Joins all tokens into one, for decoders that look at the ends of the text.</summary>
internal sealed class FuseDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}
