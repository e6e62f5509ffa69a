namespace TraceFast.Endpoint.Tests;

public sealed class AnswerCacheTests
{
    [Fact]
    public async Task Answered_once_is_asked_once()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, i) => ChatReply.Says($"{i}: {call.Prompt} 字\r\n\0 \ud83d\ude00"));
        ChatAnswer first, second;
        using (ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path)))
            first = await client.AskAsync("a");
        using (ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path)))
        {
            second = await client.AskAsync("a");
            Assert.Equal((0, 1), (client.Report().Answered, client.Report().FromCache));
        }

        Assert.Equal(first with { FromCache = true }, second);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Whatever_is_sent_and_the_sample_index_are_the_key()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, i) => ChatReply.Says($"{i}"));
        ChatRequest request = ChatRequest.Of("a");
        ChatRequest[] all =
        [
            request, request with { Temperature = 1 }, request with { Temperature = null }, request with { MaxTokens = 5 },
            request with { TopP = 0.5 }, request with { Seed = 5 },
            request with { SampleIndex = 1 }, ChatRequest.Of("b"), request.Then("x", "a"), new([new("system", "a")]),
        ];
        foreach (string model in new[] { "m1", "m2" })
        {
            using ChatClient client = new(Asking.Quickly(server) with { Model = model }, new AnswerCache(folder.Path));
            foreach (ChatRequest one in all)
                Assert.False((await client.AskAsync(one, TestContext.Current.CancellationToken)).FromCache);
            foreach (ChatRequest one in all)
                Assert.True((await client.AskAsync(one, TestContext.Current.CancellationToken)).FromCache);
        }

        Assert.Equal(2 * all.Length, server.Calls.Count);
    }

    [Fact]
    public async Task An_entry_that_calls_the_sample_index_draw_as_before_is_read()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, _) => ChatReply.Says("YES"));
        using ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path));
        ChatRequest request = ChatRequest.Of("a") with { SampleIndex = 3 };
        await client.AskAsync(request, TestContext.Current.CancellationToken);
        string file = Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories).Single();
        string entry = File.ReadAllText(file);
        Assert.Contains("\"sample_index\": 3", entry, StringComparison.Ordinal);
        File.WriteAllText(file, entry.Replace("\"sample_index\"", "\"draw\"", StringComparison.Ordinal));
        Assert.True((await client.AskAsync(request, TestContext.Current.CancellationToken)).FromCache);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Failures_are_not_stored()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, i) => i == 0 ? ChatReply.Fails(400) : ChatReply.Says("ok"));
        using ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path));
        await Assert.ThrowsAsync<EndpointRefusedException>(() => client.AskAsync("a"));
        Assert.Equal("ok", (await client.AskAsync("a")).Text);
    }

    [Fact]
    public async Task An_entry_truncated_or_changed_anywhere_is_not_valid()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, _) => ChatReply.Says("YES"));
        using ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path));
        await client.AskAsync("a");
        string file = Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories).Single();
        byte[] whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        int calls = 1;
        async Task IsAskedAgain(byte[] bytes)
        {
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
            ChatAnswer answer = await client.AskAsync("a");
            Assert.Equal("YES", answer.Text);
            // Whitespace and indentation may differ; then the valid entry is what was answered.
            if (!answer.FromCache)
                calls++;
            Assert.Equal(calls, server.Calls.Count);
        }

        for (int length = 0; length < whole.Length - 2; length += 7)
        {
            int seen = calls;
            await IsAskedAgain(whole[..length]);
            Assert.Equal(seen + 1, calls);
        }

        Random random = new(5);
        for (int i = 0; i < 60; i++)
        {
            byte[] changed = [.. whole];
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(7));
            await IsAskedAgain(changed);
        }

        await IsAskedAgain("null"u8.ToArray());
        await IsAskedAgain("{\"key\": 7}"u8.ToArray());
    }

    [Fact]
    public async Task Another_requests_entry_under_this_name_is_not_valid()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ChatReply.Says(call.Prompt));
        using ChatClient client = new(Asking.Quickly(server), new AnswerCache(folder.Path));
        await client.AskAsync("a");
        string first = Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories).Single();
        await client.AskAsync("b");
        string second = Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories).Single(f => f != first);
        File.Copy(first, second, overwrite: true);
        Assert.Equal("b", (await client.AskAsync("b")).Text);
        Assert.Equal(3, server.Calls.Count);
    }

    [Fact]
    public async Task Many_clients_share_a_folder()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ChatReply.Says("re " + call.Prompt));
        ChatClient[] clients = [
            .. Enumerable.Range(0, 4).Select(_ => new ChatClient(Asking.Quickly(server), new AnswerCache(folder.Path)))];
        await Task.WhenAll(
            Enumerable.Range(0, 200).Select(async i => Assert.Equal($"re {i % 25}", (await clients[i % 4].AskAsync($"{i % 25}")).Text)));
        Assert.Equal(25, Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories).Count());
        Assert.Equal(25, Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Count());
        Array.ForEach(clients, c => c.Dispose());
    }

    [Fact]
    public async Task A_run_that_is_stopped_and_restarted_asks_no_answered_call_twice()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        using ChatServer server = new((call, i) =>
        {
            if (i == 17)
                stop.Cancel(); // whatever is under way now dies
            return ChatReply.Says("re " + call.Prompt) with { Delay = TimeSpan.FromMilliseconds(i >= 17 ? 400 : 2) };
        });
        EndpointOptions options = Asking.Quickly(server) with { Concurrency = 4 };
        using (ChatClient client = new(options, new AnswerCache(folder.Path)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => Task.WhenAll(Enumerable.Range(0, 40).Select(i => client.AskAsync(ChatRequest.Of($"{i}"), stop.Token))));
        // A process killed while it wrote leaves files that are not renamed yet.
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "ab.json.writing-1"), "{", TestContext.Current.CancellationToken);
        int Stored() => Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories).Count();
        int kept;
        do // an answer that was on its way when the run was stopped may still be stored
        {
            kept = Stored();
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }
        while (Stored() != kept);
        Assert.InRange(kept, 10, 30);
        int before = server.Calls.Count;
        using ChatClient again = new(options, new AnswerCache(folder.Path));
        ChatAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => again.AskAsync($"{i}")));
        Assert.All(answers, (a, i) => Assert.Equal($"re {i}", a.Text));
        Assert.Equal(40 - kept, server.Calls.Count - before);
        Assert.Equal((40 - kept, kept), (again.Report().Answered, again.Report().FromCache));
    }
}
