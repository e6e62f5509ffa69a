using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Benchmarks.Step;

/// <summary>Token counts of one quad: two prompts and two responses.</summary>
public readonly record struct QuadLength(int X1, int Y1, int X2, int Y2)
{
    /// <summary>
    /// Tokens of the four sequences (x1,y1), (x1,y2), (x2,y2), (x2,y1), each counted whole: what a step without sharing reads.
    /// </summary>
    public long Unpadded => 2L * ((long)X1 + Y1 + X2 + Y2);
}

/// <summary>
/// The lengths that a benchmark's quads have: from a file, a JSON list of [x1, y1, x2, y2], or drawn log-normally around a
/// prompt of 200 and a response of 300 tokens, as instruction data are.
/// </summary>
public static class QuadLengths
{
    private const int Longest = 1 << 20;
    private const int MeanPrompt = 200;
    private const int MeanResponse = 300;
    private const int Shortest = 8;
    private const double Sigma = 0.8;

    /// <summary>What drawn lengths have on average.</summary>
    public static QuadLength Mean { get; } = new(MeanPrompt, MeanResponse, MeanPrompt, MeanResponse);

    /// <summary>The first <paramref name="count"/> entries of a lengths file.</summary>
    /// <exception cref="InputException">No such JSON, a length out of range, or too few entries.</exception>
    public static IReadOnlyList<QuadLength> Read(string path, int count)
    {
        JsonDocument document;
        try
        {
            using FileStream file = File.OpenRead(path);
            document = JsonDocument.Parse(file);
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{path}:{(e.LineNumber ?? 0) + 1}: found no JSON ({e.Message}), expected a list of [x1, y1, x2, y2] token counts", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {e.Message}", e);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw new InputException(
                    $"{path}: found a JSON {Kind(document.RootElement)}, expected a list of [x1, y1, x2, y2] token counts");
            int found = document.RootElement.GetArrayLength();
            if (found < count)
                throw new InputException(
                    $"{path}: found {found} entries, expected at least {count}: (steps + 1 for warming up) x quads; "
                        + "lower --steps or --quads");
            return [.. document.RootElement.EnumerateArray().Take(count).Select((entry, i) => Entry(path, i, entry))];
        }
    }

    /// <summary>Lengths that the seed determines.</summary>
    public static IReadOnlyList<QuadLength> Sample(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count)
            .Select(_ => new QuadLength(Next(MeanPrompt), Next(MeanResponse), Next(MeanPrompt), Next(MeanResponse)))];

        // exp(N(ln m - sigma^2 / 2, sigma)), whose mean is m; Box-Muller.
        int Next(int mean)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return Math.Max(Shortest, (int)Math.Exp(Math.Log(mean) - (Sigma * Sigma / 2) + (Sigma * normal)));
        }
    }

    private static QuadLength Entry(string path, int number, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 4)
            throw new InputException($"{path}: entry {number}: found {Short(entry)}, expected four token counts [x1, y1, x2, y2]");
        int[] lengths = [.. entry.EnumerateArray().Select(value =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int length) && length is >= 1 and <= Longest
                ? length
                : throw new InputException($"{path}: entry {number}: found {Short(value)}, expected a whole number from 1 to {Longest}"))];
        return new QuadLength(lengths[0], lengths[1], lengths[2], lengths[3]);
    }

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();

    private static string Short(JsonElement element)
    {
        const int Most = 40;
        string text = element.GetRawText();
        return text.Length <= Most ? text : text[..Most] + "...";
    }
}
