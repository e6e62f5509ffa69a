using TraceFast.Constraints.Templates;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Models.Files;
using TraceFast.Synthesis;
using TraceFast.Synthesis.Synthetic;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Tests;

namespace TraceFast.Experiments.Tests;

public sealed class ExperimentDataTests
{
    private static string Folder { get; } = Path.Combine(Oracles.RepositoryRoot, "models", "demo");

    [Fact]
    public void The_documented_seed_gives_the_repositorys_quads()
    {
        using TemporaryFolder folder = new();
        byte[] made = File.ReadAllBytes(new ExperimentData(folder.Path, CancellationToken.None).Quads(Setting.Clean, 1, 320));
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, "data", BaseModel.QuadsFile)), made);
    }

    [Fact]
    public void No_test_prompt_holds_what_is_said_to_be_held_out_of_the_quads_and_quads_hold_none_of_it()
    {
        using TemporaryFolder folder = new();
        ExperimentData data = new(folder.Path, CancellationToken.None);
        Quad[] quads = [
            .. Setting.All.SelectMany(r => File.ReadLines(data.Quads(r, 1, 120)))
                .Select(l => QuadJson.Read(JsonSerializer.Deserialize<JsonElement>(l)))];
        HoldOut held = ConstraintSet.HeldOut;
        Assert.All(quads.SelectMany(q => new[] { q.Constraints1, q.Constraints2 }), constraints =>
        {
            Assert.All(constraints, c => Assert.False(held.Has(c.Constraint.Type)));
            Assert.False(held.HasCombination(constraints.Select(c => c.Constraint)));
        });
        Assert.All(
            quads.SelectMany(q => q.Constraints1.Concat(q.Constraints2)),
            c => Assert.Contains(WordingsOf(c), w => !held.Has(c.Constraint.Type, w)));
        HashSet<string> topics = [.. quads.Select(q => q.Topic!)];

        IReadOnlyList<PromptSet> sets = data.Tests(60);
        Assert.Equal(60, sets.Where(s => s.InDomain && !s.Single).Sum(s => s.Prompts.Count));
        Assert.Equal(60, sets.Where(s => !s.InDomain && !s.Single).Sum(s => s.Prompts.Count));
        Assert.All(
            sets.SelectMany(s => s.Prompts.Select(p => (s.Single, p.Constraints.Count))),
            n => Assert.InRange(n.Count, n.Single ? 1 : 2, n.Single ? 1 : 4));
        Assert.All(Named("in_multi"), p => Assert.True(held.HasCombination(p.Constraints.Select(c => c.Constraint))));
        Assert.All(Named("out_type_multi"), p => Assert.Contains(p.Constraints, c => held.Has(c.Constraint.Type)));
        Assert.All(
            Named("out_topic_single"), p => Assert.DoesNotContain(topics, t => p.Prompt.Contains($" {t}.", StringComparison.Ordinal)));
        Assert.All(
            Named("out_template_multi").SelectMany(p => p.Constraints),
            c => Assert.Contains(WordingsOf(c), w => held.Has(c.Constraint.Type, w)));

        HashSet<string> validation = [.. data.Validation(60).SelectMany(s => s.Prompts).Select(p => p.Prompt)];
        Assert.All(sets.SelectMany(s => s.Prompts), p => Assert.DoesNotContain(p.Prompt, validation));

        IReadOnlyList<ConstraintPrompt> Named(string name) => sets.Single(s => s.Name == name).Prompts;
    }

    /// <summary>Those that say it in these words.</summary>
    private static IEnumerable<Template> WordingsOf(StatedConstraint stated) =>
        Statements.Fitting(stated.Constraint, Language.English).Where(w => w.Render(stated.Constraint) == stated.Text);

    [Fact]
    public void Noise_and_confound_are_those_of_the_regime()
    {
        using TemporaryFolder folder = new();
        ExperimentData data = new(folder.Path, CancellationToken.None);
        Assert.True(Broken(Setting.Noisy) > 0.3);
        Assert.Equal(0, Broken(Setting.Clean));
        Assert.Equal(0, Broken(Setting.Confounded));
        Quad[] confounded = Read(Setting.Confounded);
        Assert.InRange(confounded.Count(q => q.IsConfounded) / (double)confounded.Length, 0.35, 1); // where a title has room
        Assert.DoesNotContain(Read(Setting.Clean), q => q.IsConfounded);

        Quad[] Read(Setting setting) =>
            [.. File.ReadLines(data.Quads(setting, 3, 200)).Select(l => QuadJson.Read(JsonSerializer.Deserialize<JsonElement>(l)))];
        double Broken(Setting setting) => Read(setting).Average(q => q.Broken1.Count + q.Broken2.Count);
    }

    /// <summary>The hyperparameters that demo --full selected are with the model, for each method in every setting.</summary>
    [Fact]
    public void Settings_are_stored_for_every_method_that_demo_trains()
    {
        SelectedHyperparameters selected = SelectedHyperparameters.Read(Path.Combine(Folder, SelectedHyperparameters.FileName));
        Assert.Equal(FileHash.Sha256(Path.Combine(Folder, "model.safetensors")), selected.Model);
        foreach (Setting setting in Setting.All)
        {
            foreach (Method method in Method.All)
                Assert.Contains(selected.Of(setting.Name, method.Name, method), method.Grid);
            if (setting.StartsFromSft)
                Assert.Contains(selected.Of(setting.Name, Experiment.SftStart, Method.Sft), Method.Sft.Grid);
        }
    }
}
