using System.Text;
using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization.Training;

/// <summary>
/// Learns a byte-level BPE vocabulary (Sennrich et al. 2016, arXiv 1508.07909, over bytes as GPT-2 does): starting from the
/// 256 bytes, the most frequent adjacent pair becomes a token until the vocabulary is full. Equal counts are decided by the
/// smaller pair of ids, so that the same texts give the same file on any machine.
/// </summary>
public static class ByteLevelBpeTrainer
{
    /// <param name="texts">What to learn from.</param>
    /// <param name="vocabularySize">Tokens in all, special ones included; fewer result when the texts hold no more pairs.</param>
    /// <param name="specialTokens">Take the first ids, in this order; the first is the end of text.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size leaves no room for the 256 bytes and the special tokens.</exception>
    public static LearnedBpe Train(IEnumerable<string> texts, int vocabularySize, IReadOnlyList<string> specialTokens)
    {
        int atoms = specialTokens.Count + 256;
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, atoms);

        List<string> tokens = [.. specialTokens, .. Enumerable.Range(0, 256).Select(b => ByteAlphabet.Character((byte)b).ToString())];
        List<Word> words = CountWords(texts, specialTokens.Count);
        Dictionary<(int, int), long> counts = [];
        Dictionary<(int, int), HashSet<int>> places = [];
        for (int w = 0; w < words.Count; w++)
            Count(words[w], w, +1, counts, places);

        List<(int Left, int Right)> merges = [];
        while (tokens.Count < vocabularySize && MostFrequent(counts) is { } pair)
        {
            int merged = tokens.Count;
            tokens.Add(tokens[pair.Left] + tokens[pair.Right]);
            merges.Add(pair);
            foreach (int w in places[pair].Order().ToArray())
            {
                Count(words[w], w, -1, counts, places);
                words[w] = words[w] with { Ids = Replace(words[w].Ids, pair, merged) };
                Count(words[w], w, +1, counts, places);
            }
        }

        return new LearnedBpe(tokens, [.. merges.Select(m => (tokens[m.Left], tokens[m.Right]))], specialTokens);
    }

    private sealed record Word(int[] Ids, long Times);

    private static List<Word> CountWords(IEnumerable<string> texts, int firstByte)
    {
        SortedDictionary<string, long> times = new(StringComparer.Ordinal);
        ByteLevelPreTokenizer pieces = new(addPrefixSpace: false, useRegex: true);
        List<Piece> parts = [];
        foreach (string text in texts)
        {
            parts.Clear();
            MatchingBudget.Renew(text.Length);
            pieces.Split(new Piece(text, 0, text.Length, Origin: 0), parts);
            foreach (Piece part in parts)
            {
                string piece = part.Span.ToString();
                times[piece] = times.GetValueOrDefault(piece) + 1;
            }
        }
        return [.. times.Select(t => new Word([.. Encoding.UTF8.GetBytes(t.Key).Select(b => firstByte + b)], t.Value))];
    }

    private static void Count(
        Word word, int index, int sign, Dictionary<(int, int), long> counts, Dictionary<(int, int), HashSet<int>> places)
    {
        for (int i = 0; i + 1 < word.Ids.Length; i++)
        {
            (int, int) pair = (word.Ids[i], word.Ids[i + 1]);
            long count = counts[pair] = counts.GetValueOrDefault(pair) + sign * word.Times;
            if (count == 0)
                counts.Remove(pair);
            if (!places.TryGetValue(pair, out HashSet<int>? at))
                places[pair] = at = [];
            if (sign > 0)
                at.Add(index);
            else
                at.Remove(index);
        }
    }

    private static (int Left, int Right)? MostFrequent(Dictionary<(int, int), long> counts)
    {
        ((int, int) Pair, long Count)? best = null;
        foreach (((int, int) pair, long count) in counts)
            if (best == null || count > best.Value.Count || (count == best.Value.Count && pair.CompareTo(best.Value.Pair) < 0))
                best = (pair, count);
        return best?.Pair;
    }

    private static int[] Replace(int[] ids, (int Left, int Right) pair, int merged)
    {
        List<int> replaced = new(ids.Length);
        for (int i = 0; i < ids.Length; i++)
        {
            bool here = i + 1 < ids.Length && ids[i] == pair.Left && ids[i + 1] == pair.Right;
            replaced.Add(here ? merged : ids[i]);
            if (here)
                i++;
        }
        return [.. replaced];
    }
}
