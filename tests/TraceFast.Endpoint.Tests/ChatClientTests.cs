using System.Diagnostics;
using System.Text.Json;

namespace TraceFast.Endpoint.Tests;

public sealed class ChatClientTests
{
    [Fact]
    public async Task Sends_the_request_that_the_api_expects()
    {
        using ChatServer server = new((_, _) => ChatReply.Says("七 \"yes\" 😀"));
        using ChatClient client = new(Asking.Quickly(server));
        ChatRequest request = new([new("system", "Judge."), ChatMessage.User("字 \u2028 \ud800 <x>")]) { MaxTokens = 12, TopP = 0.5,
            Seed = 7, SampleIndex = 3 };
        ChatAnswer answer = await client.AskAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("七 \"yes\" 😀", answer.Text);
        Assert.Equal("stop", answer.FinishReason);
        Assert.Equal(new TokenUsage(10, 5), answer.Usage);
        Assert.False(answer.FromCache);
        ChatCall call = Assert.Single(server.Calls);
        Assert.StartsWith("POST /v1/chat/completions HTTP/1.1\r\n", call.Head);
        using JsonDocument body = JsonDocument.Parse(call.Body);
        JsonElement root = body.RootElement;
        Assert.Equal("judge", root.GetProperty("model").GetString());
        Assert.Equal("system", root.GetProperty("messages")[0].GetProperty("role").GetString());
        Assert.Equal("字 \u2028 \ufffd <x>", root.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.Equal(0, root.GetProperty("temperature").GetDouble());
        Assert.Equal(12, root.GetProperty("max_tokens").GetInt32());
        Assert.Equal(["model", "messages", "temperature", "top_p", "max_tokens", "seed"], root.EnumerateObject().Select(p => p.Name));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(408)]
    public async Task Tries_again_what_passes(int status)
    {
        using ChatServer server = new((_, i) => i < 2 ? ChatReply.Fails(status) : ChatReply.Says("ok"));
        using ChatClient client = new(Asking.Quickly(server));
        Assert.Equal("ok", (await client.AskAsync("?")).Text);
        Assert.Equal(3, server.Calls.Count);
        Assert.Equal(2, client.Report().Retries);
        Assert.Equal(1, client.Report().Answered);
        Assert.Equal(0, client.Report().Failed);
    }

    [Fact]
    public async Task WaitsAsLongAsTheServerAsks_AllCallsDo()
    {
        using ChatServer server = new((_, i) => i == 0 ? ChatReply.Fails(429, "Retry-After: 1\r\n") : ChatReply.Says("ok"));
        using ChatClient client = new(Asking.Quickly(server));
        long start = Stopwatch.GetTimestamp();
        Task<ChatAnswer> first = client.AskAsync("a");
        while (server.Calls.IsEmpty)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await Task.Delay(150, TestContext.Current.CancellationToken); // the refusal has arrived
        Assert.Equal("ok", (await client.AskAsync("b")).Text);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds > 0.9, "a call begun after the Retry-After did not wait for it");
        Assert.Equal("ok", (await first).Text);
    }

    [Fact]
    public async Task Takes_a_retry_after_that_is_a_date()
    {
        string date = DateTimeOffset.UtcNow.AddSeconds(2).ToString("R");
        using ChatServer server = new((_, i) => i == 0 ? ChatReply.Fails(503, $"Retry-After: {date}\r\n") : ChatReply.Says("ok"));
        using ChatClient client = new(Asking.Quickly(server));
        long start = Stopwatch.GetTimestamp();
        Assert.Equal("ok", (await client.AskAsync("a")).Text);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds > 0.8);
    }

    [Fact]
    public async Task Does_not_wait_for_hours()
    {
        using ChatServer server = new((_, _) => ChatReply.Fails(429, "Retry-After: 7200\r\n"));
        using ChatClient client = new(Asking.Quickly(server));
        EndpointUnavailableException e = await Assert.ThrowsAsync<EndpointUnavailableException>(() => client.AskAsync("a"));
        Assert.Contains("7200 s", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Gives_up_a_call_after_its_retries()
    {
        using ChatServer server = new((_, _) => ChatReply.Fails(500, body: "overloaded"));
        using ChatClient client = new(Asking.Quickly(server, retries: 2));
        EndpointUnavailableException e = await Assert.ThrowsAsync<EndpointUnavailableException>(() => client.AskAsync("a"));
        Assert.Contains("status 500: overloaded (after 2 retries)", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Calls.Count);
        Assert.Equal(1, client.Report().Failed);
    }

    [Theory]
    [InlineData(400, typeof(EndpointRefusedException))]
    [InlineData(413, typeof(EndpointRefusedException))]
    [InlineData(422, typeof(EndpointRefusedException))]
    [InlineData(501, typeof(EndpointRefusedException))]
    [InlineData(401, typeof(EndpointDeniedException))]
    [InlineData(403, typeof(EndpointDeniedException))]
    [InlineData(404, typeof(EndpointDeniedException))]
    [InlineData(302, typeof(EndpointDeniedException))]
    public async Task Does_not_repeat_what_will_not_pass(int status, Type expected)
    {
        using ChatServer server = new((_, _) => ChatReply.Fails(status, "Location: http://127.0.0.1:1/\r\n"));
        using ChatClient client = new(Asking.Quickly(server));
        Exception e = (await Record.ExceptionAsync(() => client.AskAsync("a")))!;
        Assert.IsType(expected, e);
        Assert.Contains($"status {status}", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Ends_a_slow_call_and_tries_again()
    {
        using ChatServer server = new((_, i) => ChatReply.Says("ok") with { Delay = i == 0 ? TimeSpan.FromSeconds(30) : default });
        using ChatClient client = new(Asking.Quickly(server) with { CallTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal("ok", (await client.AskAsync("a")).Text);
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Says_when_it_was_too_slow()
    {
        using ChatServer server = new((_, _) => ChatReply.Says("ok") with { Delay = TimeSpan.FromSeconds(30) });
        using ChatClient client = new(Asking.Quickly(server, retries: 1) with { CallTimeout = TimeSpan.FromMilliseconds(200) });
        EndpointUnavailableException e = await Assert.ThrowsAsync<EndpointUnavailableException>(() => client.AskAsync("a"));
        Assert.Contains("within 0.2 s (after 1 retries)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tries_again_after_a_cut_connection()
    {
        using ChatServer server = new((_, i) => i == 0 ? ChatReply.Breaks() : ChatReply.Says("ok"));
        using ChatClient client = new(Asking.Quickly(server));
        Assert.Equal("ok", (await client.AskAsync("a")).Text);
    }

    [Fact]
    public async Task Says_when_nobody_listens()
    {
        ChatServer server = new((_, _) => ChatReply.Says("ok"));
        EndpointOptions options = Asking.Quickly(server, retries: 1);
        server.Dispose();
        using ChatClient client = new(options);
        await Assert.ThrowsAsync<EndpointUnavailableException>(() => client.AskAsync("a"));
    }

    [Theory]
    [InlineData("<html>busy</html>", "not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("[1]", "a JSON array")]
    [InlineData("{}", "without \"choices\"")]
    [InlineData("{\"choices\":[]}", "without \"choices\"")]
    [InlineData("{\"choices\":[7]}", "no \"message\"")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":[1]}}]}", "\"content\" is a JSON array")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"\\ud800\"}}]}", "Unicode")]
    public async Task Says_what_is_no_completion(string body, string expected)
    {
        using ChatServer server = new((_, _) => new ChatReply(200, body));
        using ChatClient client = new(Asking.Quickly(server, retries: 1));
        EndpointProtocolException e = await Assert.ThrowsAsync<EndpointProtocolException>(() => client.AskAsync("a"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Calls.Count);
    }

    [Theory]
    [InlineData("{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"content_filter\"}]}")]
    [InlineData(
        "{\"choices\":[{\"message\":{},\"finish_reason\":\"content_filter\"}],\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":1.5}}")]
    public async Task An_answer_without_content_is_empty(string body)
    {
        using ChatServer server = new((_, _) => new ChatReply(200, body));
        using ChatClient client = new(Asking.Quickly(server));
        ChatAnswer answer = await client.AskAsync("a");
        Assert.Equal("", answer.Text);
        Assert.Equal("content_filter", answer.FinishReason);
        Assert.Equal(default, answer.Usage);
        Assert.Equal(1, client.Report().WithoutUsage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public async Task Refuses_a_huge_body(string headers)
    {
        // A chunked body does not say its length: 64 KiB in one chunk.
        string body = headers.Length == 0 ? new string('x', 1 << 16) : $"10000\r\n{new string('x', 1 << 16)}\r\n0\r\n\r\n";
        using ChatServer server = new((_, _) => new ChatReply(200, body, headers));
        using ChatClient client = new(Asking.Quickly(server) with { MaxResponseBytes = 1 << 14 });
        EndpointProtocolException e = await Assert.ThrowsAsync<EndpointProtocolException>(() => client.AskAsync("a"));
        Assert.Contains("longer than 16384 bytes", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Keeps_to_its_places()
    {
        using ChatServer server = new((_, _) => ChatReply.Says("ok") with { Delay = TimeSpan.FromMilliseconds(20) });
        using ChatClient client = new(Asking.Quickly(server) with { Concurrency = 3 });
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => client.AskAsync($"{i}")));
        Assert.Equal(24, server.Calls.Count);
        Assert.InRange(server.MostUnderWay, 2, 3);
    }

    [Fact]
    public async Task Asks_nothing_more_of_a_server_that_is_down()
    {
        using ChatServer server = new((_, _) => ChatReply.Fails(500));
        using ChatClient client = new(Asking.Quickly(server, retries: 0) with { Concurrency = 1, FailuresBeforeGivingUp = 4 });
        for (int i = 0; i < 4; i++)
            await Assert.ThrowsAsync<EndpointUnavailableException>(() => client.AskAsync($"{i}"));
        EndpointGivenUpException e = await Assert.ThrowsAsync<EndpointGivenUpException>(() => client.AskAsync("more"));
        Assert.Contains("4 calls in a row", e.Message, StringComparison.Ordinal);
        Assert.Contains("status 500", e.Message, StringComparison.Ordinal);
        Assert.Equal(4, server.Calls.Count);
    }

    [Fact]
    public async Task Equal_calls_under_way_are_one()
    {
        using ChatServer server = new((_, _) => ChatReply.Says("ok") with { Delay = TimeSpan.FromMilliseconds(100) });
        using ChatClient client = new(Asking.Quickly(server));
        ChatAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.AskAsync("same")));
        Assert.All(answers, a => Assert.Equal("ok", a.Text));
        Assert.Single(server.Calls);
        Assert.Equal((1, 9), (client.Report().Answered, client.Report().FromCache));
    }

    [Fact]
    public async Task ACancelledCallEndsAtOnce_OthersOfTheSameRequestGoOn()
    {
        using ChatServer server = new((_, i) => ChatReply.Says("ok") with { Delay = TimeSpan.FromSeconds(i == 0 ? 30 : 0) });
        using ChatClient client = new(Asking.Quickly(server));
        using CancellationTokenSource cancel = new();
        Task<ChatAnswer> first = client.AskAsync(ChatRequest.Of("same"), cancel.Token);
        while (server.Calls.IsEmpty)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Task<ChatAnswer> second = client.AskAsync("same");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("ok", (await second).Text);
    }

    [Fact]
    public async Task Reports_tokens_rate_and_cost()
    {
        using ChatServer server = new((_, i) => ChatReply.Says("ok", 1000 * (i + 1), 200));
        using ChatClient client = new(Asking.Quickly(server) with { PromptPricePerMillion = 2.5, CompletionPricePerMillion = 10 });
        await client.AskAsync("a");
        await client.AskAsync("b");
        EndpointReport report = client.Report();
        Assert.Equal((3000, 400), (report.PromptTokens, report.CompletionTokens));
        Assert.Equal(((3000 * 2.5) + (400 * 10)) / 1e6, report.Cost!.Value, 12);
        Assert.True(report.CallsPerSecond > 0);
        Assert.Contains(
            "2 calls answered, 0 from the cache, 0 failed, 0 retries; 3000 prompt and 400 completion tokens", report.ToString(),
            StringComparison.Ordinal);
    }
}
