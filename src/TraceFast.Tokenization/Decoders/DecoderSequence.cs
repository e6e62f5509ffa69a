namespace TraceFast.Tokenization.Decoders;

/// <summary>One decoder after another.</summary>
internal sealed class DecoderSequence(IReadOnlyList<IDecoder> decoders) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        foreach (IDecoder decoder in decoders)
            tokens = decoder.Decode(tokens);
        return tokens;
    }
}
