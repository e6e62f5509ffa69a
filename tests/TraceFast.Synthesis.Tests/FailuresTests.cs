using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Types;
using TraceFast.Data;
using TraceFast.Endpoint;
using TraceFast.Endpoint.Asking;
using TraceFast.Synthesis.Failures;
using TraceFast.Synthesis.Model;
using TraceFast.Tests;

namespace TraceFast.Synthesis.Tests;

/// <summary>A policy's own failures, from samples that are given.</summary>
public sealed class FailuresTests : IDisposable
{
    private static readonly StatedConstraint[] s_asked =
    [
        new(Counts.Questions.Of(CountRange.AtLeast(1)), "Use at least one question"),
        new(new Keywords(["tea"]), "Use the word \"tea\""),
    ];

    private static readonly SamplingContext s_context = new(SeededRandom.Split(1, 1), Language.English, ["tea", "cup"], ["rain", "snow"]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_failing_sample_is_rejected_for_a_passing_one()
    {
        PromptFailures failures = Of(["Tea?", "Coffee?", "Coffee.", "Tea?"], "Tea? Tea!");
        Assert.Equal((FailureOutcome.AgainstSample, "Tea?"), (failures.Outcome, failures.Chosen!.Text));
        Assert.Contains(failures.Failed!.Text, new[] { "Coffee?", "Coffee." });
        Assert.Equal(failures.Failed.Text == "Coffee?" ? [1] : [0, 1], failures.Failed.Broken);
        Assert.Equal(failures.Failed.Broken.Count, failures.Failed.Reasons.Count);
    }

    [Theory]
    [InlineData("Tea?", FailureOutcome.AgainstData)]
    [InlineData("Tea.", FailureOutcome.AgainstData)] // breaks one of two
    [InlineData("Milk.", FailureOutcome.NothingBetter)]
    [InlineData(null, FailureOutcome.NothingBetter)]
    public void Without_a_passing_sample_the_datas_answer_must_break_less(string? answer, FailureOutcome expected)
    {
        PromptFailures failures = Of([""], answer);
        Assert.Equal((expected, ""), (failures.Outcome, failures.Failed!.Text));
        Assert.Equal(expected == FailureOutcome.AgainstData ? answer : null, failures.Chosen?.Text);
        Assert.Null(failures.Passed);
    }

    [Fact]
    public void Nothing_comes_of_prompts_without_failures_or_checks()
    {
        Assert.Equal(FailureOutcome.NoFailure, Of(["Tea?"], null).Outcome);
        ConstraintType type = ConstraintTypes.All.First(t => !t.IsRuleChecked);
        StatedConstraint judged = new(type.Sample(s_context), "Be kind");
        Assert.Equal(FailureOutcome.NothingChecked, OwnFailures.Of(["x"], null, null, SeededRandom.Split(1, 1)).Outcome);
        AnswerChecks checks = AnswerChecks.ByProgram([new(null!, 0, [], "Write.", [judged], null)], [["x"]]);
        Assert.Equal((false, 1), (checks.Checks(0), checks.PromptsForJudge));
    }

    [Fact]
    public void Pairs_are_read_by_the_trainer_and_name_what_is_broken()
    {
        IReadOnlyList<FailurePrompt> prompts = Prompts(
            Line("\"prompt\":\"Write.\",\"response\":\"Tea? Tea!\",\"constraints\":CONSTRAINTS"));
        FailureReport report = Write(prompts, [["Coffee?", "Coffee?"]], asQuads: false);
        Assert.Equal((1, 2, 0, 1, 0), (report.Prompts, report.Samples, report.Passing, report.Written, report.Empty));
        Assert.Equal((FailureOutcome.AgainstData, 1), Assert.Single(report.Outcomes));
        JsonElement json = Assert.Single(Written());
        Assert.Equal("data", json.GetProperty("chosen_from").GetString());
        Assert.Equal("[1]", json.GetProperty("broken").GetRawText());
        Assert.Equal($"{_folder["in.jsonl"]}:1", json.GetProperty("origin").GetString());
        PairRecord pair = Assert.IsType<PairRecord>(Assert.Single(
            new DataSetStream(new DataSetOptions { Names = [_folder["out.jsonl"]], Stage = Stage.Dpo }).Read()));
        Assert.Equal(
            ("Tea? Tea!", "Coffee?"),
            (Assert.IsType<Data.Response.Text>(pair.Chosen).Content, Assert.IsType<Data.Response.Text>(pair.Rejected).Content));
    }

    [Fact]
    public void Quads_get_further_cells_and_keep_their_own()
    {
        string quad = "\"x1\":\"A\",\"y1\":\"Tea?\",\"x2\":\"B\",\"y2\":\"Tea? Tea!\",\"constraints1\":CONSTRAINTS,"
            + "\"constraints2\":CONSTRAINTS,\"mine\":3,\"failed2\":\"old\"";
        IReadOnlyList<FailurePrompt> prompts = Prompts(Line(quad), Line(quad));
        Assert.Equal([1, 2, 1, 2], prompts.Select(p => p.Side));
        FailureReport report = Write(prompts, [["", "Tea?"], ["Tea? Yes."], ["Tea?"], ["Tea?"]], asQuads: true);
        Assert.Equal((4, 5, 4, 1, 1), (report.Prompts, report.Samples, report.Passing, report.Written, report.Empty));
        JsonElement json = Assert.Single(Written());
        Assert.Equal(("", "Tea?", "Tea? Yes."), (Text("failed1"), Text("passed1"), Text("passed2")));
        Assert.Equal(("Tea?", 3), (Text("y1"), json.GetProperty("mine").GetInt32()));
        Assert.False(json.TryGetProperty("failed2", out _));

        string? Text(string key) => json.GetProperty(key).GetString();
    }

    [Theory]
    [InlineData("\"prompt\":\"Write.\"", "in.jsonl:1: the record lists no constraints")]
    [InlineData("\"constraints\":CONSTRAINTS", "in.jsonl:1: the key \"prompt\" is missing")]
    [InlineData("\"prompt\":\"Write.\",\"constraints\":[{\"type\":\"none\"}]", "in.jsonl:1: constraints[0]: ")]
    public void Bad_records_are_named(string members, string message) => Assert.Contains(
        message, Assert.Throws<InputException>(() => Prompts(Line(members))).Message, StringComparison.Ordinal);

    [Fact]
    public void Only_quads_have_further_cells()
    {
        IReadOnlyList<FailurePrompt> prompts = Prompts(Line("\"prompt\":\"Write.\",\"constraints\":CONSTRAINTS"));
        Assert.Contains(
            "in.jsonl:1: the record is no quad",
            Assert.Throws<InputException>(() => Write(prompts, [["x"]], asQuads: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_judge_decides_what_no_program_checks()
    {
        StatedConstraint kind = new(Judged.Tone.Of("kind"), "Be kind");
        FailurePrompt[] prompts =
        [
            new(null!, 0, [], "Write about tea.", [s_asked[0], s_asked[1], kind], "Tea, dear?"),
            new(null!, 0, [new(Role.System, "You are brief.")], "Write.", [kind], null),
        ];
        string[][] samples = [["Coffee.", "Tea? Ugh.", "Tea? Well.", "Tea, dear?"], ["Dear me.", "Ugh."]];
        // The judge finds only what is dear kind; of what begins with "Tea? Well" it says nothing.
        using ChatServer server = new((call, _) => ChatReply.Says(
            Answer(call.Prompt) is not { } text || text.StartsWith("Tea? Well", StringComparison.Ordinal) ? "I cannot say."
                : text.Contains("ear", StringComparison.Ordinal) ? "It is dear.\n1: YES" : "It is not.\n1: NO"));
        using ChatClient client = new(new EndpointOptions { BaseUrl = server.BaseUrl, Model = "m" }, cache: null);
        StructuredChat judge = new(client, PromptLibrary.Load([QuadPrompts.CheckAnswer], null));
        int told = 0;
        AnswerChecks checks = await AnswerChecks.WithJudge(
            prompts, samples, judge, 2, (_, all) => told = all, TestContext.Current.CancellationToken);

        Assert.Equal((5, 1, 5), (checks.Judged.Asked, checks.Judged.Undecided, told));
        Assert.DoesNotContain(server.Calls, c => c.Prompt.Contains("Coffee.", StringComparison.Ordinal)); // it breaks something else
        Assert.Contains(server.Calls, c => c.Prompt.Contains("system: You are brief.\n\nuser: Write.", StringComparison.Ordinal));
        Assert.Equal([0, 1], checks.Of(0, "Coffee.")!.Broken);
        Assert.Equal([2], checks.Of(0, "Tea? Ugh.")!.Broken);
        Assert.True(checks.Of(0, "Tea, dear?")!.Passes);
        Assert.StartsWith("the judge: It is not.", Assert.Single(checks.Of(0, "Tea? Ugh.")!.Reasons), StringComparison.Ordinal);
        Assert.Null(checks.Of(0, "Tea? Well."));

        PromptFailures second = OwnFailures.Of(samples[1], null, a => checks.Of(1, a), SeededRandom.Split(1, 1));
        Assert.Equal(
            (FailureOutcome.AgainstSample, "Ugh.", "Dear me."), (second.Outcome, second.Failed!.Text, second.Passed!.Text));
        // Without it the second prompt is not checked at all, and the first by program alone.
        AnswerChecks byProgram = AnswerChecks.ByProgram(prompts, samples);
        Assert.Equal((true, false, 2), (byProgram.Checks(0), byProgram.Checks(1), byProgram.PromptsForJudge));
        Assert.True(byProgram.Of(0, "Tea? Ugh.")!.Passes);

        // Null: the format is asked for again.
        static string? Answer(string prompt) => prompt.Split("# Response\n") is [_, var rest] ? rest.Split('\n')[1] : null;
    }

    private static PromptFailures Of(string[] samples, string? answer)
    {
        AnswerChecks checks = AnswerChecks.ByProgram([new(null!, 0, [], "Write.", s_asked, answer)], [samples]);
        return OwnFailures.Of(samples, answer, a => checks.Of(0, a), SeededRandom.Split(7, 1));
    }

    private FailureReport Write(IReadOnlyList<FailurePrompt> prompts, string[][] samples, bool asQuads) =>
        FailureRun.Write(prompts, samples, AnswerChecks.ByProgram(prompts, samples), asQuads, 1, _folder["out.jsonl"]);

    private static string Line(string members)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (StatedConstraint asked in s_asked)
                ConstraintJson.Write(json, asked);
            json.WriteEndArray();
        }
        return $"{{{members.Replace("CONSTRAINTS", System.Text.Encoding.UTF8.GetString(buffer.ToArray()), StringComparison.Ordinal)}}}";
    }

    private IReadOnlyList<FailurePrompt> Prompts(params string[] lines)
    {
        File.WriteAllLines(_folder["in.jsonl"], lines);
        return FailureRun.Prompts([_folder["in.jsonl"]], limit: null);
    }

    private JsonElement[] Written() => [.. File.ReadLines(_folder["out.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)];
}
