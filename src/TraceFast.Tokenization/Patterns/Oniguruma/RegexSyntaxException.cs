namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>A pattern that is malformed or uses a construct that is not supported; the reader of the file says where it stands.</summary>
internal sealed class RegexSyntaxException(string message) : Exception(message);
