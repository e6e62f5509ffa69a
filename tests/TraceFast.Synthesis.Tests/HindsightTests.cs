using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Templates;
using TraceFast.Constraints.Types;
using TraceFast.Data;
using TraceFast.Synthesis.Hindsight;
using TraceFast.Synthesis.Synthetic;
using TraceFast.Tests;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Synthesis.Tests;

/// <summary>Instructions rewritten to what their answers do.</summary>
public sealed class HindsightTests : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string s_asks = State(Counts.Questions.Of(CountRange.AtLeast(2))),
        s_asksNothing = State(Counts.Questions.Of(CountRange.None)), s_capitals = State(new LetterCase("upper"));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Noisy_quads_become_quads_whose_answers_obey_everything()
    {
        List<Quad> quads = Noisy(400);
        HindsightReport report = Run(new HindsightOptions(), quads.Select(QuadJson.ToLine));
        Assert.Equal((400, quads.Count(q => q.Broken1.Count + q.Broken2.Count == 0)), (report.Read, report.Obeyed));
        Assert.Equal(quads.Sum(q => q.Broken1.Count + q.Broken2.Count), report.Broken);
        Assert.True(report.Relabeled > 0.97 * report.Broken, $"{report.Relabeled} of {report.Broken}");
        Assert.True(report.Outcomes.Where(o => o.Outcome == HindsightOutcome.Argument).Sum(o => o.Count) > report.Broken / 2);
        List<Quad> now = [.. Written().Select(line => QuadJson.Read(line))];
        foreach ((Quad before, Quad after) in quads.Zip(now))
        {
            Assert.True(QuadCheck.Check(after).IsGood);
            Assert.Equal((before.Y1, before.Y2, before.Index, before.Topic), (after.Y1, after.Y2, after.Index, after.Topic));
            Assert.All(after.Constraints1, s => Assert.Contains(s.Text, after.X1, StringComparison.Ordinal));
            Assert.All(after.Constraints2, s => Assert.Contains(s.Text, after.X2, StringComparison.Ordinal));
        }
        Assert.True(now.Count(q => q.Broken1.Count + q.Broken2.Count > 0) == report.Rest);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_nothing_held_out()
    {
        HoldOut holdOut = HoldOut.Parse(["type=0.3", "template=0.3", "combination=0.25"]);
        SynthOptions options = new() { Seed = 3, Obey = 0.4, HoldOut = holdOut, MostConstraints = 3 };
        string[] lines = [.. Take(options, 200).Select(QuadJson.ToLine)];
        Run(new HindsightOptions { HoldOut = holdOut, Seed = 5 }, lines);
        string first = File.ReadAllText(_folder["out.jsonl"]);
        Run(new HindsightOptions { HoldOut = holdOut, Seed = 5 }, lines);
        Assert.Equal(first, File.ReadAllText(_folder["out.jsonl"]));
        Run(new HindsightOptions { HoldOut = holdOut, Seed = 6 }, lines);
        Assert.NotEqual(first, File.ReadAllText(_folder["out.jsonl"]));
        foreach (Quad quad in Written().Select(QuadJson.Read))
            foreach (IReadOnlyList<StatedConstraint> stated in new[] { quad.Constraints1, quad.Constraints2 })
            {
                Assert.DoesNotContain(stated, s => holdOut.Has(s.Constraint.Type));
                Assert.False(holdOut.HasCombination(stated.Select(s => s.Constraint)));
                Assert.All(stated, s => Assert.Contains(
                    s.Constraint.Type.TemplatesIn(quad.Language),
                    t => !holdOut.Has(s.Constraint.Type, t) && t.Render(s.Constraint) == s.Text));
            }
    }

    [Fact]
    public void Other_keys_stay_and_an_answer_that_obeys_leaves_its_record_as_it_was()
    {
        string obeyed = Sample("Write about tea. Use at least 1 question.", "Tea? Yes.", new CountRange(1), "Use at least 1 question");
        string broken = Sample("Write about tea. Use at least 2 questions.", "Tea? Yes.", new CountRange(2), "Use at least 2 questions");
        HindsightReport report = Run(new HindsightOptions(), [obeyed, broken]);
        Assert.Equal((2, 1, 1, 0), (report.Read, report.Obeyed, report.Rewritten, report.Rest));
        JsonElement[] written = [.. Written()];
        Assert.Equal(obeyed, written[0].GetRawText());
        Assert.Equal((9, "Tea? Yes."), (written[1].GetProperty("mine").GetInt32(), written[1].GetProperty("response").GetString()));
        JsonElement relabeled = Assert.Single(written[1].GetProperty("relabeled").EnumerateArray());
        Assert.Equal("Use at least 2 questions", relabeled.GetProperty("from").GetString());
        Assert.Contains(
            relabeled.GetProperty("to").GetString()!, written[1].GetProperty("prompt").GetString(), StringComparison.Ordinal);
        Assert.False(written[1].TryGetProperty("broken", out _));
    }

    /// <summary>Only letter case may be asked for, and the answer has both.</summary>
    [Theory]
    [InlineData(HindsightRest.Keep, "Write about tea. Use at least 2 questions. Say \"tea\".", "[0]")]
    [InlineData(HindsightRest.RemoveConstraint, "Write about tea. Say \"tea\".", null)]
    [InlineData(HindsightRest.DropRecord, null, null)]
    public void What_cannot_be_rewritten_stays_or_goes_as_asked(HindsightRest rest, string? prompt, string? broken)
    {
        string line = Sample(
            "Write about tea. Use at least 2 questions. Say \"tea\".", "Tea. Yes.", new CountRange(2), "Use at least 2 questions");
        HindsightReport report = Run(new HindsightOptions { Types = [LetterCase.Definition], Rest = rest }, [line]);
        Assert.Equal(rest == HindsightRest.RemoveConstraint ? (1, 0) : (0, 1), (report.Rewritten, report.Rest));
        Assert.Equal(
            rest == HindsightRest.RemoveConstraint ? HindsightOutcome.Removed : HindsightOutcome.NothingFits,
            Assert.Single(report.Outcomes).Outcome);
        JsonElement[] written = [.. Written()];
        Assert.Equal(prompt, written.Select(w => w.GetProperty("prompt").GetString()).SingleOrDefault());
        if (prompt is not null)
            Assert.Equal(broken, written[0].TryGetProperty("broken", out JsonElement numbers) ? numbers.GetRawText() : null);
    }

    [Theory]
    [InlineData("Do it. Use A. Then B.", "Use A", "Say C", "Do it. Say C. Then B.")]
    [InlineData("Do it. Use A. Then B.", "Use A", "Say C!", "Do it. Say C! Then B.")]
    [InlineData("Do it. Use A! Then B.", "Use A!", "Say C", "Do it. Say C. Then B.")]
    [InlineData("Do it:\n- Use A\n- B", "Use A", "Say C", "Do it:\n- Say C\n- B")]
    [InlineData("Do it:\n1. Use A!\n2. B", "Use A!", "Say C", "Do it:\n1. Say C\n2. B")]
    [InlineData("写吧。用甲。再写。", "用甲", "用乙", "写吧。用乙。再写。")]
    [InlineData("写吧。用甲！再写。", "用甲！", "用乙", "写吧。用乙。再写。")]
    [InlineData("Use A. Use A.", "Use A", "Say C", null)]
    [InlineData("Use A.", "Use B", "Say C", null)]
    public void A_statement_takes_anothers_place(string text, string old, string by, string? expected)
    {
        StatedConstraint Stated(string statement) => new(new Title(), statement);
        HindsightInstruction instruction = new(text, [Stated(old)], []);
        Assert.Equal(expected, instruction.Replace(0, Stated(by))?.Text);
    }

    [Theory]
    [InlineData("Do it. Use A. Then B.", "Use A", "Do it. Then B.")]
    [InlineData("Do it. Use A.", "Use A", "Do it.")]
    [InlineData("Do it:\n- Use A\n- B", "Use A", "Do it:\n- B")]
    [InlineData("Do it:\n- B\n- Use A", "Use A", "Do it:\n- B")]
    public void A_statement_is_taken_out(string text, string old, string expected) => Assert.Equal(
        expected, new HindsightInstruction(text, [new StatedConstraint(new Title(), old)], []).Remove(0)?.Text);

    [Fact]
    public void Constraints_are_read_out_of_instructions_that_somebody_wrote()
    {
        HindsightInstruction read = HindsightInstruction.Read(
            $"以编号列表的形式列出至少五条建议\nTell me about tea. {s_asks}.\n\nRequirements:\n1. {s_capitals}.\n2. Be kind.");
        Assert.Equal(["question_count", "letter_case"], read.Stated.Select(s => s.Constraint.Type.Name));
        Assert.Equal("numbered_list", Assert.Single(read.Inside).Type.Name);
    }

    [Fact]
    public void Records_that_list_nothing_are_read_and_written_in_their_layout()
    {
        SourceLocation origin = new("a.jsonl", 3, 2);
        Message system = new(Role.System, "Be brief.");
        Message asked = new(Role.User, $"Tell me about tea.\n{s_asks}.");
        Prompt prompt = new Prompt.Chat([system, asked]);
        TrainingRecord[] records =
        [
            new SftRecord(origin, [system, asked, new(Role.Assistant, "Tea? It is hot.")]),
            new PairRecord(origin, prompt, new Data.Response.Text("Tea? It is hot."), new Data.Response.Text("No.")),
            new QuadRecord(
                origin, prompt, new Data.Response.Text("Tea? It is hot."),
                new Prompt.Chat([system, asked with { Content = $"Tell me about tea.\n{s_asksNothing}." }]),
                new Data.Response.Text("It is hot.")),
        ];
        HindsightReport report = new HindsightRun(new HindsightOptions()).Write(records, () => { }, _folder["out.jsonl"], default);
        Assert.Equal((3, 0, 3, 0), (report.Read, report.Obeyed, report.Rewritten, report.Rest));
        JsonElement[] written = [.. Written()];
        Assert.Equal(["messages", "origin", "relabeled"], written[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["prompt", "chosen", "rejected", "origin", "relabeled"], written[1].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["x1", "y1", "x2", "y2", "origin", "relabeled1"], written[2].EnumerateObject().Select(p => p.Name));
        foreach ((Stage stage, int n) in new[] { (Stage.Sft, 0), (Stage.Dpo, 1), (Stage.Iopo, 2) })
        {
            File.WriteAllText(_folder["one.jsonl"], written[n].GetRawText() + "\n");
            DataSetStream stream = new(new DataSetOptions { Names = [_folder["one.jsonl"]], Stage = stage });
            TrainingRecord record = Assert.Single(stream.Read());
            Assert.Equal(system.Content, record.Messages.First().Content);
        }
    }

    /// <summary>The rejected answer must go on breaking something; here it obeys whatever the chosen one does.</summary>
    [Fact]
    public void A_pair_that_would_lose_its_contrast_is_left_alone()
    {
        PairRecord pair = new(
            new SourceLocation("a.jsonl", 1, 0), new Prompt.Chat([new(Role.User, $"Tell me about tea.\n{s_asks}.")]),
            new Data.Response.Text("It is hot."), new Data.Response.Text("It is hot."));
        HindsightReport report = new HindsightRun(new HindsightOptions()).Write([pair], () => { }, _folder["out.jsonl"], default);
        Assert.Equal(("question_count", HindsightOutcome.NoContrast, 1), Assert.Single(report.Outcomes));
        Assert.Contains(s_asks, File.ReadAllText(_folder["out.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_records_are_named_and_leave_no_file()
    {
        string good = Sample("Write. Use at least 1 question.", "Tea?", new CountRange(1), "Use at least 1 question");
        foreach ((string line, string message) in new[]
                 {
                     ("{\"prompt\":\"x\",\"response\":\"y\"}", "in.jsonl:2: the record lists no constraints, and records before it do"),
                     ("{\"prompt\":\"x\",\"constraints\":[]}", "in.jsonl:2: the key \"response\" is missing"),
                     ("{\"prompt\":\"x\",\"response\":\"y\",\"constraints\":[{\"type\":\"none\"}]}", "in.jsonl:2: constraints[0]: "),
                 })
        {
            Assert.Contains(
                message, Assert.Throws<InputException>(() => Run(new HindsightOptions(), [good, line])).Message, StringComparison.Ordinal);
            Assert.False(File.Exists(_folder["out.jsonl"]));
        }
        SftIdsRecord ids = new(new SourceLocation("a.jsonl", 1, 0), [1], [2]);
        Assert.Contains(
            "a.jsonl:1: the record is token ids",
            Assert.Throws<InputException>(
                () => new HindsightRun(new HindsightOptions()).Write([ids], () => { }, _folder["o"], default)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new HindsightRun(new HindsightOptions()).Write(
            [], () => throw new InputException("bad records"), _folder["o"], default));
        Assert.False(File.Exists(_folder["o"]));
    }

    /// <summary>What a type offers instead is obeyed, of the type and about its scope.</summary>
    [Fact]
    public void Every_type_samples_what_an_answer_obeys()
    {
        Dictionary<string, (int Found, int All)> types = [];
        foreach (Quad quad in Noisy(600))
            foreach (StatedConstraint stated in quad.Constraints2)
            {
                Response response = new(quad.Y1);
                SamplingContext context = HindsightSampler.Context(response, quad.Topic, quad.Language, SeededRandom.Split(1, 1));
                Constraint? found = stated.Constraint.SampleObeyed(response, context);
                if (found is not null)
                {
                    Assert.True(found.Check(response).IsObeyed, $"{found}: {quad.Y1}");
                    Assert.Equal((stated.Constraint.Type, stated.Constraint.Scope), (found.Type, found.Scope));
                }
                (int had, int all) = types.GetValueOrDefault(stated.Constraint.Type.Name);
                types[stated.Constraint.Type.Name] = (had + (found is null ? 0 : 1), all + 1);
            }
        foreach (string counted in new[] { "sentence_count", "question_count", "exclamation_count", "emoji_count", "ends_with" })
            Assert.True(types[counted].Found > types[counted].All / 2, $"{counted}: {types[counted]}");
    }

    private static string State(Constraint constraint) => Statements.Render(constraint, Language.English, 0);

    private static List<Quad> Noisy(int count) => Take(new SynthOptions { Seed = 9, Obey = 0.5 }, count);

    private static List<Quad> Take(SynthOptions options, int count) =>
        [.. new SynthGenerator(options, null, 2).Make(new DropCounts(), CancellationToken.None).Take(count)];

    private static string Sample(string prompt, string response, CountRange questions, string statement)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
            ConstraintJson.Write(json, new StatedConstraint(Counts.Questions.Of(questions), statement));
        string constraint = System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
        return $"{{\"mine\":9,\"prompt\":{JsonSerializer.Serialize(prompt, s_json)},\"response\":{JsonSerializer.Serialize(response)},"
            + $"\"constraints\":[{constraint}]}}";
    }

    private HindsightReport Run(HindsightOptions options, IEnumerable<string> lines)
    {
        File.WriteAllLines(_folder["in.jsonl"], lines);
        return new HindsightRun(options).Write([_folder["in.jsonl"]], _folder["out.jsonl"], CancellationToken.None);
    }

    private IEnumerable<JsonElement> Written() => File.ReadLines(_folder["out.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement);
}
