namespace TraceFast.Tokenization.Models;

/// <summary>Token to id and back; ids are non-negative, distinct, and need not be contiguous.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> idsBySpan;
    private readonly Dictionary<int, string> tokens;

    public Vocabulary(int capacity)
    {
        ids = new Dictionary<string, int>(capacity, StringComparer.Ordinal);
        idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        tokens = new Dictionary<int, string>(capacity);
    }

    public int Count => ids.Count;

    /// <summary>UTF-16 units of the longest token; at least 1.</summary>
    public int LongestToken { get; private set; } = 1;

    /// <summary>False, with nothing added, where the token or the id is there already.</summary>
    public bool TryAdd(string token, int id)
    {
        if (ids.ContainsKey(token) || !tokens.TryAdd(id, token))
            return false;
        ids.Add(token, id);
        LongestToken = Math.Max(LongestToken, token.Length);
        return true;
    }

    public int? Id(ReadOnlySpan<char> token) => idsBySpan.TryGetValue(token, out int id) ? id : null;

    public string? Token(int id) => tokens.GetValueOrDefault(id);
}
