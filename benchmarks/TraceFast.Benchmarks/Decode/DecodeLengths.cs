using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Benchmarks.Decode;

/// <summary>Tokens of one request.</summary>
public readonly record struct DecodeLength(int Prompt, int New);

/// <summary>Lengths of requests: from a file, a JSON list of [prompt, new], or drawn.</summary>
public static class DecodeLengths
{
    private const int Longest = 1 << 20;

    /// <exception cref="InputException">No such JSON, or a length out of range.</exception>
    public static IReadOnlyList<DecodeLength> Read(string path)
    {
        int[][]? entries;
        try
        {
            entries = JsonSerializer.Deserialize<int[][]>(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}:{(e.LineNumber ?? 0) + 1}: found no list of [prompt, new] token counts ({e.Message})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {e.Message}", e);
        }

        int wrong = Array.FindIndex(entries ?? [], e => e is not [> 0 and <= Longest, > 0 and <= Longest]);
        if (entries is null or [] || wrong >= 0)
            throw new InputException(
                $"{path}: {(wrong >= 0 ? $"entry {wrong + 1} is [{string.Join(", ", entries![wrong] ?? [])}]" : "found no entries")}, "
                    + $"expected [prompt, new] token counts from 1 to {Longest}");
        return [.. entries.Select(e => new DecodeLength(e[0], e[1]))];
    }

    /// <summary>Prompts of lengths that the seed determines, even over a range.</summary>
    public static IReadOnlyList<DecodeLength> Sample(int count, (int Least, int Most) prompts, int newTokens, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new DecodeLength(random.Next(prompts.Least, prompts.Most + 1), newTokens))];
    }
}
