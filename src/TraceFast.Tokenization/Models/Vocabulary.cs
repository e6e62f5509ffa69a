namespace TraceFast.Tokenization.Models;

/// <summary>Token to id and back; ids are non-negative, distinct, and need not be contiguous.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly Dictionary<int, string> _tokens;

    public Vocabulary(int capacity)
    {
        _ids = new Dictionary<string, int>(capacity, StringComparer.Ordinal);
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new Dictionary<int, string>(capacity);
    }

    public int Count => _ids.Count;

    /// <summary>UTF-16 units of the longest token; at least 1.</summary>
    public int LongestToken { get; private set; } = 1;

    /// <summary>False, with nothing added, where the token or the id is there already.</summary>
    public bool TryAdd(string token, int id)
    {
        if (_ids.ContainsKey(token) || !_tokens.TryAdd(id, token))
            return false;
        _ids.Add(token, id);
        LongestToken = Math.Max(LongestToken, token.Length);
        return true;
    }

    public int? Id(ReadOnlySpan<char> token) => _idsBySpan.TryGetValue(token, out int id) ? id : null;

    public string? Token(int id) => _tokens.GetValueOrDefault(id);
}
