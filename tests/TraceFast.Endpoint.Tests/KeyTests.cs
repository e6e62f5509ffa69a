#pragma warning disable RCS0056 // Lines of data are as long as they are.

namespace TraceFast.Endpoint.Tests;

/// <summary>The key goes into one header and nowhere else. Alone, since the environment is the process's.</summary>
[Collection(nameof(KeyTests))]
[CollectionDefinition(nameof(KeyTests), DisableParallelization = true)]
public sealed class KeyTests : IDisposable
{
    private const string Key = "sk-test-4711-secret";
    private readonly string?[] _before = [.. EndpointOptions.KeyVariables.Select(Environment.GetEnvironmentVariable)];

    public void Dispose()
    {
        for (int i = 0; i < _before.Length; i++)
            Environment.SetEnvironmentVariable(EndpointOptions.KeyVariables[i], _before[i]);
    }

    [Fact]
    public async Task Is_sent_in_the_header_and_struck_out_of_errors_and_cache()
    {
        Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", $" {Key}\n");
        Environment.SetEnvironmentVariable("OPENAI_API_KEY", "sk-other");
        using TemporaryFolder folder = new();
        using ChatServer server = new(
            (_, i) => i == 0 ? ChatReply.Says("fine") : ChatReply.Fails(401, body: $"Incorrect API key provided: {Key}."));
        using ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path));
        await client.AskAsync("a");
        Assert.Contains($"Authorization: Bearer {Key}\r\n", server.Calls.First().Head, StringComparison.Ordinal);
        EndpointDeniedException e = await Assert.ThrowsAsync<EndpointDeniedException>(() => client.AskAsync("b"));
        Assert.DoesNotContain(Key, e.ToString(), StringComparison.Ordinal);
        Assert.Contains("provided: ***.", e.Message, StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(
                Key, file + await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_repeats_it_is_kept_without_it()
    {
        Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", Key);
        using TemporaryFolder folder = new();
        string escaped = string.Concat(Key.Select(c => $"\\u{(int)c:x4}"));
        using ChatServer server = new(
            (_, i) =>
                new ChatReply(
                    200, $$"""{"choices":[{"message":{"content":"I was sent {{(i == 0 ? Key : escaped)}}."},"finish_reason":"{{Key}}"}]}"""));
        using ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path));
        foreach (string question in new[] { "a", "b", "a" })
        {
            ChatAnswer answer = await client.AskAsync(question);
            Assert.Equal(("I was sent ***.", "***"), (answer.Text, answer.FinishReason));
        }

        Assert.Equal(2, server.Calls.Count);
        string[] kept = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(2, kept.Length);
        foreach (string file in kept)
            Assert.DoesNotContain(Key, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stand_in_for_a_key_is_a_word_like_others()
    {
        Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", "EMPTY");
        using ChatServer server = new((_, _) => ChatReply.Says("The list is EMPTY."));
        using ChatClient client = new(Asking.Quickly(server));
        Assert.Equal("The list is EMPTY.", (await client.AskAsync("a")).Text);
    }

    [Fact]
    public async Task A_header_that_repeats_it_is_not_shown()
    {
        Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", Key);
        using ChatServer server = new(
            (_, _) =>
                ChatReply.Writes(
                    async (stream, cancel) =>
                        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 X\r\nBearer {Key}\r\n\r\n"), cancel)));
        using ChatClient client = new(Asking.Quickly(server, retries: 0));
        EndpointException e = await Assert.ThrowsAnyAsync<EndpointException>(() => client.AskAsync("a"));
        Assert.DoesNotContain(Key, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_finds_the_same_answers()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, _) => ChatReply.Says("fine"));
        foreach (string key in new[] { "sk-one", "sk-two" })
        {
            Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", key);
            using ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path));
            await client.AskAsync("a");
        }

        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Without_one_no_header_is_sent()
    {
        foreach (string variable in EndpointOptions.KeyVariables)
            Environment.SetEnvironmentVariable(variable, null);
        using ChatServer server = new((_, _) => ChatReply.Says("fine"));
        using ChatClient client = new(Asking.Quickly(server));
        await client.AskAsync("a");
        Assert.DoesNotContain("Authorization", server.Calls.Single().Head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("sk-a\r\nX-Evil: 1")]
    [InlineData("sk-schlüssel")]
    public void A_key_that_no_header_may_hold_is_refused_without_naming_it(string key)
    {
        Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", key);
        EndpointOptionsException e = Assert.Throws<EndpointOptionsException>(
            () => new ChatClient(new EndpointOptions { BaseUrl = "http://localhost/v1", Model = "m" }));
        Assert.DoesNotContain(key, e.ToString(), StringComparison.Ordinal);
        Assert.Contains("TRACEFAST_API_KEY", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "m")]
    [InlineData("localhost:8000", "m")]
    [InlineData("ftp://host/v1", "m")]
    [InlineData("http://me:secret@host/v1", "m")]
    [InlineData("http://host/v1", " ")]
    public void Addresses_and_models_that_cannot_be_are_refused(string address, string model)
    {
        EndpointOptionsException e = Assert.Throws<EndpointOptionsException>(
            () => new ChatClient(new EndpointOptions { BaseUrl = address, Model = model }));
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://host:8000/v1", "http://host:8000/v1/chat/completions")]
    [InlineData("http://host:8000/v1/", "http://host:8000/v1/chat/completions")]
    [InlineData("http://host", "http://host/chat/completions")]
    [InlineData("https://host/v1/chat/completions", "https://host/v1/chat/completions")]
    [InlineData("https://host/d/chat/completions?api-version=1", "https://host/d/chat/completions?api-version=1")]
    public void The_address_is_completed(string given, string expected) =>
        Assert.Equal(expected, new EndpointOptions { BaseUrl = given, Model = "m" }.Address().AbsoluteUri);
}
