namespace TraceFast.Inference.Decoding;

/// <summary>Finds the first of several stop strings in a text that grows, wherever the tokens' boundaries lie.</summary>
public sealed class StopStrings
{
    private readonly IReadOnlyList<string> strings;
    private readonly Detokenize detokenize;
    private readonly IncrementalText stream;
    private readonly int longest;

    public StopStrings(IReadOnlyList<string> strings, Detokenize detokenize)
    {
        this.strings = strings;
        this.detokenize = detokenize;
        stream = new IncrementalText(detokenize);
        longest = strings.Max(s => s.Length);
    }

    /// <summary>Where the first stop string begins in a text; -1: nowhere.</summary>
    public int IndexIn(string text)
    {
        int first = -1;
        foreach (string stop in strings)
        {
            int index = text.IndexOf(stop, StringComparison.Ordinal);
            if (index >= 0 && (first < 0 || index < first))
                first = index;
        }
        return first;
    }

    /// <summary>Takes one more token.</summary>
    /// <param name="id">The newest token.</param>
    /// <param name="ids">All new tokens, the newest one last.</param>
    /// <returns>The text up to the stop string; null where none has come yet.</returns>
    public string? Append(int id, ReadOnlySpan<int> ids)
    {
        int length = stream.Append(id).Length;
        if (length == 0)
            return null;
        int tail = Math.Max(0, stream.Text.Length - length - longest + 1);
        if (IndexIn(stream.Text.ToString(tail, stream.Text.Length - tail)) < 0)
            return null;
        // The text of all tokens at once has the last word, as it has for a row that ends otherwise.
        string whole = detokenize(ids);
        int index = IndexIn(whole);
        return index < 0 ? null : whole[..index];
    }
}
