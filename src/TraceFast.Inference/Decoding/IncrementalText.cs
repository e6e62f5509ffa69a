using System.Text;

namespace TraceFast.Inference.Decoding;

/// <summary>
/// The text of tokens that come one at a time. Text is given only once no later token can change it: a character whose bytes are spread
/// over several tokens comes when it is whole. Each token is decoded behind the ones before it (decoders treat the first token of a text in
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
