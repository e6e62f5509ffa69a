using System.Text;

namespace TraceFast.Inference.Decoding;

/// <summary>Finds the first of several stop strings in a text that grows, wherever the tokens' boundaries lie.</summary>
public sealed class StopStrings
{
    private readonly IReadOnlyList<string> _strings;
    private readonly Detokenize _detokenize;
    private readonly IncrementalText _stream;
    private readonly int _longest;

    public StopStrings(IReadOnlyList<string> strings, Detokenize detokenize)
    {
        _strings = strings;
        _detokenize = detokenize;
        _stream = new IncrementalText(detokenize);
        _longest = strings.Max(s => s.Length);
    }

    /// <summary>Where the first stop string begins in a text; -1: nowhere.</summary>
    public int IndexIn(string text)
    {
        int first = -1;
        foreach (string stop in _strings)
        {
            int index = text.IndexOf(stop, StringComparison.Ordinal);
            if (index >= 0 && (first < 0 || index < first))
                first = index;
        }
        return first;
    }

    /// <summary>Takes one more token.</summary>
    /// <param name="ids">All new tokens, the newest one last.</param>
    /// <returns>The text up to the stop string; null where none has come yet.</returns>
    public string? Append(int id, ReadOnlySpan<int> ids)
    {
        int length = _stream.Append(id).Length;
        if (length == 0)
            return null;
        int tail = Math.Max(0, _stream.Text.Length - length - _longest + 1);
        if (IndexIn(_stream.Text.ToString(tail, _stream.Text.Length - tail)) < 0)
            return null;
        // The text of all tokens at once has the last word, as it has for a row that ends otherwise.
        string whole = _detokenize(ids);
        int index = IndexIn(whole);
        return index < 0 ? null : whole[..index];
    }
}

/// <summary>
/// The text of tokens that come one at a time. Text is given only once no later token can change it: a character whose bytes are spread
/// over several tokens comes when it is whole. Each token is decoded after the ones before it (decoders treat the first token of a text in
/// a way of its own), in a window that moves along, so that n tokens take O(n) time.
/// </summary>
public sealed class IncrementalText(Detokenize detokenize)
{
    /// <summary>Text held back for longer than this is no unfinished character (which has at most four bytes) but invalid bytes.</summary>
    private const int LongestHold = 16;

    private readonly List<int> _ids = [];
    private readonly StringBuilder _text = new();
    private int _windowStart, _given;

    /// <summary>All text given so far.</summary>
    public StringBuilder Text => _text;

    /// <summary>Adds a token and gives the text that became final, possibly none.</summary>
    public string Append(int id)
    {
        _ids.Add(id);
        ReadOnlySpan<int> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids);
        string before = detokenize(all[_windowStart.._given]);
        string now = detokenize(all[_windowStart..]);
        bool unfinished = now.EndsWith('\uFFFD') && _ids.Count - _given < LongestHold;
        if (unfinished || now.Length <= before.Length)
            return "";
        string final = now[before.Length..];
        _text.Append(final);
        (_windowStart, _given) = (_given, _ids.Count);
        return final;
    }
}
