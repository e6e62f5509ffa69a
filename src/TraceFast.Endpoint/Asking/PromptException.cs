namespace TraceFast.Endpoint.Asking;

/// <summary>A user's prompt can not be: its file can not be read or has no prompt's name, or a slot is unknown or missing. Names the file.</summary>
public sealed class PromptException(string message, Exception? inner = null) : EndpointException(message, inner);
