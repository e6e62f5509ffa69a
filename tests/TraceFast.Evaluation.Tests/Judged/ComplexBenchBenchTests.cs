using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class ComplexBenchBenchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_go_to_the_judge_and_rules_to_the_program()
    {
        using TemporaryFolder folder = new();
        ScriptedModel model = new(r => r.Messages[0].Content switch
        {
            string p when p.Contains("是否不超过3个字", StringComparison.Ordinal) => "【解释】\n标题\n\n【模型回复中评分问题的评测对象】\n评分对象：春天来了",
            string p when p.Contains("每行是否", StringComparison.Ordinal) => "【解释】\n行\n\n【模型回复中评分问题的评测对象】\n评分对象：春一||春二",
            string p when p.Contains("第五个问题", StringComparison.Ordinal) => "评分对象：all",
            string p when p.Contains("第一个问题", StringComparison.Ordinal) => "分析：不\n答案：否",
            _ => "分析：好\n答案：是",
        });
        string path = folder.Write("r.jsonl", JsonSerializer.Serialize(Record()));
        BenchResult result = await new ComplexBench(new JudgeSettings { Judge = model.Judge() }).ScoreAsync(path, Cancel);
        JudgedRecord record = Assert.IsType<JudgedRecord>(result.Records[0]);
        // False, false by its dependency, too long, each begins with 春, unknown rule.
        Assert.Equal(
            [Outcome.Violated, Outcome.Violated, Outcome.Violated, Outcome.Obeyed, Outcome.NeedsJudge],
            record.Constraints.Select(c => c.Outcome));
        Assert.Equal("there is no rule rhymes:[1]", record.Constraints[4].Reason);
        Assert.Contains("depends on", record.Constraints[1].Reason, StringComparison.Ordinal);
        Assert.Equal(
            [Decider.Judge, Decider.Judge, Decider.Program, Decider.Program, Decider.Program], record.Constraints.Select(c => c.By));
        Assert.Equal(0.2, Assert.Single(result.Metrics).Value);
        Assert.Equal(5, model.Asked.Count);
        Assert.Equal(["And_Selection_1"], result.Breakdowns.Single(b => b.Name == "category").Metrics.Select(m => m.Part));
    }

    [Fact]
    public async Task Without_a_judge_nothing_can_be_said()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("r.jsonl", JsonSerializer.Serialize(Record()));
        InputException e = await Assert.ThrowsAsync<InputException>(() => new ComplexBench(new JudgeSettings()).ScoreAsync(path, Cancel));
        Assert.StartsWith("1 of 1 instructions need a judge", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("分析：是，不是否定\n答案：是", true)]
    [InlineData("答案: 否", false)]
    [InlineData("答案：是\n答案：否", null)]
    [InlineData("是", null)] // the published code takes it
    [InlineData("", null)]
    public async Task An_answer_is_one_line_and_one_only(string answer, bool? expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("r.jsonl", JsonSerializer.Serialize(Record(rules: false)));
        BenchResult result = await new ComplexBench(new JudgeSettings { Judge = new ScriptedModel(_ => answer).Judge() }).ScoreAsync(path,
            Cancel);
        Assert.Equal(
            expected switch { true => Outcome.Obeyed, false => Outcome.Violated, _ => Outcome.NeedsJudge },
            result.Records[0].Constraints[0].Outcome);
        Assert.Equal(expected == true ? 1 : 0, result.Metrics[0].Value);
    }

    [Fact]
    public async Task Prompts_hold_the_head_of_long_texts_in_code_points()
    {
        using TemporaryFolder folder = new();
        ScriptedModel model = new(_ => "答案：是");
        string response = string.Concat(Enumerable.Repeat("😀", 4001)) + "end";
        string path = folder.Write("r.jsonl", JsonSerializer.Serialize(Record(rules: false, response: response)));
        await new ComplexBench(new JudgeSettings { Judge = model.Judge() }).ScoreAsync(path, Cancel);
        string prompt = model.Asked.First().Messages[0].Content;
        Assert.Equal(4000, prompt.Split("😀").Length - 1);
        Assert.DoesNotContain("end", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"dep\":[0]", "\"dep\":[9]", "scoring_questions[1]: 'dep' names question 9; there are 5, from 0")]
    [InlineData("\"dep\":[0]", "\"dep\":0", "scoring_questions[1]: 'dep' is a number, not a list")]
    [InlineData("\"category\":\"And_Selection_1\",", "", "the key 'category' is missing")]
    [InlineData("\"generated\":", "\"answer\":", "there is no response")]
    public async Task A_bad_record_is_named(string old, string changed, string expected)
    {
        using TemporaryFolder folder = new();
        string record = JsonSerializer.Serialize(Record());
        string path = folder.Write("r.jsonl", record + "\n" + record.Replace(old, changed, StringComparison.Ordinal));
        InputException e = await Assert.ThrowsAsync<InputException>(() => new ComplexBench(new JudgeSettings()).ScoreAsync(path, Cancel));
        Assert.StartsWith($"{path}:2: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Either list is looked for at the rule's end, so that a rule of two lines never has both.</summary>
    [Theory]
    [InlineData("keyword:[甲]\nforbidden_word:[乙]")]
    [InlineData("forbidden_word:[乙]\nkeyword:[甲]")]
    [InlineData("length:[三,五]")]
    public void Rules_at_which_the_published_program_breaks_off_are_undecided(string rule) =>
        Assert.Throws<RuleException>(() => ComplexBenchRule.Check(rule, ["丙"]));

    private static object Record(bool rules = true, string response = "春天来了\n春一\n春二")
    {
        List<object> questions = [Question("第一个问题？", null, [], "Selection")];
        if (rules)
        {
            questions.Add(Question("第二个问题？", null, [0]));
            questions.Add(Question("标题是否不超过3个字？", "model_length:[1,3]", []));
            questions.Add(Question("每行是否以春开头？", "model_startswith_each:春", []));
            questions.Add(Question("第五个问题？", "rhymes:[1]", []));
        }

        return new
        {
            main_id = 1, group = "g", instruction = "写", task_types = "Creative Writing", composition_types = new[] { "Selection", "And" },
            category = "And_Selection_1",
            scoring_questions = questions, generated = response,
        };
    }

    private static object Question(string question, string? rule, int[] dep, params string[] compositions) =>
        new { question, rule, constraint_dimensions = new[] { "Length" }, composition_types = compositions, dep };
}
