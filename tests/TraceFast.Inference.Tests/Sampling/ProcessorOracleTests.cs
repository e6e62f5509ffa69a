using System.Text.Json;
using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Tests.Sampling;

/// <summary>Processed logits and probabilities against transformers' logits processors.</summary>
public class ProcessorOracleTests
{
    public static TheoryData<string> Cases()
    {
        string path = Path.Combine(Oracles.Root, "oracles", "hf", "generation", "processors.json");
        TheoryData<string> cases = [];
        if (!File.Exists(path))
            return new TheoryData<string>("absent");
        foreach (JsonElement setting in JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray())
            cases.Add(setting.GetProperty("name").GetString()!);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Probabilities_equal_the_librarys(string name)
    {
        string folder = Oracles.Require("oracles", "hf", "generation");
        JsonElement setting = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "processors.json"))).RootElement
            .EnumerateArray().Single(e => e.GetProperty("name").GetString() == name);
        OracleTensors tensors = new(Path.Combine(folder, "processors.safetensors"));
        int vocabulary = (int)tensors.Shape("logits")[1], contextLength = (int)tensors.Shape("context_ids")[1];
        double[] logits = tensors.Values("logits"), context = tensors.Values("context_ids");
        double[] expectedLogits = tensors.Values($"{name}.logits"), expected = tensors.Values($"{name}.probs_f64");
        SamplingOptions options = new()
        {
            RepetitionPenalty = Number(setting, "repetition_penalty", 1),
            Temperature = Number(setting, "temperature", 1),
            TopK = (int)Number(setting, "top_k", 0),
            TopP = Number(setting, "top_p", 1),
            MinP = Number(setting, "min_p", 0),
        };
        int leftOut = 0;
        for (int row = 0; row < logits.Length / vocabulary; row++)
        {
            float[] actual = [.. logits.Skip(row * vocabulary).Take(vocabulary).Select(v => (float)v)];
            int[] ids = [.. context.Skip(row * contextLength).Take(contextLength).Select(v => (int)v)];
            float[] before = [.. actual];
            foreach (ILogitsProcessor processor in Sampler.Processors(options with { TopK = 0, TopP = 1, MinP = 0 }))
                processor.Process(before, ids);
            foreach (ILogitsProcessor processor in Sampler.Processors(options))
                processor.Process(actual, ids);
            double max = actual.Max();
            double total = actual.Sum(l => Math.Exp(l - max));
            double[] found = [.. actual.Select(l => Math.Exp(l - max) / total)],
                wanted = [.. expected.Skip(row * vocabulary).Take(vocabulary)];
            leftOut += actual.Count(float.IsNegativeInfinity) - before.Count(float.IsNegativeInfinity);
            Close(wanted.Order(), found.Order());
            for (int i = 0; i < vocabulary; i++)
            {
                // Of equal logits, the library's sort leaves it open which come first.
                if (before.Count(l => l == before[i]) > 1)
                    continue;
                double expectedLogit = expectedLogits[row * vocabulary + i];
                Assert.True(
                    double.IsNegativeInfinity(expectedLogit) == float.IsNegativeInfinity(actual[i]),
                    $"row {row}, id {i}: found {actual[i]}, expected {expectedLogit}");
                Close([wanted[i]], [found[i]]);
                if (float.IsFinite(actual[i]))
                    Assert.Equal(expectedLogit, actual[i], 1e-6 * Math.Max(1, Math.Abs(expectedLogit)));
            }
        }

        Assert.Equal(options is { TopK: > 0 and < 67 } or { TopP: < 1 } or { MinP: > 0 }, leftOut > 0);
    }

    private static void Close(IEnumerable<double> expected, IEnumerable<double> actual)
    {
        foreach ((double e, double a) in expected.Zip(actual))
            Assert.Equal(e, a, 2e-6);
    }

    private static double Number(JsonElement setting, string key, double standard) =>
        setting.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : standard;
}
