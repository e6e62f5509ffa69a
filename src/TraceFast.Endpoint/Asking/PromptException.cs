namespace TraceFast.Endpoint.Asking;

/// <summary>
/// A user's prompt cannot be: its file cannot be read or has no prompt's name, or a slot is unknown or missing. Names the file.
/// </summary>
public sealed class PromptException(string message, Exception? inner = null) : EndpointException(message, inner);
