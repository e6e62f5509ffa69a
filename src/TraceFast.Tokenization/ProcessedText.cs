using System.Runtime.InteropServices;
using System.Text;
using TraceFast.Tokenization.Models;

namespace TraceFast.Tokenization;

/// <summary>
/// The text whose stretches the tokens are: the given one with added tokens as it spells them and, between these, the text as the
/// normalizer and the pre-tokenizer left it (bytes that a byte-level tokenizer writes last are still text here).
/// </summary>
/// <param name="withSpans">Whether to keep each token's place in the text.</param>
internal sealed class ProcessedText(bool withSpans)
{
    private readonly StringBuilder _text = new();
    private readonly List<TokenSpan> _spans = [];

    public bool WithSpans { get; } = withSpans;

    public int Length => _text.Length;

    public IReadOnlyList<TokenSpan> Spans => _spans;

    public override string ToString() => _text.ToString();

    public void Append(ReadOnlySpan<char> stretch) => _text.Append(stretch);

    /// <summary>Appends an added token.</summary>
    public void AppendToken(ReadOnlySpan<char> stretch)
    {
        _spans.Add(new TokenSpan(_text.Length, _text.Length + stretch.Length));
        _text.Append(stretch);
    }

    /// <summary>Adds the ids of a piece and where they are.</summary>
    /// <param name="encoder">Encodes the piece.</param>
    /// <param name="piece">A stretch of this text.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="ids">Gets the ids.</param>
    public void Encode(PieceEncoder encoder, ReadOnlySpan<char> piece, int start, List<int> ids)
    {
        int before = _spans.Count;
        encoder.Encode(piece, ids, _spans);
        foreach (ref TokenSpan span in CollectionsMarshal.AsSpan(_spans)[before..])
            span = new TokenSpan(start + span.Start, start + span.End);
    }

    /// <summary>
    /// As many tokens from the beginning, up to <paramref name="most"/>, as share no character with the next; and where they end.
    /// </summary>
    public (int Count, int Index) First(int most)
    {
        if (most >= _spans.Count)
            return (_spans.Count, Length);
        int[] following = StartsOfTheRest();
        int end = 0;
        (int, int) found = (0, 0);
        for (int count = 1; count <= most; count++)
        {
            end = Math.Max(end, _spans[count - 1].End);
            if (following[count] >= end)
                found = (count, end);
        }
        return found;
    }

    /// <summary>The same from the end, and where they begin.</summary>
    public (int Count, int Index) Last(int most)
    {
        if (most >= _spans.Count)
            return (_spans.Count, 0);
        int[] following = StartsOfTheRest();
        int end = 0;
        for (int first = 0; first < _spans.Count; first++)
        {
            if (_spans.Count - first <= most && following[first] >= end)
                return (_spans.Count - first, following[first]);
            end = Math.Max(end, _spans[first].End);
        }
        return (0, Length);
    }

    // Where byte fallback is incomplete, an unknown token may come after tokens of later characters.
    private int[] StartsOfTheRest()
    {
        int[] starts = new int[_spans.Count + 1];
        starts[^1] = Length;
        for (int i = _spans.Count - 1; i >= 0; i--)
            starts[i] = Math.Min(starts[i + 1], _spans[i].Start);
        return starts;
    }
}
