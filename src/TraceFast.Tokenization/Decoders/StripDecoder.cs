using System.Text;

namespace TraceFast.Tokenization.Decoders;

/// <summary>Takes up to <paramref name="start"/> characters off the front of each token and up to <paramref name="stop"/> off its end, where they are <paramref name="content"/>.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : IDecoder
{
    private readonly string content = content.ToString();

    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    private string Strip(string token)
    {
        ReadOnlySpan<char> rest = token;
        for (int i = 0; i < start && rest.StartsWith(content); i++)
            rest = rest[content.Length..];
        for (int i = 0; i < stop && rest.EndsWith(content); i++)
            rest = rest[..^content.Length];
        return rest.Length == token.Length ? token : rest.ToString();
    }
}
