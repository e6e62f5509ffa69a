using System.Text.Json;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>Reads the loss oracles (float64 values and gradients of the library losses).</summary>
internal sealed class LossFile
{
    private readonly JsonElement _root;

    public LossFile(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Oracles.Require("oracles", "hf", "losses", name)));
        _root = document.RootElement.Clone();
    }

    public JsonElement Root => _root;

    public double[] Input(string name) => Numbers(_root.GetProperty("inputs").GetProperty(name));

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(Number)];

    /// <summary>A number, or the word that Python's json writes for what JSON cannot.</summary>
    public static double Number(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString() switch
        {
            "Infinity" or "inf" => double.PositiveInfinity,
            "-Infinity" or "-inf" => double.NegativeInfinity,
            _ => double.NaN,
        }
        : element.GetDouble();

    public static double Get(JsonElement c, string name, double otherwise = 0) =>
        c.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;

    /// <summary>
    /// Relative 1e-12, and absolute 1e-15 of the case's largest value: the library computes some small values as differences of large ones.
    /// </summary>
    public static void AssertClose(double[] expected, double[] actual, string what, double relative = 1e-12)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Max(1, expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = relative * Math.Abs(expected[i]) + 1e-15 * Math.Min(scale, 1e3);
            Assert.True(Math.Abs(expected[i] - actual[i]) <= allowed, $"{what}, row {i}: {actual[i]:R}, expected {expected[i]:R}");
        }
    }
}
