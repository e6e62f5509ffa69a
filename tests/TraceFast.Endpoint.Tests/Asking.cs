namespace TraceFast.Endpoint.Tests;

/// <summary>Options that do not make a test wait.</summary>
internal static class Asking
{
    public static EndpointOptions Quickly(ChatServer server, int retries = 3) => new()
    {
        BaseUrl = server.BaseUrl,
        Model = "judge",
        Retries = retries,
        BaseDelay = TimeSpan.FromMilliseconds(5),
        MaxDelay = TimeSpan.FromMilliseconds(40),
        CallTimeout = TimeSpan.FromSeconds(20),
    };

    public static async Task<ChatAnswer> AskAsync(this ChatClient client, string prompt) =>
        await client.AskAsync(ChatRequest.Of(prompt), TestContext.Current.CancellationToken);
}
