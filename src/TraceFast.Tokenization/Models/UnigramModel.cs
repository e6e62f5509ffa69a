using System.Buffers;
using System.Text;
using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.AddedTokens;
using TraceFast.Tokenization.Loading;
using static System.FormattableString;

namespace TraceFast.Tokenization.Models;

/// <summary>
/// The unigram language model (Kudo, arXiv 1804.10959): of all ways to write a pre-token in tokens, the one with the highest sum of
/// scores. Sums are doubles, as in the Hugging Face library: with floats, equal sums come apart and a run of one letter gets other ids.
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    // With a limit on the length of a token, n characters take O(n) steps. Real tokens have 16 characters, few up to 64.
    private const int LongestPiece = 256;

    // https://github.com/google/sentencepiece/blob/master/src/unigram_model.cc (kUnkPenalty)
    private const double UnknownPenalty = 10;
    private const int None = -1;

    private readonly string _file;
    private readonly List<double> _scores = [];
    private readonly TokenTrie _trie;
    private readonly ByteTokens? _bytes;
    private readonly int? _unknownId;
    private readonly double _unknownScore;

    /// <summary>Reads <c>model</c>.</summary>
    /// <exception cref="InputException">A setting that is malformed or not supported.</exception>
    public UnigramModel(TokenizerFile file)
    {
        _file = file.Path;
        Vocabulary = ReadVocabulary(file);
        _trie = TokenTrie.Of(Enumerable.Range(0, _scores.Count).Select(id => (Vocabulary.Token(id)!, id)));
        _bytes = ByteTokens.Read(file, Vocabulary);
        if (file.ModelSetting("unk_id") is { } unknown)
        {
            _unknownId = unknown.AsInteger();
            if (_unknownId >= _scores.Count)
                throw unknown.Error(Invariant($"an id of the vocabulary, below {_scores.Count}"));
        }
        _unknownScore = _scores.DefaultIfEmpty().Min() - UnknownPenalty;
    }

    public Vocabulary Vocabulary { get; }

    public bool HasAllBytes => _bytes is { AreAllThere: true };

    public void Encode(ReadOnlySpan<char> word, List<int> ids, List<TokenSpan>? spans = null)
    {
        (int Other, int Id)[] path = ArrayPool<(int, int)>.Shared.Rent(word.Length + 1);
        FindBestPath(word, path);
        TurnRound(path, word.Length);
        int end;
        for (int start = 0; start < word.Length; start = end)
        {
            (end, int id) = path[start];
            if (id != _unknownId)
            {
                ids.Add(id);
                spans?.Add(new TokenSpan(start, end));
                continue;
            }
            // A run of unknown characters is one unknown token.
            while (end < word.Length && path[end].Id == _unknownId)
                end = path[end].Other;
            AddUnknown(word[start..end], start, ids, spans);
        }
        ArrayPool<(int, int)>.Shared.Return(path);
    }

    /// <summary>Leaves at each position the best token that ends there: where it starts, and its id.</summary>
    private void FindBestPath(ReadOnlySpan<char> word, (int Start, int Id)[] path)
    {
        double[] best = ArrayPool<double>.Shared.Rent(word.Length + 1);
        best[0] = 0;
        path.AsSpan(0, word.Length + 1).Fill((None, None));
        List<(int End, int Token)> found = new();
        int next;
        for (int at = 0; at < word.Length; at = next)
        {
            next = at + (char.IsHighSurrogate(word[at]) ? 2 : 1);
            bool hasCharacter = false;
            found.Clear();
            _trie.FindPrefixes(word, at, found);
            foreach ((int end, int id) in found)
            {
                Offer(best[at] + _scores[id], at, end, id);
                hasCharacter |= end == next;
            }
            if (!hasCharacter)
                Offer(best[at] + _unknownScore, at, next, UnknownId(word[at..next]));
        }
        ArrayPool<double>.Shared.Return(best);

        void Offer(double score, int start, int end, int id)
        {
            if (path[end].Start == None || score > best[end])
            {
                best[end] = score;
                path[end] = (start, id);
            }
        }
    }

    /// <summary>From the tokens that end at each position to those of the best path alone, at the positions where they start.</summary>
    private static void TurnRound((int Other, int Id)[] path, int end)
    {
        (int start, int id) = path[end];
        while (end > 0)
        {
            (int Other, int Id) before = path[start];
            path[start] = (end, id);
            end = start;
            (start, id) = before;
        }
    }

    private int UnknownId(ReadOnlySpan<char> character) => _unknownId ?? throw new InputException(
        $"{_file}: 'model.unk_id': found none, and the text holds \"{character}\", which is unknown; expected the id of an unknown token");

    private void AddUnknown(ReadOnlySpan<char> text, int start, List<int> ids, List<TokenSpan>? spans)
    {
        // The text may spell out the unknown token itself.
        int? known = Vocabulary.Id(text);
        if (known is not null || _bytes?.Encode(text) is not { } byteIds)
        {
            ids.Add(known ?? _unknownId!.Value);
            spans?.Add(new TokenSpan(start, start + text.Length));
            return;
        }
        ids.AddRange(byteIds);
        if (spans is null)
            return;
        foreach (Rune character in text.EnumerateRunes())
        {
            int end = start + character.Utf16SequenceLength;
            for (int b = 0; b < character.Utf8SequenceLength; b++)
                spans.Add(new TokenSpan(start, end));
            start = end;
        }
    }

    /// <summary>Reads <c>model.vocab</c>, an array of [token, score], and keeps the scores.</summary>
    private Vocabulary ReadVocabulary(TokenizerFile file)
    {
        ReadOnlySpan<byte> json = file.ModelBytes("vocab");
        Utf8JsonReader reader = new(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw file.Error("model.vocab", JsonErrors.Describe(ref reader), "an array of [token, score]");
        Vocabulary vocabulary = new(json.Length / 32);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string place = Invariant($"model.vocab[{_scores.Count}]");
            if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
                throw file.Error(place, JsonErrors.Describe(ref reader), "[token, score]");
            string token = VocabularyReader.Token(ref reader, file, place);
            if (token.Length > LongestPiece)
                throw file.Error(place, Invariant($"a token of {token.Length} characters"), Invariant($"at most {LongestPiece}"));
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out double score) || !double.IsFinite(score))
                throw file.Error(place, JsonErrors.Describe(ref reader), "a token and its score, a number");
            if (!vocabulary.TryAdd(token, _scores.Count))
                throw file.Error(place, Invariant($"\"{token}\" a second time (first with id {vocabulary.Id(token)})"), "each token once");
            _scores.Add(score);
            reader.Read();
            if (reader.TokenType != JsonTokenType.EndArray)
                throw file.Error(place, "more than two items", "[token, score]");
        }
        return vocabulary;
    }
}
