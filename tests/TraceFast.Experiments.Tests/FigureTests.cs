using TraceFast.Data;

namespace TraceFast.Experiments.Tests;

public sealed class FigureTests
{
    /// <summary>By hand: one constraint: 2 of 4 prompts; several: 1 of 2 prompts; constraints: (2 + 2 + 1) of (4 + 2 + 3).</summary>
    [Fact]
    public void If_s_if_m_and_mean_are_as_defined()
    {
        Scores scores = Scores(single: [1, 0, 1, 0], several: [2, 1]);
        Assert.Equal(0.5, scores.IfS(true).Value, 12);
        Assert.Equal(0.5, scores.IfM(true).Value, 12);
        Assert.Equal(5.0 / 9, scores.Mean(true).Value, 12);
        Assert.Equal(0.25, scores.UnaskedTitles, 12); // one of the four prompts that ask for no title
        Assert.True(double.IsNaN(scores.IfM(false).Value));
    }

    [Fact]
    public void Every_method_has_as_many_trials_and_all_share_the_learning_rates()
    {
        Assert.Single(Method.All.Select(m => m.Grid.Count).Distinct());
        Assert.All(Method.All, m => Assert.Empty(m.Grid.Select(c => c.LearningRate).Except(Method.Sft.Grid.Select(c => c.LearningRate))));
        Assert.Equal(Method.All.Count, Method.All.Select(m => string.Join(' ', m.Overrides)).Distinct().Count());
    }

    /// <summary>
    /// By hand: differences of IF-M over three seeds 0.5, 0, 0.5: mean 1/3, s = 0.2887, standard error 1/6, t(0.975, 2) = 4.3027.
    /// </summary>
    [Fact]
    public void Seeds_are_paired()
    {
        ResultRow low = Row("dpo", [Scores([1], [0, 0]), Scores([1], [2, 0]), Scores([1], [0, 0])]),
            high = Row("iopo", [Scores([1], [2, 0]), Scores([1], [2, 0]), Scores([1], [2, 0])]);
        Difference difference = Figure.IfMIn.Difference(low, high);
        Assert.Equal(1.0 / 3, difference.Value, 12);
        Assert.Equal((1.0 / 3) - (4.302653 / 6), difference.Interval.Low, 5);
        Assert.False(difference.IsClear);
        Assert.True(Figure.IfMIn.Difference(low, low) is { Value: 0, IsClear: false, PValue: 1 });
    }

    [Fact]
    public void Of_one_seed_prompts_are_paired()
    {
        int[] none = new int[40], all = [.. Enumerable.Repeat(2, 40)];
        Difference difference = Figure.IfMIn.Difference(Row("sft", [Scores([1], none)]), Row("iopo", [Scores([1], all)]));
        Assert.Equal(1, difference.Value, 12);
        Assert.True(difference.IsClear && difference.PValue < 1e-9);
    }

    [Fact]
    public void Findings_say_ahead_and_behind_only_where_the_interval_does()
    {
        int[] none = new int[40], all = [.. Enumerable.Repeat(2, 40)];
        SettingResult result = new(
            Setting.Confounded,
            [Row("base", [Scores([1], none)]),
                Row("sft", [Scores([1], none)]), Row("dpo", [Scores([1], all)]), Row("iopo", [Scores([1], all)])]);
        string[] findings = [.. Findings.Of([result])];
        Assert.Contains(findings, f => f.Contains("against sft: ahead in domain (+100.0", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Contains("against dpo: no difference shown in domain (0.0", StringComparison.Ordinal));
        Assert.Contains("nobody asked for", Findings.UnaskedTitles([result]).Single(), StringComparison.Ordinal);
        Assert.Equal(
            ["IOPO against SFT: ahead with confounded answers (in domain); no difference shown with confounded answers (out of domain).",
                "IOPO against DPO, one-sided: no difference shown with confounded answers (in and out of domain)."],
            Findings.Summary([result]));
    }

    [Fact]
    public void Choices_are_read_as_they_were_written_and_what_is_missing_is_named()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, SelectedHyperparameters.FileName);
        SelectedHyperparameters selected = SelectedHyperparameters.None("weights");
        selected.Set("noisy", "iopo", new Hyperparameters(3e-4, 0.5));
        selected.Set("noisy", "sft", new Hyperparameters(1e-3));
        selected.Set("clean", "dpo", new Hyperparameters(1e-4, 0.1));
        File.WriteAllText(Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName + "/chosen.json", "damaged");
        selected.Write(path); // in place of what was there
        Assert.DoesNotContain("overrides", File.ReadAllText(path), StringComparison.OrdinalIgnoreCase);
        SelectedHyperparameters read = SelectedHyperparameters.Read(path);
        Assert.Equal(new Hyperparameters(3e-4, 0.5), read.Of("noisy", "iopo", Method.Iopo));
        Assert.Equal(["learning_rate=0.001"], read.Of("noisy", "sft", Method.Sft).Overrides);
        Assert.Equal(new Hyperparameters(1e-4, 0.1), read.Of("clean", "dpo", Method.Dpo));
        Assert.Contains(
            "clean/iopo", Assert.Throws<InputException>(() => read.Of("clean", "iopo", Method.Iopo)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "noisy/sft", Assert.Throws<InputException>(() => read.Of("noisy", "sft", Method.Iopo)).Message, StringComparison.Ordinal);

        Assert.Throws<InputException>(() => SelectedHyperparameters.Read(Path.Combine(folder.Path, "absent.json")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"model\": \"x\", \"settings\": {\"noisy\": {\"iopo\": {}}}}")]
    [InlineData("{\"model\": \"x\", \"settings\": {\"noisy\": {\"iopo\": {\"learning_rat\": 1}}}}")]
    [InlineData("{\"settings\": {}}")]
    public void Damaged_choices_are_an_error_that_names_the_file(string text)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, SelectedHyperparameters.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Assert.Contains(path, Assert.Throws<InputException>(() => SelectedHyperparameters.Read(path)).Message, StringComparison.Ordinal);
    }

    private static ResultRow Row(string name, IReadOnlyList<Scores> scores) =>
        new(name,
            name, name == "base" ? null : new Hyperparameters(1e-4, 0.1), 8,
            [.. scores.Select((s, i) => new ScoredRun($"{i}", "", new TrainingCost(1, 100, 60), s))]);

    /// <param name="single">Constraints obeyed of one.</param>
    /// <param name="several">Constraints obeyed of two; the last prompt has none less.</param>
    private static Scores Scores(int[] single, int[] several) => new(
    [
        new PromptSetScores(
            true, true, single, [.. single.Select(_ => 1)], [.. single.Select((_, i) => i == 0 ? 1 : i < 4 ? 0 : -1)],
            [.. single.Select(_ => 9)], 1),
        new PromptSetScores(
            true, false, several, [.. several.Select((_, i) => i == 1 && several.Length == 2 && several[1] == 1 ? 3 : 2)],
            [.. several.Select(_ => -1)], [.. several.Select(_ => 9)], 0),
    ]);
}
