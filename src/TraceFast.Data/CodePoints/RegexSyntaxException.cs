namespace TraceFast.Data.CodePoints;

/// <summary>A pattern that is malformed or uses a construct that is not supported. Whoever read it says where it was found.</summary>
public sealed class RegexSyntaxException(string message) : Exception(message);
