using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.AddedTokens;

/// <summary>
/// A token that is cut out of the text before anything else. SingleWord: only where no word character touches it;
/// StripLeft, StripRight: it takes the white space beside it; Normalized: it is looked for in normalized text, in its own
/// normalized form; Special: left out of decoded text on request, and readable as plain text on request.
/// </summary>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special)
{
    // Far above any token in use; without a limit, matching could take the length of a token for each character of a text.
    public const int MaximumLength = 1024;

    public static AddedToken Read(JsonValue value)
    {
        string content = value.Text("content");
        if (content.Length > MaximumLength)
            throw value.Error($"an added token of {content.Length} characters", $"at most {MaximumLength}");
        return new AddedToken(value.Required("id").AsNonNegative(), content, value.Flag("single_word"), value.Flag("lstrip"),
            value.Flag("rstrip"), value.Flag("normalized"), value.Flag("special"));
    }
}
