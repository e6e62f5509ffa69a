namespace TraceFast.Gate;

/// <summary>A gate run came to no decision, and may not pass for one without a regression: exit code 3.</summary>
public sealed class CannotDecideException(string message) : Exception(message);
