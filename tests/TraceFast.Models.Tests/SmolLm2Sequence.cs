using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.Models.Tests;

/// <summary>A prompt and a response with the log-probs that transformers gives them under the real 135M model.</summary>
internal sealed record SmolLm2Sequence(int[] Prompt, int[] Response, double[] TokenLogps, double SumLogp)
{
    /// <summary>All expected sequences; skips the test where their file is absent.</summary>
    public static IReadOnlyList<SmolLm2Sequence> Expected()
    {
        using JsonDocument json = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("models", "smollm2-135m-instruct", "expected.json")));
        return [.. json.RootElement.GetProperty("sequences").EnumerateArray().Select(s => new SmolLm2Sequence(
            Ints(s.GetProperty("prompt_ids")), Ints(s.GetProperty("response_ids")),
            [.. s.GetProperty("token_logps").EnumerateArray().Select(v => v.GetDouble())], s.GetProperty("sum_logp").GetDouble()))];

        static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
    }
}
