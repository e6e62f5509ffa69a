using System.Runtime.InteropServices;
using TraceFast.Experiments;
using TraceFast.Models;
using TraceFast.Tests;
using TraceFast.Tokenization;
using TraceFast.Data.Progress;

namespace TraceFast.Experiments.Tests;

public sealed class BaseModelTests
{
    /// <summary>Made from few records, the folder holds a whole model, and the same seed makes the same one, weights to rounding.</summary>
    [Fact]
    public void The_model_is_made_anew_from_its_seed_alone()
    {
        using TemporaryFolder folder = new();
        string first = Make("a"), second = Make("b");
        Assert.Equal(2048, Tokenizer.Load(first).VocabularySize);
        using (Decoder decoder = Decoder.Load(first, new DecoderOptions { TrainAll = true }))
            Assert.InRange(decoder.TrainableParameters.Sum(p => p.Parameter.numel()), 1_000_000, 4_000_000);
        foreach (string file in new[] { "config.json", "tokenizer.json", "tokenizer_config.json", "data/quads.jsonl" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(first, file)), File.ReadAllBytes(Path.Combine(second, file)));
        Assert.Equal(Values(first), Values(second), (a, b) => Math.Abs(a - b) <= 1e-5f);

        static float[] Values(string model) =>
            MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(model, "model.safetensors")).AsSpan()[^(4 * 1_598_880)..])
                .ToArray();

        string Make(string name)
        {
            string model = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
            string settings = File.ReadAllText(Path.Combine(Oracles.RepositoryRoot, "models", "demo", BaseModel.ConfigFile));
            File.WriteAllText(Path.Combine(model, BaseModel.ConfigFile), settings + "\nmax_steps: 3\nthreads: 1\n");
            BaseModel.Make(
                model, Path.Combine(folder.Path, name + "-work"), 1, new PlainRunLog(TextWriter.Null), CancellationToken.None, share: 0.02);
            return model;
        }
    }

    /// <summary>What the demonstration needs of its start: single constraints most of the time, combinations seldom.</summary>
    [Fact]
    public void The_repositorys_model_obeys_single_constraints_but_not_combinations()
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<PromptSet> sets = [.. new ExperimentData(folder.Path, CancellationToken.None).Tests(80).Where(s => s.InDomain)];
        Scores scores = AnswerScoring.Run(
            Path.Combine(Oracles.RepositoryRoot, "models", "demo"), sets, Path.Combine(folder.Path, "responses.jsonl"), threads: 1,
            CancellationToken.None);
        Assert.InRange(scores.IfS(true).Value, 0.7, 1);
        Assert.InRange(scores.IfM(true).Value, 0.05, 0.45);
    }

    /// <summary>Under 20 MB.</summary>
    [Fact]
    public void The_repositorys_model_is_small()
    {
        string model = Path.Combine(Oracles.RepositoryRoot, "models", "demo");
        Assert.InRange(Directory.EnumerateFiles(model, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 0, 20_000_000);
    }
}
