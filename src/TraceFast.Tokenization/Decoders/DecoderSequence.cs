using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Decoders;

/// <summary>One decoder after another.</summary>
internal sealed class DecoderSequence(IReadOnlyList<IDecoder> decoders) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        long before = tokens.Sum(t => (long)t.Length);
        foreach (IDecoder decoder in decoders)
        {
            tokens = decoder.Decode(tokens);
            ComponentLimits.CheckGrowth(before, tokens.Sum(t => (long)t.Length));
        }
        return tokens;
    }
}
