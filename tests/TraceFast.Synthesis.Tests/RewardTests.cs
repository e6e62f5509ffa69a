using TraceFast.Constraints;
using TraceFast.Constraints.Types;
using TraceFast.Data;
using TraceFast.Synthesis.Rewards;
using TraceFast.Tests;

namespace TraceFast.Synthesis.Tests;

/// <summary>What an answer is worth, and what is no answer.</summary>
public sealed class RewardTests
{
    private const string Prompt =
        "Write three sentences about tea and rain, use at least one question, and end with a short greeting to all.";

    private const string Loop = "tea is warm and good";

    private static readonly StatedConstraint[] s_asked =
    [
        new(Counts.Questions.Of(CountRange.AtLeast(1)), "Use at least one question"),
        new(new Keywords(["tea"]), "Use the word \"tea\""),
    ];

    [Theory]
    [InlineData("Tea?", 1, 1)]
    [InlineData("Tea.", 0.5, 0)]
    [InlineData("Milk.", 0, 0)]
    public void A_reward_is_the_share_obeyed_or_all(string answer, double share, double all)
    {
        Assert.Equal(share, new ConstraintReward(all: false, guarded: true).Of(Prompt, s_asked, answer).Reward);
        Assert.Equal(all, new ConstraintReward(all: true, guarded: true).Of(Prompt, s_asked, answer).Reward);
    }

    [Fact]
    public void What_only_a_reader_can_judge_does_not_count()
    {
        StatedConstraint judged = new(Judged.Theme.Of("Be kind"), "Be kind");
        Assert.Equal(0.5, new ConstraintReward(all: false, guarded: true).Of(Prompt, [.. s_asked, judged], "Tea.").Reward);
        Assert.False(ConstraintReward.Checks([judged]));
        Assert.True(ConstraintReward.Checks([judged, .. s_asked]));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" \n ... !", true)]
    [InlineData("Tea", false)]
    [InlineData("茶", false)]
    public void An_answer_without_a_word_is_empty(string answer, bool expected) =>
        Assert.Equal(expected, AnswerGuards.Of(Prompt, answer).Empty);

    [Theory]
    [InlineData("tea tea tea tea tea tea", false)] // 3 runs: too few
    [InlineData("tea tea tea tea tea tea tea", true)] // 4 runs, 3 of them repeats
    [InlineData(Loop + " " + Loop, false)] // 7 runs, 2 repeats
    [InlineData(Loop + " " + Loop + " " + Loop, true)] // 12 runs, 7 repeats
    [InlineData("Tea is warm. Rain is cold. A roof helps. What more do we need? Good evening to you all!", false)]
    [InlineData("茶很好茶很好茶很好茶很好", true)]
    public void An_answer_most_of_whose_runs_came_before_is_repeated(string answer, bool expected) =>
        Assert.Equal(expected, AnswerGuards.Of(Prompt, answer).Repeated);

    [Fact]
    public void An_answer_most_of_whose_runs_are_the_prompts_is_copied()
    {
        Assert.True(AnswerGuards.Of(Prompt, Prompt).Copied);
        Assert.True(AnswerGuards.Of(Prompt, "write THREE sentences about tea and rain use at least one question").Copied);
        Assert.False(AnswerGuards.Of(Prompt, "write three sentences about tea and rain").Copied); // too short
        Assert.False(AnswerGuards.Of(Prompt, Prompt + " " + string.Join(' ', Enumerable.Range(0, 30).Select(i => $"word{i}"))).Copied);
        Assert.False(AnswerGuards.Of("", Prompt).Copied);
    }

    [Fact]
    public void Guards_take_the_reward_only_where_they_are_on()
    {
        string answer = string.Concat(Enumerable.Repeat("Tea? ", 12));
        RewardedAnswer guarded = new ConstraintReward(all: false, guarded: true).Of(Prompt, s_asked, answer);
        RewardedAnswer open = new ConstraintReward(all: false, guarded: false).Of(Prompt, s_asked, answer);
        Assert.Equal((0, 1), (guarded.Reward, open.Reward));
        Assert.True(guarded.Guards.Repeated && open.Guards.Repeated);
    }

    /// <summary>
    /// What a policy could say to every prompt of the demo's data, and what that pays: share of constraints, guards off and on.
    /// </summary>
    [Theory]
    [InlineData("nothing", 0.12, 0)]
    [InlineData("the prompt", 0.19, 0)]
    [InlineData("one sentence, ten times", 0.16, 0)]
    public void Guards_take_what_gaming_pays(string game, double without, double with)
    {
        string file = Path.Combine(Oracles.RepositoryRoot, "models", "demo", "data", "quads.jsonl");
        (double open, double guarded, int count) = (0, 0, 0);
        foreach (Quad quad in JsonLines.Read(file).Select(line => QuadJson.Read(line.Record)))
            foreach ((string x, IReadOnlyList<StatedConstraint> constraints) in
                new[] { (quad.X1, quad.Constraints1), (quad.X2, quad.Constraints2) })
            {
                string answer = game switch
                {
                    "nothing" => "",
                    "the prompt" => x,
                    _ => string.Concat(Enumerable.Repeat("Tea is a warm drink that people like! ", 10)),
                };
                open += new ConstraintReward(all: false, guarded: false).Of(x, constraints, answer).Reward;
                guarded += new ConstraintReward(all: false, guarded: true).Of(x, constraints, answer).Reward;
                count++;
            }
        Assert.Equal((without, with), (Math.Round(open / count, 2), Math.Round(guarded / count, 2)));
    }

    /// <summary>The guards are for what is no answer: those of the demo's data are none of it.</summary>
    [Fact]
    public void Answers_of_the_data_pass_the_guards()
    {
        string file = Path.Combine(Oracles.RepositoryRoot, "models", "demo", "data", "quads.jsonl");
        Quad[] quads = [.. JsonLines.Read(file).Select(line => QuadJson.Read(line.Record))];
        ConstraintReward reward = new(all: true, guarded: true);
        (int flagged, double mean) = (0, 0);
        foreach (Quad quad in quads)
            foreach ((string x, string y, IReadOnlyList<StatedConstraint> constraints) in
                new[] { (quad.X1, quad.Y1, quad.Constraints1), (quad.X2, quad.Y2, quad.Constraints2) })
            {
                RewardedAnswer rewarded = reward.Of(x, constraints, y);
                flagged += rewarded.Guards.Any ? 1 : 0;
                mean += rewarded.Reward / (2 * quads.Length);
            }
        Assert.Equal(0, flagged);
        Assert.Equal(1, mean, 1e-9);
    }
}
