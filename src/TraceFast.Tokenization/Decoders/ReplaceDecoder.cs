using TraceFast.Tokenization.Normalizers;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.Decoders;

/// <summary>Puts a fixed text in place of each match, token by token.</summary>
internal sealed class ReplaceDecoder(IPattern pattern, string content) : IDecoder
{
    private readonly ReplaceNormalizer replace = new(pattern, content);

    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(token =>
    {
        int origin = 0;
        return replace.Normalize(token, ref origin);
    });
}
