using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

public sealed class LogProbsTests
{
    /// <summary>Per-token and per-sum tolerance of the real model's expected log-probabilities in float32.</summary>
    private const double TokenTolerance = 2e-4, SumTolerance = 2e-3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_real_model_gives_transformers_log_probs(bool fromText)
    {
        string model = SmolLm2.Folder;
        using TemporaryFolder folder = new();
        using JsonDocument expected = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("models", "smollm2-135m-instruct", "expected.json")));
        JsonElement[] sequences = [.. expected.RootElement.GetProperty("sequences").EnumerateArray()];
        string data = folder.Write("data.jsonl", string.Concat(sequences.Select(s => JsonSerializer.Serialize(fromText
            ? new { prompt = s.GetProperty("prompt_text").GetString(),
                response = s.GetProperty("response_text").GetString() + "<|im_end|>" }
            : (object)new { prompt_ids = s.GetProperty("prompt_ids"), response_ids = s.GetProperty("response_ids") }) + "\n")));
        string[] lines = CommandHarness.Run(["logprobs", "--model", model, "--data", data, "--json", "--dtype", "float32"])
            .Succeeds().Lines;
        Assert.Equal(sequences.Length, lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            JsonElement line = JsonDocument.Parse(lines[i]).RootElement;
            Assert.Equal(sequences[i].GetProperty("sum_logp").GetDouble(), line.GetProperty("logp").GetDouble(), SumTolerance);
            double[] tokens = Numbers(sequences[i].GetProperty("token_logps")), got = Numbers(line.GetProperty("token_logps"));
            Assert.Equal(tokens.Length, got.Length);
            for (int t = 0; t < tokens.Length; t++)
                Assert.Equal(tokens[t], got[t], TokenTolerance);
        }
    }

    [Fact]
    public void An_empty_response_is_zero_and_order_is_kept()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", """
            {"prompt_ids":[1,5,9],"response_ids":[7,8]}
            {"prompt_ids":[3],"response_ids":[4]}
            {"prompt_ids":[1,5,9],"response_ids":[]}
            {"prompt_ids":[1,5,9],"response_ids":[7]}
            """);
        JsonElement[] lines = [
            .. CommandHarness.Run(["logprobs", "--model", TinyModel(), "--data", data, "--json", "--dtype", "float64"])
                .Succeeds().Lines.Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal([2, 1, 0, 1], lines.Select(l => l.GetProperty("token_logps").GetArrayLength()));
        Assert.Equal(0, lines[2].GetProperty("logp").GetDouble());
        Assert.Equal(lines[0].GetProperty("token_logps")[0].GetDouble(), lines[3].GetProperty("logp").GetDouble(), 1e-12);
        Assert.All(lines, l => Assert.Equal(Numbers(l.GetProperty("token_logps")).Sum(), l.GetProperty("logp").GetDouble(), 1e-12));
    }

    [Theory]
    [InlineData("{\"prompt_ids\":[],\"response_ids\":[1]}", "'prompt_ids' is empty")]
    [InlineData("{\"prompt_ids\":[1],\"response_ids\":[99999]}", "outside the model's vocabulary")]
    [InlineData("{\"prompt_ids\":[1],\"response_ids\":[-1]}", "-1")]
    [InlineData("{\"prompt_ids\":[1]}", "response_ids")]
    [InlineData("{\"prompt_ids\":\"1\",\"response_ids\":[1]}", "not a list")]
    [InlineData("[1]", "")]
    public void A_bad_line_is_named(string line, string expected)
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", "{\"prompt_ids\":[1],\"response_ids\":[1]}\n" + line + "\n");
        CommandResult result = CommandHarness.Run(["logprobs", "--model", TinyModel(), "--data", data, "--json"]);
        Assert.Equal(2, result.Code);
        Assert.Contains($"{data}:2", result.Log, StringComparison.Ordinal);
        Assert.Contains(expected, result.Log, StringComparison.Ordinal);
    }

    private static string TinyModel() => Oracles.Require("oracles", "hf", "models", "llama_gqa");

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];
}
