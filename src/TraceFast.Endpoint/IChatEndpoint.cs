namespace TraceFast.Endpoint;

/// <summary>Something that answers chats. Safe to call from many threads at once.</summary>
public interface IChatEndpoint
{
    /// <exception cref="EndpointException">There is no answer, and why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancel = default);
}
