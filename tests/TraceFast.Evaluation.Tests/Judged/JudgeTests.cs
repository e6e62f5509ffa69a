using TraceFast.Endpoint.Asking;
using TraceFast.Endpoint;
using TraceFast.Evaluation.Benchmarks;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class JudgeTests
{
    [Theory]
    [InlineData("Reasons.\nVERDICT: YES", true)]
    [InlineData("**VERDICT: NO**\n\n", false)]
    [InlineData("VERDICT：YES", true)]
    [InlineData("<think>VERDICT: NO\nhm</think>\nFine.\nVERDICT: YES", true)]
    [InlineData("VERDICT: NO\nOn second thought\nVERDICT: YES", null)]
    [InlineData("VERDICT: YES\nThat is all.", null)]
    [InlineData("VERDICT: yes", null)]
    [InlineData("VERDICT: YES or NO", null)]
    [InlineData("YES", null)]
    [InlineData("", null)]
    public async Task A_verdict_is_the_last_line_and_the_only_one(string answer, bool? expected)
    {
        StructuredChat judge = new ScriptedModel(_ => answer).Judge();
        ParsedResponse<Verdicts> judgement = await judge.AskAsync("?", VerdictFormats.One, TestContext.Current.CancellationToken);
        Assert.Equal(expected, judgement.Value?.Obeyed.Single());
        Assert.Equal(expected is null ? (0, 1) : (1, 0), (judge.Decided, judge.Undecided));
    }

    [Theory]
    [InlineData("a\nb\n1: YES\n2: NO\n3: YES", "YNY")]
    [InlineData("1. YES\n\n2. NO\n3. NO", "YNN")]
    [InlineData("1: YES\n2: NO", null)]
    [InlineData("1: YES\n3: NO\n2: YES", null)]
    [InlineData("1: YES\n2: NO\n3: YES\n4: NO", null)]
    [InlineData("1: NO\n1: YES\n2: NO\n3: YES", null)]
    [InlineData("1: YES\n2: maybe\n3: YES", null)]
    public async Task Numbered_verdicts_are_as_many_as_asked_for_and_in_order(string answer, string? expected)
    {
        ParsedResponse<Verdicts> judgement = await new ScriptedModel(_ => answer).Judge()
            .AskAsync("?", VerdictFormats.Numbered(3), TestContext.Current.CancellationToken);
        Assert.Equal(expected, judgement.Value is { } v ? string.Concat(v.Obeyed.Select(o => o ? 'Y' : 'N')) : null);
    }

    [Theory]
    [InlineData("a\n1: 10\n2: 0\n3. 7", "10 0 7")]
    [InlineData("1: 10\n2: 11\n3: 7", null)]
    [InlineData("1: 10\n2: 7.5\n3: 7", null)]
    [InlineData("1: 10\n2: -1\n3: 7", null)]
    [InlineData("1: 10\n3: 7\n2: 7", null)]
    [InlineData("1: 10\n2: 7", null)]
    [InlineData("1: 10\n2: 7\n3: 7\n4: 7", null)]
    [InlineData("1: 10\n2: YES\n3: 7", null)]
    public async Task Grades_are_as_many_as_asked_for_and_no_higher_than_the_most(string answer, string? expected)
    {
        ParsedResponse<Grades> judgement = await new ScriptedModel(_ => answer).Judge()
            .AskAsync("?", VerdictFormats.Graded(3, 10), TestContext.Current.CancellationToken);
        Assert.Equal(expected, judgement.Value is { } grades ? string.Join(' ', grades.Of) : null);
    }

    [Fact]
    public async Task An_answer_in_another_format_is_re_prompted_once_with_the_format()
    {
        ScriptedModel model = new(r => r.Messages.Count == 1 ? "It is good." : "VERDICT: YES");
        StructuredChat judge = model.Judge();
        ParsedResponse<Verdicts> judgement = await judge.AskAsync("Judge it.", VerdictFormats.One, TestContext.Current.CancellationToken);
        Assert.True(judgement.Value!.Obeyed[0]);
        Assert.Equal((1, 1, 0), (judge.Decided, judge.Repaired, judge.Undecided));
        ChatRequest rePrompt = model.Asked.Last();
        Assert.Equal(["Judge it.", "It is good."], rePrompt.Messages.Take(2).Select(m => m.Content));
        Assert.Equal("assistant", rePrompt.Messages[1].Role);
        Assert.Contains(VerdictFormats.One.Expected, rePrompt.Messages[2].Content, StringComparison.Ordinal);
        Assert.Equal(2, model.Asked.Count);
    }

    [Fact]
    public async Task A_refused_or_failing_call_is_undecided_and_a_denied_one_ends_the_run()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        foreach (EndpointException e in new EndpointException[] { new EndpointRefusedException("too long"),
            new EndpointUnavailableException("busy"), new EndpointProtocolException("html") })
        {
            ParsedResponse<Verdicts> judgement = await new ScriptedModel(_ => throw e).Judge().AskAsync("?", VerdictFormats.One, cancel);
            Assert.False(judgement.IsDecided);
            Assert.Contains(e.Message, judgement.Reason, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<EndpointDeniedException>(
            () => new ScriptedModel(_ => throw new EndpointDeniedException("no key")).Judge()
                .AskAsync("?", VerdictFormats.One, cancel));
        await Assert.ThrowsAsync<EndpointGivenUpException>(
            () => new ScriptedModel(_ => throw new EndpointGivenUpException("down")).Judge().AskAsync("?", VerdictFormats.One, cancel));
    }

    [Fact]
    public async Task Prompts_are_files_that_a_user_can_replace()
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<string> written = PromptLibrary.WriteBuiltIn(Benches.JudgePrompts, folder.Path);
        Assert.All(written, path => Assert.True(File.Exists(path)));
        Assert.Contains(
            "exists already", Assert.Throws<PromptException>(() => PromptLibrary.WriteBuiltIn(Benches.JudgePrompts, folder.Path)).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            Benches.JudgePrompts.Append(PromptName.Repair).Select(n => n.File).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(
            PromptLibrary.Load(Benches.JudgePrompts).Get(CfBench.JudgePrompt).Fill(("instruction", "i")),
            PromptLibrary.Load(Benches.JudgePrompts, folder.Path).Get(CfBench.JudgePrompt).Fill(("instruction", "i")));
        folder.Write("repair.txt", "\ufeffSay it as: {{format}}!\r\n");
        ScriptedModel model = new(_ => "?");
        await model.Judge(folder.Path).AskAsync("Judge it.", VerdictFormats.One, TestContext.Current.CancellationToken);
        Assert.Equal($"Say it as: {VerdictFormats.One.Expected}!", model.Asked.Last().Messages[^1].Content);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(null)]
    public async Task Judgements_are_taken_at_the_temperature_that_is_asked_for(double? temperature)
    {
        ScriptedModel model = new(_ => "VERDICT: YES");
        await new StructuredChat(model, PromptLibrary.Load(Benches.JudgePrompts), temperature).AskAsync(
            "?", VerdictFormats.One, TestContext.Current.CancellationToken);
        Assert.Equal(temperature, Assert.Single(model.Asked).Temperature);
    }

    [Fact]
    public void A_slots_value_is_not_searched_for_slots()
    {
        PromptTemplate template = new("{{a}}-{{b}}", new PromptName(GetType(), "t", ["a", "b"]), "t");
        Assert.Equal("{{b}}-x", template.Fill(("a", "{{b}}"), ("b", "x")));
    }

    [Theory]
    [InlineData("repair.txt", "form", "format")]
    [InlineData("trace_constraint.txt", "fence", "delimiter")]
    [InlineData("trace_record.txt", "fence", "delimiter")]
    [InlineData("followbench_en.txt", "kind", "category")]
    [InlineData("followbench_zh.txt", "kind", "category")]
    public void A_prompt_with_the_former_name_of_a_slot_is_filled_alike(string file, string former, string slot)
    {
        using TemporaryFolder folder = new();
        PromptLibrary.WriteBuiltIn(Benches.JudgePrompts, folder.Path);
        PromptName name = Benches.JudgePrompts.Append(PromptName.Repair).Single(n => n.File == file);
        (string, string)[] values = [.. name.Slots.Select(s => (s, $"<{s}>"))];
        string expected = PromptLibrary.Load(Benches.JudgePrompts).Get(name).Fill(values);
        string text = File.ReadAllText(folder[file]);
        Assert.Contains($"{{{{{slot}}}}}", text, StringComparison.Ordinal);
        folder.Write(file, text.Replace($"{{{{{slot}}}}}", $"{{{{{former}}}}}", StringComparison.Ordinal));
        Assert.Equal(expected, PromptLibrary.Load(Benches.JudgePrompts, folder.Path).Get(name).Fill(values));
    }

    [Theory]
    [InlineData("repair.txt", "no slot", "the slot {{format}} is missing")]
    [InlineData("repair.txt", "{{format}} {{other}}", "there is no slot {{other}}")]
    [InlineData("judge.txt", "x", "there is no prompt of this name")]
    public void An_invalid_prompt_is_named(string file, string text, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write(file, text);
        PromptException e = Assert.Throws<PromptException>(() => PromptLibrary.Load(Benches.JudgePrompts, folder.Path));
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_or_no_text_is_named()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<PromptException>(() => PromptLibrary.Load(Benches.JudgePrompts, folder["absent"]));
        File.WriteAllBytes(folder["repair.txt"], [0xff, 0xfe, 0x41]);
        Assert.Contains(
            "UTF-8", Assert.Throws<PromptException>(() => PromptLibrary.Load(Benches.JudgePrompts, folder.Path)).Message,
            StringComparison.Ordinal);
    }
}
