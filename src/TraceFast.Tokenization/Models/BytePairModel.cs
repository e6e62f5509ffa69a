using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Models;

/// <summary>
/// Byte-pair encoding of one pre-token (Sennrich et al., arXiv 1508.07909), with the options of the Hugging Face BPE
/// model: unknown token (fused or not), byte fallback, continuing-subword prefix, end-of-word suffix, ignore_merges.
/// </summary>
internal sealed class BytePairModel : ITokenModel
{
    private readonly MergeTable _merges;
    private readonly string _file;
    private readonly string? _unknownToken;
    private readonly int? _unknownId;
    private readonly string _prefix;
    private readonly string _suffix;
    private readonly bool _fuseUnknown;
    private readonly bool _ignoreMerges;
    private readonly ByteTokens? _bytes;

    /// <summary>Reads <c>model</c>.</summary>
    /// <exception cref="InputException">A setting that is malformed or not supported.</exception>
    public BytePairModel(TokenizerFile file)
    {
        _file = file.Path;
        Vocabulary = VocabularyReader.Read(file);
        if (file.ModelSetting("dropout") is { } dropout && dropout.AsNumber() != 0)
            throw dropout.Error("null or 0: with BPE dropout a text has no fixed ids");
        _unknownToken = file.ModelSetting("unk_token")?.AsText();
        _unknownId = _unknownToken is null ? null : Vocabulary.Id(_unknownToken);
        _prefix = file.ModelSetting("continuing_subword_prefix")?.AsText() ?? "";
        _suffix = file.ModelSetting("end_of_word_suffix")?.AsText() ?? "";
        _fuseUnknown = file.ModelSetting("fuse_unk")?.AsBoolean() ?? false;
        _ignoreMerges = file.ModelSetting("ignore_merges")?.AsBoolean() ?? false;
        _bytes = ByteTokens.Read(file, Vocabulary);
        _merges = MergesReader.Read(file, Vocabulary, _prefix);
    }

    public Vocabulary Vocabulary { get; }

    public bool HasAllBytes => _bytes is { AreAllThere: true };

    public void Encode(ReadOnlySpan<char> word, List<int> ids, List<TokenSpan>? spans = null)
    {
        if (word.IsEmpty)
            return;
        if (_ignoreMerges && Vocabulary.Id(word) is { } whole)
        {
            ids.Add(whole);
            spans?.Add(new TokenSpan(0, word.Length));
            return;
        }
        using SymbolSequence symbols = new(word.Length);
        List<TokenSpan>? symbolSpans = spans is null ? null : [];
        AddCharacters(word, symbols, symbolSpans);
        symbols.MergeAll(_merges);
        symbols.AppendTo(ids);
        if (spans is not null)
            symbols.AppendTo(spans, symbolSpans!);
    }

    private void AddCharacters(ReadOnlySpan<char> word, SymbolSequence symbols, List<TokenSpan>? spans)
    {
        bool pendingUnknown = false;
        TokenSpan unknown = default;
        Span<char> affixed = stackalloc char[2 + Math.Min(_prefix.Length + _suffix.Length, 254)];
        for (int i = 0; i < word.Length;)
        {
            int length = char.IsHighSurrogate(word[i]) ? 2 : 1;
            scoped ReadOnlySpan<char> symbol = word.Slice(i, length);
            bool first = i == 0;
            TokenSpan span = new(i, i + length);
            i += length;
            bool last = i == word.Length;
            if ((!first && _prefix.Length > 0) || (last && _suffix.Length > 0))
                symbol = Affix(symbol, first ? "" : _prefix, last ? _suffix : "", affixed);

            if (Vocabulary.Id(symbol) is { } id)
            {
                if (pendingUnknown)
                    Add(_unknownId!.Value, unknown);
                pendingUnknown = false;
                Add(id, span);
            }
            else if (_bytes?.Encode(symbol) is { } byteIds)
            {
                foreach (int b in byteIds)
                    Add(b, span);
            }
            else if (_unknownToken is not null)
            {
                if (_unknownId is null)
                {
                    throw new InputException(
                        $"{_file}: 'model.unk_token': found \"{_unknownToken}\", which the vocabulary lacks, and "
                            + $"the text holds \"{symbol}\", which is unknown; expected an unknown token of the vocabulary");
                }
                // Byte tokens do not end a run of unknown characters: the library adds the unknown token after them.
                if (pendingUnknown && !_fuseUnknown)
                    Add(_unknownId.Value, unknown);
                unknown = pendingUnknown && _fuseUnknown ? unknown with { End = span.End } : span;
                pendingUnknown = true;
            }
        }
        if (pendingUnknown)
            Add(_unknownId!.Value, unknown);

        void Add(int id, TokenSpan at)
        {
            symbols.Add(id);
            spans?.Add(at);
        }
    }

    private static ReadOnlySpan<char> Affix(ReadOnlySpan<char> symbol, string before, string after, Span<char> buffer)
    {
        int length = before.Length + symbol.Length + after.Length;
        Span<char> target = length <= buffer.Length ? buffer[..length] : new char[length];
        before.CopyTo(target);
        symbol.CopyTo(target[before.Length..]);
        after.CopyTo(target[(before.Length + symbol.Length)..]);
        return target;
    }
}
