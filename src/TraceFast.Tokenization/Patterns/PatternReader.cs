using TraceFast.Data.CodePoints;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Patterns;

/// <summary>Reads a pattern: <c>{"String": "..."}</c> or <c>{"Regex": "..."}</c>.</summary>
internal static class PatternReader
{
    /// <exception cref="Data.InputException">It is neither, or the regular expression is malformed or not supported.</exception>
    public static IPattern Read(JsonConfig value)
    {
        JsonConfig? literal = value.Optional("String");
        JsonConfig? regex = value.Optional("Regex");
        if (literal is null == regex is null)
            throw value.Error(literal is null ? "neither \"String\" nor \"Regex\"" : "both \"String\" and \"Regex\"", "one of the two");
        if (literal?.AsText() is { Length: > 0 } text)
            return new LiteralPattern(text);
        string pattern = regex?.AsText() ?? "";
        try
        {
            return new RegexPattern(pattern);
        }
        catch (RegexSyntaxException e)
        {
            throw (regex ?? literal!.Value).Error(e.Message, "a regular expression in Oniguruma's syntax");
        }
    }
}
