using System.Buffers;

namespace TraceFast.Tokenization.AddedTokens;

/// <summary>
/// Finds the added tokens in a text: leftmost first and, of those that start there, the longest. Matches do not overlap.
/// </summary>
internal sealed class TokenTrie
{
    private readonly Dictionary<(int Node, char Unit), int> _children = [];
    private readonly List<int> _tokenAt = [-1];
    private SearchValues<char> _firstUnits = SearchValues.Create("");

    public bool IsEmpty => _children.Count == 0;

    /// <summary>Adds a pattern; of equal patterns the first holds.</summary>
    public static TokenTrie Of(IEnumerable<(string Pattern, int Token)> patterns)
    {
        TokenTrie trie = new();
        HashSet<char> first = new();
        foreach ((string pattern, int token) in patterns)
        {
            if (pattern.Length == 0)
                continue;
            first.Add(pattern[0]);
            int node = 0;
            foreach (char unit in pattern)
            {
                if (!trie._children.TryGetValue((node, unit), out int child))
                {
                    child = trie._tokenAt.Count;
                    trie._tokenAt.Add(-1);
                    trie._children.Add((node, unit), child);
                }
                node = child;
            }
            if (trie._tokenAt[node] < 0)
                trie._tokenAt[node] = token;
        }
        trie._firstUnits = SearchValues.Create([.. first]);
        return trie;
    }

    /// <summary>Appends all patterns that start at <paramref name="from"/>, the shortest first.</summary>
    public void FindPrefixes(ReadOnlySpan<char> text, int from, List<(int End, int Token)> found)
    {
        int node = 0;
        for (int i = from; i < text.Length && _children.TryGetValue((node, text[i]), out node); i++)
            if (_tokenAt[node] >= 0)
                found.Add((i + 1, _tokenAt[node]));
    }

    /// <summary>The next match at or after <paramref name="from"/>, or null.</summary>
    public (int Start, int End, int Token)? Next(ReadOnlySpan<char> text, int from)
    {
        for (int start = from; start < text.Length; start++)
        {
            int skip = text[start..].IndexOfAny(_firstUnits);
            if (skip < 0)
                return null;
            start += skip;
            (int End, int Token)? longest = null;
            int node = 0;
            for (int i = start; i < text.Length && _children.TryGetValue((node, text[i]), out node); i++)
                if (_tokenAt[node] >= 0)
                    longest = (i + 1, _tokenAt[node]);
            if (longest is { } match)
                return (start, match.End, match.Token);
        }
        return null;
    }
}
