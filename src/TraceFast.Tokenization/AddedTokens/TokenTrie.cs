using System.Buffers;

namespace TraceFast.Tokenization.AddedTokens;

/// <summary>
/// Finds the added tokens in a text: leftmost first and, of those that start there, the longest. Matches do not overlap.
/// </summary>
internal sealed class TokenTrie
{
    private readonly Dictionary<(int Node, char Unit), int> children = [];
    private readonly List<int> tokenAt = [-1];
    private SearchValues<char> firstUnits = SearchValues.Create("");

    public bool IsEmpty => children.Count == 0;

    /// <summary>Adds a pattern; of equal patterns the first holds.</summary>
    public static TokenTrie Of(IEnumerable<(string Pattern, int Token)> patterns)
    {
        var trie = new TokenTrie();
        var first = new HashSet<char>();
        foreach ((string pattern, int token) in patterns)
        {
            if (pattern.Length == 0)
                continue;
            first.Add(pattern[0]);
            int node = 0;
            foreach (char unit in pattern)
            {
                if (!trie.children.TryGetValue((node, unit), out int child))
                {
                    child = trie.tokenAt.Count;
                    trie.tokenAt.Add(-1);
                    trie.children.Add((node, unit), child);
                }
                node = child;
            }
            if (trie.tokenAt[node] < 0)
                trie.tokenAt[node] = token;
        }
        trie.firstUnits = SearchValues.Create([.. first]);
        return trie;
    }

    /// <summary>Appends all patterns that start at <paramref name="from"/>, the shortest first.</summary>
    public void FindPrefixes(ReadOnlySpan<char> text, int from, List<(int End, int Token)> found)
    {
        int node = 0;
        for (int i = from; i < text.Length && children.TryGetValue((node, text[i]), out node); i++)
            if (tokenAt[node] >= 0)
                found.Add((i + 1, tokenAt[node]));
    }

    /// <summary>The next match at or after <paramref name="from"/>, or null.</summary>
    public (int Start, int End, int Token)? Next(ReadOnlySpan<char> text, int from)
    {
        for (int start = from; start < text.Length; start++)
        {
            int skip = text[start..].IndexOfAny(firstUnits);
            if (skip < 0)
                return null;
            start += skip;
            (int End, int Token)? longest = null;
            int node = 0;
            for (int i = start; i < text.Length && children.TryGetValue((node, text[i]), out node); i++)
                if (tokenAt[node] >= 0)
                    longest = (i + 1, tokenAt[node]);
            if (longest is { } match)
                return (start, match.End, match.Token);
        }
        return null;
    }
}
