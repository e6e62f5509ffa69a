using System.Text.Json;

namespace TraceFast.Evaluation.Tests.Judged;

/// <summary>Golden numbers of the published scorers of CFBench, ComplexBench and FollowBench, and the reading of TRACE's scores.</summary>
internal static class AggregateOracle
{
    /// <summary>The cases under keys of the file; skips the test where it is absent.</summary>
    public static IReadOnlyList<JsonElement> Cases(params string[] keys)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("oracles", "evaluation", "aggregate_cases.json")));
        JsonElement at = document.RootElement;
        foreach (string key in keys)
            at = at.GetProperty(key);
        JsonElement[] cases = [.. at.EnumerateArray().Select(c => c.Clone())];
        Assert.NotEmpty(cases);
        return cases;
    }

    public static string[] Texts(this JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];

    public static double[] Numbers(this JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetDouble())];

    public static int[] Integers(this JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>true, false, 1 and 0.</summary>
    public static bool[] Flags(this JsonElement list) =>
        [.. list.EnumerateArray()
            .Select(e => e.ValueKind is JsonValueKind.True or JsonValueKind.False ? e.GetBoolean() : e.GetDouble() == 1)];
}
