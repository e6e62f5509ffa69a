namespace TraceFast.Endpoint;

/// <summary>An endpoint gave no answer. Messages name the address without credentials or query, and never the key.</summary>
public abstract class EndpointException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>An option cannot be: a wrong address, a key with characters that no header may hold, a limit of zero.</summary>
public sealed class EndpointOptionsException(string message) : EndpointException(message);

/// <summary>
/// The server refuses this client or address whatever is asked (401, 403, 404, a redirect): there is no use in asking on.
/// </summary>
public sealed class EndpointDeniedException(string message, int status) : EndpointException(message)
{
    public int Status { get; } = status;
}

/// <summary>The server refuses this one request (400, 413, 422 ...), for example because it is too long; others may be answered.</summary>
public sealed class EndpointRefusedException(string message, int status) : EndpointException(message)
{
    public int Status { get; } = status;
}

/// <summary>Busy, failing, slow or out of reach, still so after the last retry.</summary>
public sealed class EndpointUnavailableException(string message, Exception? inner = null) : EndpointException(message, inner);

/// <summary>What came back is no chat completion: no JSON, other JSON, or more bytes than the limit.</summary>
public sealed class EndpointProtocolException(string message, Exception? inner = null) : EndpointException(message, inner)
{
    /// <summary>More bytes than the limit: asking again would bring them again.</summary>
    public bool IsTooLong { get; init; }
}

/// <summary>So many calls in a row failed for good that asking on is of no use; what was answered is in the cache.</summary>
public sealed class EndpointGivenUpException(string message, Exception? inner = null) : EndpointException(message, inner);
