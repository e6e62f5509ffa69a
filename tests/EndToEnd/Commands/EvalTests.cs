using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>eval on IFEval responses, and eval compare.</summary>
public sealed class EvalTests
{
    [Fact]
    public void Scores_flags_and_page_come_out_of_one_run()
    {
        using TemporaryFolder folder = new();
        string responses = Write(
            folder["a.jsonl"], Line("no commas", "punctuation:no_comma"), Line("Sure, here:\nnone", "punctuation:no_comma"),
            Line("a, b", "punctuation:no_comma", "startend:quotation"));
        CommandResult result = CommandHarness.Run(
            ["eval", "--responses", responses, "--json", "--per-record", folder["out.jsonl"], "--html", folder["page.html"]]).Succeeds();
        using JsonDocument json = JsonDocument.Parse(Assert.Single(result.Lines));
        JsonElement root = json.RootElement;
        Assert.Equal((3, 4), (root.GetProperty("prompts").GetInt32(), root.GetProperty("instructions").GetInt32()));
        Assert.Equal(1 / 3.0, root.GetProperty("prompt_strict").GetDouble());
        Assert.Equal(2 / 3.0, root.GetProperty("prompt_loose").GetDouble());
        Assert.Equal(1 / 4.0, root.GetProperty("instruction_strict").GetDouble());
        Assert.Equal(2 / 3.0, root.GetProperty("by_type").GetProperty("punctuation:no_comma").GetProperty("loose").GetDouble());
        Assert.Equal(1, root.GetProperty("by_group").GetProperty("startend").GetProperty("count").GetInt32());
        Assert.Equal(2, root.GetProperty("intervals").GetProperty("prompt_strict").GetArrayLength());
        Assert.Equal(
            ["""{"strict":[true],"loose":[true]}""",
                """{"strict":[false],"loose":[true]}""", """{"strict":[false,false],"loose":[false,false]}"""],
            File.ReadAllLines(folder["out.jsonl"]));
        Assert.Contains("2 of 3 responses fail a constraint", File.ReadAllText(folder["page.html"]), StringComparison.Ordinal);

        result = CommandHarness.Run(["eval", "--responses", responses]).Succeeds();
        Assert.Contains("prompt_strict", result.Output, StringComparison.Ordinal);
        Assert.Contains("0.3333", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_are_compared_by_responses_or_by_their_flags()
    {
        using TemporaryFolder folder = new();
        string a = Write(
            folder["a.jsonl"], [.. Enumerable.Range(0, 12).Select(i => Line(i < 10 ? "a, b" : "a b", "punctuation:no_comma"))]);
        string b = Write(folder["b.jsonl"], [.. Enumerable.Range(0, 12).Select(_ => Line("a b", "punctuation:no_comma"))]);
        foreach (string file in new[] { a, b })
            CommandHarness.Run(["eval", "--responses", file, "--per-record", $"{file}.flags"]).Succeeds();
        string byResponses = CommandHarness.Run(["eval", "compare", a, b, "--json"]).Succeeds().Output;
        Assert.Equal(byResponses, CommandHarness.Run(["eval", "compare", $"{a}.flags", $"{b}.flags", "--json"]).Succeeds().Output);
        using JsonDocument json = JsonDocument.Parse(byResponses);
        JsonElement prompts = json.RootElement.GetProperty("metrics")[0];
        Assert.Equal("prompt_strict", prompts.GetProperty("name").GetString());
        Assert.Equal("mcnemar_exact", prompts.GetProperty("test").GetString());
        Assert.Equal(2 / 1024.0, prompts.GetProperty("p").GetDouble());
        Assert.Equal((0, 10), (prompts.GetProperty("only_a").GetInt32(), prompts.GetProperty("only_b").GetInt32()));
        Assert.Contains("McNemar, exact", CommandHarness.Run(["eval", "compare", a, b]).Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(2, CommandHarness.Run(["eval", "compare", a, Write(folder["c.jsonl"], Line("x", "punctuation:no_comma"))]).Code);
    }

    [Theory]
    [InlineData("""{"prompt":"p","response":"r","instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]""", "not valid JSON")]
    [InlineData("""{"prompt":"p","instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]}""", "'response'")]
    [InlineData(
        """{"prompt":"p","response":"r","instruction_id_list":["punctuation:no_coma"],"kwargs":[{}]}""",
        "'punctuation:no_coma' is not an instruction")]
    [InlineData(
        """{"prompt":"p","response":"r","instruction_id_list":["punctuation:no_comma"],"kwargs":[]}""", "1 instructions but 0 kwargs")]
    [InlineData(
        """{"prompt":"p","response":"r","instruction_id_list":["length_constraints:number_words"],"kwargs":[{"num_words":"""
            + """null,"relation":"at least"}]}""", "'num_words' is missing")]
    [InlineData(
        """{"prompt":"p","response":"r","instruction_id_list":["length_constraints:number_words"],"kwargs":[{"num_words":"""
            + """3,"relation":"around"}]}""", "\"around\"")]
    [InlineData(
        """{"prompt":"p","response":"r","instruction_id_list":["length_constraints:number_words"],"kwargs":["""
            + """{"num_words":"3","relation":"at least"}]}""", "not a number")]
    [InlineData(
        """{"prompt":"p","response":"r","instruction_id_list":["keywords:existence"],"kwargs":[{"keywords":["[x"]}]}""",
        "unterminated character set")]
    [InlineData(
        """{"prompt":"p","response":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!","instruction_id_list":["keywords:"""
            + """existence"],"kwargs":[{"keywords":["(a+)+$"]}]}""", "takes too long")]
    [InlineData(
        """{"prompt":"p","response":"r","instruction_id_list":["language:response_language"],"kwargs":[{"language":"zh"}]}""", "\"zh\"")]
    [InlineData("""{"prompt":"p","response":"r","instruction_id_list":[7],"kwargs":[{}]}""", "not a string")]
    public void A_line_that_cannot_be_scored_is_named(string bad, string what)
    {
        using TemporaryFolder folder = new();
        string responses = Write(folder["a.jsonl"], Line("fine", "punctuation:no_comma"), bad);
        CommandResult result = CommandHarness.Run(["eval", "--responses", responses, "--json"]);
        Assert.Equal(2, result.Code);
        Assert.Contains($"{responses}:2: ", result.Log, StringComparison.Ordinal);
        Assert.Contains(what, result.Log, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void What_could_be_scored_is_kept_beside_a_line_that_could_not()
    {
        using TemporaryFolder folder = new();
        string responses = Write(
            folder["a.jsonl"], Line("fine", "punctuation:no_comma"), Line("x", "nonesuch:kind"), Line("a, b", "punctuation:no_comma"));
        Assert.Equal(2, CommandHarness.Run(["eval", "--responses", responses, "--per-record", folder["out.jsonl"]]).Code);
        string[] records = File.ReadAllLines(folder["out.jsonl"]);
        Assert.Equal("""{"strict":[true],"loose":[true]}""", records[0]);
        Assert.StartsWith("""{"strict":null,"loose":null,"error":""", records[1], StringComparison.Ordinal);
        Assert.Equal("""{"strict":[false],"loose":[false]}""", records[2]);
    }

    [Fact]
    public void An_empty_or_absent_file_is_bad_input()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(2, CommandHarness.Run(["eval", "--responses", Write(folder["empty.jsonl"])]).Code);
        Assert.Equal(2, CommandHarness.Run(["eval", "--responses", folder["absent.jsonl"]]).Code);
        Assert.Equal(2, CommandHarness.Run(["eval", "--bench", "nonesuch", "--responses", folder["absent.jsonl"]]).Code);
    }

    [Fact]
    public void The_scorer_is_timed()
    {
        using TemporaryFolder folder = new();
        string responses = Write(folder["a.jsonl"], Line("a b", "punctuation:no_comma"), Line("a", "startend:quotation"));
        using JsonDocument json = JsonDocument.Parse(
            CommandHarness.Run(["bench", "ifeval", "--responses", responses, "--rounds", "2", "--json"]).Succeeds().Output);
        Assert.Equal(2, json.RootElement.GetProperty("prompts").GetInt32());
        Assert.Equal(2, json.RootElement.GetProperty("s").GetArrayLength());
        Assert.True(json.RootElement.GetProperty("s_median").GetDouble() > 0);
    }

    private static string Line(string response, params string[] ids) =>
        JsonSerializer.Serialize(new { prompt = "p", response, instruction_id_list = ids, kwargs = ids.Select(_ => new { }) });

    private static string Write(string path, params string[] lines)
    {
        File.WriteAllLines(path, lines);
        return path;
    }
}
