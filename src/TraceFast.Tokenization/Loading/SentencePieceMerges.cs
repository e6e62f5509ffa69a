using TraceFast.Tokenization.Loading.SentencePiece;

namespace TraceFast.Tokenization.Loading;

/// <summary>
/// The merges of a SentencePiece BPE model, which stores none: each way to cut a piece in two other pieces is one, in order of the
/// piece's score, as transformers derives them (convert_slow_tokenizer.generate_merges).
/// </summary>
internal static class SentencePieceMerges
{
    /// <param name="pieces">All pieces.</param>
    /// <param name="ids">The id of each.</param>
    /// <returns>[left, right], the first to merge first.</returns>
    public static IEnumerable<string[]> Of(IReadOnlyList<ModelProto.Types.SentencePiece> pieces, Dictionary<string, int> ids)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> find = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        List<(string Left, string Right, float Score)> merges = new();
        foreach (ModelProto.Types.SentencePiece piece in pieces)
        {
            string text = piece.Piece;
            List<(int LeftId, int RightId, int At)> cuts = new();
            for (int at = 1; at < text.Length; at++)
                if (find.TryGetValue(text.AsSpan(0, at), out int left) && find.TryGetValue(text.AsSpan(at), out int right))
                    cuts.Add((left, right, at));
            cuts.Sort();
            merges.AddRange(cuts.Select(c => (text[..c.At], text[c.At..], piece.Score)));
        }
        return merges.OrderByDescending(m => m.Score).ThenByDescending(m => Characters(m.Left)).ThenByDescending(m => Characters(m.Right))
            .Select(m => new[] { m.Left, m.Right });
    }

    private static int Characters(string text) => text.Length - text.Count(char.IsLowSurrogate);
}
