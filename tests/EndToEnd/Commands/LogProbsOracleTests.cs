using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>The command in float64 against transformers and PEFT in full double: every family, every adapter, each row alone.</summary>
public sealed class LogProbsOracleTests
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string, string?> Cases
    {
        get
        {
            TheoryData<string, string?> cases = [];
            string index = Path.Combine(Oracles.Root, "oracles", "hf", "index.json");
            if (!File.Exists(index))
            {
                cases.Add("models/llama_gqa", null); // skipped by name
                return cases;
            }
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(index));
            foreach (JsonElement entry in json.RootElement.GetProperty("cases").EnumerateArray())
            {
                string path = entry.GetProperty("path").GetString()!;
                if (path.StartsWith("models/", StringComparison.Ordinal))
                    cases.Add(path, null);
                else if (path.StartsWith("lora/", StringComparison.Ordinal))
                    cases.Add(path, entry.GetProperty("base").GetString());
            }
            return cases;
        }
    }

    /// <param name="path">A model, or an adapter.</param>
    /// <param name="model">The adapter's model; null for a model.</param>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_token_is_exact(string path, string? model)
    {
        using TemporaryFolder folder = new();
        string place = Oracles.Require(["oracles", "hf", .. path.Split('/')]);
        OracleTensors golden = new(Path.Combine(place, "golden.safetensors"));
        (int rows, int width) = ((int)golden.Shape("input_ids")[0], (int)golden.Shape("input_ids")[1]);
        double[] ids = golden.Values("input_ids"), mask = golden.Values("attention_mask"), expected = golden.Values("token_logps_f64x");
        int[] lengths = [.. Enumerable.Range(0, rows).Select(r => (int)mask.AsSpan(r * width, width).ToArray().Sum())];
        string data = folder.Write("data.jsonl", string.Concat(Enumerable.Range(0, rows).Select(r => JsonSerializer.Serialize(new
        {
            prompt_ids = new[] { (int)ids[r * width] },
            response_ids = ids[(r * width + 1)..(r * width + lengths[r])].Select(id => (int)id),
        }) + "\n")));
        string[] adapter = model == null ? [] : ["--adapter", place];
        string[] lines = CommandHarness.Run(
            ["logprobs",
                "--model", model == null ? place : Oracles.Require(["oracles", "hf", .. model.Split('/')]), .. adapter, "--data", data,
                "--json", "--dtype", "float64"]).Succeeds().Lines;
        Assert.Equal(rows, lines.Length);
        for (int r = 0; r < rows; r++)
        {
            double[] tokens = [
                .. JsonDocument.Parse(lines[r]).RootElement.GetProperty("token_logps").EnumerateArray().Select(v => v.GetDouble())];
            Assert.Equal(lengths[r] - 1, tokens.Length);
            for (int t = 0; t < tokens.Length; t++)
                Assert.Equal(expected[r * width + 1 + t], tokens[t], Tolerance);
        }
    }
}
