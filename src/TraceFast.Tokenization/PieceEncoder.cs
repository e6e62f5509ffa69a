using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using TraceFast.Tokenization.Models;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization;

/// <summary>
/// Ids of one pre-token, remembered: most pre-tokens of a text have been seen before. The memory is a table of fixed size in
/// which a new entry takes the place of the old one in its slot; entries are immutable, so threads may share it.
/// </summary>
internal sealed class PieceEncoder(ITokenModel model, bool writeBytes)
{
    private const int Slots = 1 << 16;
    private const int LongestRemembered = 48;

    private readonly Entry?[] _remembered = new Entry?[Slots];

    /// <summary>Appends the ids of a piece to <paramref name="ids"/>.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > LongestRemembered)
        {
            EncodeUncached(piece, ids);
            return;
        }
        int hash = string.GetHashCode(piece);
        ref Entry? slot = ref _remembered[hash & (Slots - 1)];
        if (Volatile.Read(ref slot) is { } entry && entry.Hash == hash && piece.SequenceEqual(entry.Piece))
        {
            ids.AddRange(entry.Ids);
            return;
        }
        int before = ids.Count;
        EncodeUncached(piece, ids);
        Volatile.Write(ref slot, new Entry(hash, piece.ToString(), CollectionsMarshal.AsSpan(ids)[before..].ToArray()));
    }

    /// <summary>The same, with the stretch of the piece that each id represents.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids, List<TokenSpan> spans)
    {
        if (!writeBytes)
        {
            model.Encode(piece, ids, spans);
            return;
        }
        char[] mapped = new char[ByteAlphabet.MaximumLength(piece.Length)];
        int length = ByteAlphabet.Write(piece, mapped);
        int before = spans.Count;
        model.Encode(mapped.AsSpan(0, length), ids, spans);
        TokenSpan[] characters = new TokenSpan[length];
        int at = 0;
        int start = 0;
        foreach (Rune character in piece.EnumerateRunes())
        {
            int end = start + character.Utf16SequenceLength;
            characters.AsSpan(at, character.Utf8SequenceLength).Fill(new TokenSpan(start, end));
            at += character.Utf8SequenceLength;
            start = end;
        }
        foreach (ref TokenSpan span in CollectionsMarshal.AsSpan(spans)[before..])
            span = new TokenSpan(characters[span.Start].Start, characters[span.End - 1].End);
    }

    private void EncodeUncached(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (!writeBytes)
        {
            model.Encode(piece, ids);
            return;
        }
        char[] mapped = ArrayPool<char>.Shared.Rent(ByteAlphabet.MaximumLength(piece.Length));
        int length = ByteAlphabet.Write(piece, mapped);
        model.Encode(mapped.AsSpan(0, length), ids);
        ArrayPool<char>.Shared.Return(mapped);
    }

    private sealed record Entry(int Hash, string Piece, int[] Ids);
}
