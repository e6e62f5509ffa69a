using System.Diagnostics;
using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>eval with a judge: a scripted server on the loopback interface.</summary>
public sealed class JudgedEvalTests
{
    private const string Key = "sk-end-to-end-0815";

    [Fact]
    public void Trace_is_judged_reported_and_written_record_by_record()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new(
            (call, _) =>
                ChatReply.Says(
                    call.Prompt.Contains("春天3", StringComparison.Ordinal) ? "No.\nVERDICT: NO" : "Fine.\nVERDICT: YES", 100, 10));
        string responses = Responses(folder, 5);
        CommandResult result = CommandHarness.Run(
            ["eval", "--bench",
                "trace", "--responses", responses, "--judge", server.BaseUrl, "--judge-model", "m", "--cache", folder["cache"], "--price",
                "1,10", "--json", "--per-record", folder["out.jsonl"], "--html", folder["page.html"]]).Succeeds();
        using JsonDocument json = JsonDocument.Parse(Assert.Single(result.Lines));
        Assert.Equal(0.8, json.RootElement.GetProperty("if_m").GetDouble());
        Assert.Equal(0.9, json.RootElement.GetProperty("constraints").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("if_s").ValueKind);
        Assert.Equal(1, json.RootElement.GetProperty("by_category").GetProperty("numeric").GetProperty("constraints").GetDouble());
        Assert.Equal("5 of 10", json.RootElement.GetProperty("facts").GetProperty("constraints decided by program").GetString());
        Assert.Equal("m", json.RootElement.GetProperty("facts").GetProperty("judge").GetString());
        Assert.Contains(
            "m: 5 calls answered, 0 from the cache, 0 failed, 0 retries; 500 prompt and 50 completion tokens", result.Log,
            StringComparison.Ordinal);
        Assert.Contains("cost 0.001", result.Log, StringComparison.Ordinal);
        string[] records = File.ReadAllLines(folder["out.jsonl"]);
        Assert.Equal(5, records.Length);
        using JsonDocument third = JsonDocument.Parse(records[3]);
        Assert.Equal("violated", third.RootElement.GetProperty("constraints")[1].GetProperty("outcome").GetString());
        Assert.Contains("春天3", File.ReadAllText(folder["page.html"]), StringComparison.Ordinal);

        // Again, and nothing is asked; as text.
        result = CommandHarness.Run(
            ["eval", "--bench",
                "trace", "--responses", responses, "--judge", server.BaseUrl, "--judge-model", "m", "--cache", folder["cache"]]).Succeeds();
        Assert.Equal(5, server.Calls.Count);
        Assert.Contains("if_m", result.Output, StringComparison.Ordinal);
        result = CommandHarness.Run(
            ["eval", "compare",
                responses, responses, "--bench", "trace", "--judge", server.BaseUrl, "--judge-model", "m", "--cache", folder["cache"],
                "--json"]).Succeeds();
        Assert.Equal(5, server.Calls.Count);
    }

    [Fact]
    public async Task Killed_midway_it_goes_on_and_asks_nothing_twice()
    {
        using TemporaryFolder folder = new();
        using SemaphoreSlim midway = new(0);
        bool slow = true;
        using ChatServer server = new((_, i) =>
        {
            if (i == 12)
                midway.Release();
            return ChatReply.Says("VERDICT: YES") with { Delay = i >= 12 && Volatile.Read(ref slow) ? TimeSpan.FromSeconds(20) : default };
        });
        string[] args = [
            "eval", "--bench", "trace", "--responses", Responses(folder, 40), "--judge", server.BaseUrl, "--judge-model", "m", "--cache",
            folder["cache"], "--concurrency", "4", "--json"];
        using (Process process = CommandHarness.Start(args))
        {
            Assert.True(
                await midway.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken), "the program asked too little");
            process.Kill(); // SIGKILL
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, process.ExitCode);
        }

        int kept = Directory.EnumerateFiles(folder["cache"], "*.json", SearchOption.AllDirectories).Count();
        Assert.InRange(kept, 8, 12); // up to four answers may have been on their way
        int before = server.Calls.Count;
        Volatile.Write(ref slow, false);
        CommandResult result = CommandHarness.Run(args).Succeeds();
        ChatCall[] later = [.. server.Calls.Skip(before)];
        Assert.Equal(40 - kept, later.Length);
        Assert.Equal(40 - kept, later.Select(c => c.Prompt).Distinct().Count());
        using JsonDocument json = JsonDocument.Parse(Assert.Single(result.Lines));
        Assert.Equal(1, json.RootElement.GetProperty("if_m").GetDouble());
    }

    [Theory]
    [InlineData("a server that is down", 500, "8 of 8", 8, 0)]
    [InlineData("a server that fails in between", 500, "4 of 8", 4, 0)]
    [InlineData("a page in place of an answer", 200, "4 of 8", 4, 0)]
    [InlineData("an answer in no form", 200, "4 of 8", 0, 4)]
    public void Calls_without_a_verdict_are_said_first_and_give_no_score(
        string kind, int status, string said, int unanswered, int unreadable)
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new(
            (call, _) =>
                kind != "a server that is down"
                    && int.Parse(call.Body.Split("春天")[1][..1], System.Globalization.CultureInfo.InvariantCulture) % 2 == 0
            ? ChatReply.Says("VERDICT: YES")
            : kind switch
            {
                "a page in place of an answer" => new ChatReply(status, "<html>busy</html>"),
                "an answer in no form" => ChatReply.Says("I like it."),
                _ => ChatReply.Fails(status),
            });
        string[] args = [
            "eval", "--bench", "trace", "--responses", Responses(folder, 8), "--judge", server.BaseUrl, "--judge-model", "m", "--cache",
            folder["cache"], "--retries", "0"];
        CommandResult result = CommandHarness.Run([.. args, "--html", folder["page.html"], "--per-record", folder["records.jsonl"]]);
        Assert.Equal(1, result.Code);
        Assert.StartsWith($"NO SCORE: {said} calls of the judge gave no verdict", result.Output, StringComparison.Ordinal);
        Assert.Contains("error: ", result.Log, StringComparison.Ordinal);
        Assert.DoesNotMatch("if_m +[0-9]", result.Output);
        Assert.Contains($"NO SCORE: {said}", File.ReadAllText(folder["page.html"]), StringComparison.Ordinal);
        Assert.Equal(
            unanswered + unreadable,
            File.ReadAllLines(folder["records.jsonl"]).Count(l => l.Contains("\"all_obeyed\":null", StringComparison.Ordinal)));

        result = CommandHarness.Run([.. args, "--json"]);
        Assert.Equal(1, result.Code);
        using (JsonDocument json = JsonDocument.Parse(Assert.Single(result.Lines)))
        {
            JsonProperty first = json.RootElement.EnumerateObject().First();
            Assert.Equal(
                ("unjudged", 8, unanswered, unreadable, 0),
                (first.Name, Number(first, "calls"), Number(first, "unanswered"), Number(first, "unreadable"), Number(first, "allowed")));
            foreach (JsonElement part in new[] { json.RootElement, json.RootElement.GetProperty("by_category").GetProperty("numeric") })
                Assert.Equal(JsonValueKind.Null, part.GetProperty("constraints").ValueKind);
            Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("intervals").GetProperty("if_m").ValueKind);
        }

        Assert.Equal(1, CommandHarness.Run([.. args, "--json", "--allow-unjudged", $"{unanswered + unreadable - 1}"]).Code);
        result = CommandHarness.Run([.. args, "--json", "--allow-unjudged", $"{unanswered + unreadable}"]).Succeeds();
        using (JsonDocument json = JsonDocument.Parse(Assert.Single(result.Lines)))
            Assert.Equal(unanswered == 8 ? 0 : 0.5, json.RootElement.GetProperty("if_m").GetDouble());
        Assert.Contains("NOT WHOLLY JUDGED", result.Log, StringComparison.Ordinal);

        result = CommandHarness.Run(["eval", "compare", args[4], args[4], .. args[1..3], .. args[5..], "--json"]);
        Assert.Equal(1, result.Code);
        if (unanswered == 8)
            return; // after ten failures in a row nothing more is asked, and there is no result at all
        using (JsonDocument json = JsonDocument.Parse(Assert.Single(result.Lines)))
            Assert.Empty(json.RootElement.GetProperty("metrics").EnumerateArray());

        static int Number(JsonProperty of, string name) => of.Value.GetProperty(name).GetInt32();
    }

    [Fact]
    public void Without_a_judge_there_is_no_score()
    {
        using TemporaryFolder folder = new();
        string[] args = ["eval", "--bench", "trace", "--responses", Responses(folder, 3)];
        CommandResult result = CommandHarness.Run(args);
        Assert.Equal(1, result.Code);
        Assert.StartsWith("NO SCORE: 3 of 3 calls of the judge gave no verdict", result.Output, StringComparison.Ordinal);
        Assert.Contains("is a judge named", result.Output, StringComparison.Ordinal);
        CommandHarness.Run([.. args, "--allow-unjudged", "3"]).Succeeds();
        Assert.Equal(2, CommandHarness.Run(["eval", "--bench", "ifeval", "--responses", args[4], "--allow-unjudged", "3"]).Code);
    }

    [Fact]
    public void Prompts_are_written_changed_and_used()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, _) => ChatReply.Says("VERDICT: YES"));
        CommandResult result = CommandHarness.Run(["eval", "prompts", folder["prompts"]]).Succeeds();
        Assert.Contains(folder["prompts/trace_constraint.txt"], result.Lines);
        Assert.Equal(2, CommandHarness.Run(["eval", "prompts", folder["prompts"]]).Code);
        File.AppendAllText(folder["prompts/trace_constraint.txt"], "Be strict.");
        CommandHarness.Run(
            ["eval", "--bench",
                "trace", "--responses", Responses(folder, 1), "--judge", server.BaseUrl, "--judge-model", "m", "--cache", "none",
                "--prompts", folder["prompts"], "--judge-temperature", "none"]).Succeeds();
        ChatCall call = Assert.Single(server.Calls);
        Assert.EndsWith("Be strict.", call.Prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("temperature", call.Body, StringComparison.Ordinal);
        result = CommandHarness.Run(["data", "quads", "prompts", folder["quads"]]).Succeeds();
        Assert.Contains(folder["quads/quads_expand.txt"], result.Lines);
    }

    [Fact]
    public void A_server_that_denies_everybody_ends_the_run_without_naming_the_key()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((_, _) => ChatReply.Fails(401, body: $"wrong key {Key}"));
        string? before = Environment.GetEnvironmentVariable("TRACEFAST_API_KEY");
        Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", Key);
        try
        {
            CommandResult result = CommandHarness.Run(
                ["eval", "--bench",
                    "trace", "--responses", Responses(folder, 3), "--judge", server.BaseUrl, "--judge-model", "m", "--cache", "none"]);
            Assert.Equal(1, result.Code);
            Assert.Contains("status 401: wrong key ***", result.Log, StringComparison.Ordinal);
            Assert.DoesNotContain(Key, result.Log + result.Output, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TRACEFAST_API_KEY", before);
        }
    }

    [Theory]
    [InlineData("--judge-model is given without a server", "--bench", "trace", "--judge-model", "m")]
    [InlineData("--judge is given without a model", "--bench", "trace", "--judge", "http://127.0.0.1:9/v1")]
    [InlineData("not of the form http", "--bench", "trace", "--judge", "localhost", "--judge-model", "m", "--cache", "none")]
    [InlineData(
        "--concurrency: found '0', expected a whole number from 1 to 10000", "--bench", "trace", "--judge", "http://127.0.0.1:9/v1",
        "--judge-model", "m", "--cache", "none", "--concurrency", "0")]
    [InlineData(
        "--price is \"cheap\"", "--bench", "trace", "--judge", "http://127.0.0.1:9/v1", "--judge-model", "m", "--cache", "none", "--price",
        "cheap")]
    [InlineData(
        "--judge-temperature is \"hot\"", "--bench", "trace", "--judge", "http://127.0.0.1:9/v1", "--judge-model", "m", "--cache", "none",
        "--judge-temperature", "hot")]
    [InlineData(
        "no such folder; expected a folder", "--bench", "trace", "--judge", "http://127.0.0.1:9/v1", "--judge-model", "m", "--cache",
        "none", "--prompts", "/nowhere")]
    [InlineData("x: there is no such file", "--bench", "ifeval", "--data", "x")]
    [InlineData(
        "--bench ifeval is decided by program alone", "--bench", "ifeval", "--judge", "http://127.0.0.1:9/v1", "--judge-model", "m",
        "--cache", "none")]
    [InlineData("'criteria' is missing", "--bench", "cfbench")]
    [InlineData("'scoring_questions' is missing", "--bench", "complexbench")]
    [InlineData("the key 'category' is missing", "--bench", "followbench")]
    public void What_cannot_be_ends_with_exit_code_2(string expected, params string[] args)
    {
        using TemporaryFolder folder = new();
        CommandResult result = CommandHarness.Run(["eval", "--responses", Responses(folder, 1), .. args]);
        Assert.Equal(2, result.Code);
        Assert.Contains(expected, result.Log, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    private static string Responses(TemporaryFolder folder, int count) =>
        folder.Write("responses.jsonl", string.Join('\n', Enumerable.Range(0, count).Select(i => JsonSerializer.Serialize(new
    {
        id = $"{i}",
        messages = new[] { new { role = "user", content = $"写一句话{i}\n1. 不超过10字\n2. 语气活泼" } },
        description = "写一句话",
        constraints_num = 2,
        constraints_splits = new[] { "1. 不超过10字", "2. 语气活泼" },
        levels2 = new[] { "数值约束", "语气风格约束" },
        response = $"春天{i}来了！",
    }))));
}
