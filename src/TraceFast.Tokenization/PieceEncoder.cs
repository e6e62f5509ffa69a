using System.Buffers;
using System.Runtime.InteropServices;
using TraceFast.Tokenization.Models;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization;

/// <summary>
/// Ids of one pre-token, remembered: most pre-tokens of a text have been seen before. The memory is a table of fixed size in
/// which a new entry takes the place of the old one in its slot; entries are immutable, so threads may share it.
/// </summary>
internal sealed class PieceEncoder(BytePairModel model, bool writeBytes)
{
    private const int Slots = 1 << 16;
    private const int LongestRemembered = 48;

    private readonly Entry?[] remembered = new Entry?[Slots];

    /// <summary>Appends the ids of a piece to <paramref name="ids"/>.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > LongestRemembered)
        {
            EncodeAnew(piece, ids);
            return;
        }
        int hash = string.GetHashCode(piece);
        ref Entry? slot = ref remembered[hash & (Slots - 1)];
        if (Volatile.Read(ref slot) is { } entry && entry.Hash == hash && piece.SequenceEqual(entry.Piece))
        {
            ids.AddRange(entry.Ids);
            return;
        }
        int before = ids.Count;
        EncodeAnew(piece, ids);
        Volatile.Write(ref slot, new Entry(hash, piece.ToString(), CollectionsMarshal.AsSpan(ids)[before..].ToArray()));
    }

    private void EncodeAnew(ReadOnlySpan<char> piece, List<int> ids)
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
