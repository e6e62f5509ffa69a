#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Data;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Evaluation.IfBench;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.Tests.Judged;

namespace TraceFast.Evaluation.Tests.Responses;

/// <summary>Each benchmark says its prompts, and takes the rows that generate writes for them, in any order.</summary>
public sealed class DecodedResponsesTests
{
    private static readonly Dictionary<string, (string File, string[] Records, string[] Ids, Func<JudgeSettings, IBench> Make)> s_benches =
        new()
    {
        ["ifeval"] = (
            "input.jsonl",
            [.. new[] { 12, 7 }.Select(
                key => $$"""{"key":{{key}},"prompt":"p{{key}}","instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]}""")],
            ["12", "7"], s => new IfEvalBench(s.Data)),
        ["ifbench"] = (
            "input.jsonl",
            [.. new[] { 12, 7 }.Select(
                key => $$"""{"key":"{{key}}","prompt":"p{{key}}","instruction_id_list":["words:vowel"],"kwargs":[{"N":null}]}""")],
            ["12", "7"], s => new IfBenchBench(s.Data)),
        ["constraints"] = (
            "synth.jsonl",
            ["""{"prompt":"p1","constraints":[{"sort":"no_digits"}]}""",
                """{"x1":"p2","y1":"","x2":"p3","y2":"","constraints1":[],"constraints2":[{"sort":"no_digits"}]}"""],
            ["1", "2/1", "2/2"], s => new ConstraintBench(s.Data)),
        ["trace"] = (
            "trace.jsonl",
            [.. new[] { "a", "b" }.Select(
                id => $$"""{"id":"{{id}}","messages":[{"role":"system","content":"s"},{"role":"user","content":"p{{id}}"},{"role":"assistant","content":"old"}],"description":"d","constraints_splits":["1. 不超过10字"],"levels2":["数值约束"]}""")],
            ["a", "b"], s => new TraceBench(s)),
        ["cfbench"] = (
            "cfbench.jsonl",
            [.. new[] { 3, 4 }.Select(
                idx => $$"""{"idx":{{idx}},"prompt":"p{{idx}}","gold":"","split":"hard","criteria":[["是诗","主需","",""]]}""")],
            ["3", "4"], s => new CfBench(s)),
        ["followbench"] = (
            "content_constraints.jsonl",
            [.. Enumerable.Range(0, 6)
                .Select(level =>
                    $$"""{"example_id":1,"category":"content","source":"quora","level":{{level}},"instruction":"p{{level}}","target":""}""")],
            ["content/1/1", "content/1/2", "content/1/3", "content/1/4", "content/1/5"], s => new FollowBench(s)),
        ["complexbench"] = (
            "data_final.jsonl",
            [.. new[] { 1, 2 }.Select(
                id => $$"""{"main_id":{{id}},"group":"g","instruction":"p{{id}}","task_types":"t","composition_types":["And"],"category":"And_1","scoring_questions":[{"question":"q?","rule":null,"constraint_dimensions":["Length"],"composition_types":["And"],"dep":[]}]}""")],
            ["1", "2"], s => new ComplexBench(s)),
    };

    public static TheoryData<string> Names => [.. s_benches.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Rows_for_its_prompts_are_scored_as_its_responses(string name)
    {
        using TemporaryFolder folder = new();
        (string file, string[] records, string[] ids, _) = s_benches[name];
        JudgeSettings settings = new() { Data = folder.Write(file, string.Join('\n', records)),
            Judge = new ScriptedModel(_ => "whatever").Judge() };
        IBench bench = Benches.Get(name).Create(settings);
        IReadOnlyList<BenchPrompt> prompts = bench.Prompts();
        Assert.Equal(ids, prompts.Select(p => p.Id));
        Assert.All(prompts, p => Assert.Equal(Role.User, p.Messages[^1].Role));
        Assert.All(prompts, p => Assert.StartsWith("p", p.Messages[^1].Content, StringComparison.Ordinal));
        string responses = folder.Write(
            "out.jsonl",
            string.Join(
                '\n', prompts.Reverse()
                    .Select(p =>
                        JsonSerializer.Serialize(
                            new { id = p.Id, text = "to " + p.Messages[^1].Content, ids = new[] { 1 }, finish_reason = "stop" }))));
        BenchResult result = await bench.ScoreAsync(responses, Cancel);
        Assert.Empty(result.Errors);
        Assert.Equal(
            prompts.Select(p => (p.Messages[^1].Content, "to " + p.Messages[^1].Content)),
            result.Records.Select(r => (r.Prompt, r.Response)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_its_own_file_it_has_no_prompts(string name) =>
        Assert.Contains(
            "--data", Assert.Throws<InputException>(() => s_benches[name].Make(new JudgeSettings()).Prompts()).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("cfbench")]
    [InlineData("followbench")]
    [InlineData("complexbench")]
    public void What_only_a_judge_scores_is_not_decoded_in_vain(string name)
    {
        using TemporaryFolder folder = new();
        (string file, string[] records, _, Func<JudgeSettings, IBench> make) = s_benches[name];
        JudgeSettings settings = new() { Data = folder.Write(file, string.Join('\n', records)) };
        Assert.Contains("need a judge", Assert.Throws<InputException>(() => make(settings).Prompts()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_official_responses_score_the_same_beside_the_input_file()
    {
        using TemporaryFolder folder = new();
        JsonObject[] lines = [
            .. File.ReadLines(Oracles.Require("oracles", "evaluation", "ifeval_llama2.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject())];
        string[] texts = [.. lines.Select(l => (string)l["response"]!)];
        for (int i = 0; i < lines.Length; i++)
        {
            Assert.True(lines[i].Remove("response"));
            lines[i]["key"] = i;
        }

        string input = folder.Write("input.jsonl", string.Join('\n', lines.Select(l => l.ToJsonString())));
        string responses = folder.Write(
            "r.jsonl", string.Join('\n', texts.Select((t, i) => JsonSerializer.Serialize(new { key = i, response = t })).Reverse()));
        BenchResult expected = await new IfEvalBench().ScoreAsync(Oracles.Require("oracles", "evaluation", "ifeval_llama2.jsonl"), Cancel);
        BenchResult result = await new IfEvalBench(input).ScoreAsync(responses, Cancel);
        Assert.Equal(expected.Metrics.Select(m => (m.Name, m.Value)), result.Metrics.Select(m => (m.Name, m.Value)));
    }
}
