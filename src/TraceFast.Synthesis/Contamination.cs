using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>
/// Which instructions overlap those of evaluation sets: they share a run of 13 words (an ideograph being a word), as GPT-3's filter has it
/// (arXiv 2005.14165, appendix C), or are the same where they are shorter.
/// </summary>
public sealed class Contamination
{
    public const int RunLength = 13;

    /// <summary>Keys under which evaluation sets keep what a model is asked.</summary>
    private static readonly HashSet<string> s_keys = [
        "prompt", "instruction", "input", "question", "query", "x1", "x2", "value", "content"];

    private readonly HashSet<ulong> _runs = [];

    /// <summary>Instructions read.</summary>
    public int Count { get; private set; }

    /// <param name="files">Evaluation sets: files of records with prompt, instruction, question, x1 and x2, conversations or
    /// messages.</param>
    /// <exception cref="InputException">A file cannot be read or holds no instruction; file:line.</exception>
    public static Contamination Read(IEnumerable<string> files)
    {
        Contamination set = new();
        foreach (string file in files)
        {
            int before = set.Count;
            foreach (JsonLine line in JsonLines.Read(file))
                set.Collect(line.Record, named: false);

            if (set.Count == before)
                throw new InputException($"{file}: no record has a key that holds an instruction; known: {string.Join(", ", s_keys)}");
        }

        return set;
    }

    public void Add(string instruction)
    {
        Count++;
        foreach (ulong run in Runs(instruction))
            _runs.Add(run);
    }

    /// <summary>Whether an instruction shares a run with one of the sets.</summary>
    public bool Holds(string instruction)
    {
        if (_runs.Count == 0)
            return false;
        foreach (ulong run in Runs(instruction))
        {
            if (_runs.Contains(run))
                return true;
        }

        return false;
    }

    private void Collect(JsonElement json, bool named)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in json.EnumerateObject())
                    Collect(property.Value, s_keys.Contains(property.Name));
                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in json.EnumerateArray())
                    Collect(element, named: false);
                break;
            case JsonValueKind.String when named && json.GetString() is { Length: > 0 } text:
                Add(text);
                break;
        }
    }

    private static IEnumerable<ulong> Runs(string text)
    {
        List<ulong> tokens = TokenHashes.Of(text);
        if (tokens.Count < RunLength)
        {
            yield return Hash(tokens, 0, tokens.Count) ^ 1;
            yield break;
        }

        for (int n = 0; n + RunLength <= tokens.Count; n++)
            yield return Hash(tokens, n, RunLength) & ~1UL;
    }

    private static ulong Hash(List<ulong> tokens, int start, int count)
    {
        ulong hash = (ulong)count;
        for (int n = start; n < start + count; n++)
            hash = MinHash.Mix(hash ^ tokens[n]);
        return hash | 1;
    }
}
