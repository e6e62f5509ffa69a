using TraceFast.Data.Json;
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

    /// <summary>An entry of tokenizer.json, which states all flags.</summary>
    public static AddedToken Read(JsonConfig value)
    {
        string content = ReadContent(value);
        return new AddedToken(value.Required("id").AsInteger(), content, value.Flag("single_word"), value.Flag("lstrip"),
            value.Flag("rstrip"), value.Flag("normalized"), value.Flag("special"));
    }

    /// <summary>An entry of a file beside it, with transformers' defaults for the flags that it leaves out.</summary>
    public static AddedToken ReadCompanion(JsonConfig value, int id, bool? special = null)
    {
        bool isSpecial = special ?? value.Flag("special", false);
        return new AddedToken(id, ReadContent(value), value.Flag("single_word", false), value.Flag("lstrip", false),
            value.Flag("rstrip", false), value.Flag("normalized", !isSpecial), isSpecial);
    }

    /// <summary>A special token that is given as text alone.</summary>
    public static AddedToken SpecialOf(string content) => new(0, content, false, false, false, Normalized: false, Special: true);

    private static string ReadContent(JsonConfig value)
    {
        string content = value.Text("content");
        return content.Length <= MaximumLength ? content
            : throw value.Error($"an added token of {content.Length} characters", $"at most {MaximumLength}");
    }
}
