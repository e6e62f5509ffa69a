using System.Globalization;
using System.Text;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Models;

/// <summary>
/// Byte-pair encoding of one pre-token (Sennrich et al., arXiv 1508.07909), with the options of the Hugging Face BPE
/// model: unknown token (fused or not), byte fallback, continuing-subword prefix, end-of-word suffix, ignore_merges.
/// </summary>
internal sealed class BytePairModel
{
    private readonly MergeTable merges;
    private readonly string file;
    private readonly string? unknownToken;
    private readonly int? unknownId;
    private readonly string prefix;
    private readonly string suffix;
    private readonly bool fuseUnknown;
    private readonly bool ignoreMerges;

    // Null where byte fallback is off; an entry is null where the vocabulary lacks <0xNN>.
    private readonly int?[]? byteIds;

    private BytePairModel(TokenizerFile file)
    {
        this.file = file.Path;
        Vocabulary = VocabularyReader.Read(file);
        if (file.ModelSetting("dropout") is { } dropout && dropout.AsNumber() != 0)
            throw dropout.Error(dropout.Found(), "null or 0: with BPE dropout a text has no fixed ids");
        unknownToken = file.ModelSetting("unk_token")?.AsText();
        unknownId = unknownToken is null ? null : Vocabulary.Id(unknownToken);
        prefix = file.ModelSetting("continuing_subword_prefix")?.AsText() ?? "";
        suffix = file.ModelSetting("end_of_word_suffix")?.AsText() ?? "";
        fuseUnknown = file.ModelSetting("fuse_unk")?.AsBoolean() ?? false;
        ignoreMerges = file.ModelSetting("ignore_merges")?.AsBoolean() ?? false;
        if (file.ModelSetting("byte_fallback")?.AsBoolean() ?? false)
        {
            byteIds = new int?[256];
            for (int b = 0; b < 256; b++)
                byteIds[b] = Vocabulary.Id(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"));
        }
        merges = MergesReader.Read(file, Vocabulary, prefix);
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>Every character gets a token of its own or a token for each of its bytes: none is dropped, and no run of unknown ones becomes one token.</summary>
    public bool HasAllBytes => byteIds is not null && !byteIds.Contains(null);

    /// <summary>Reads <c>$.model</c>.</summary>
    /// <exception cref="InputException">Another model type, or a setting that is malformed or not supported.</exception>
    public static BytePairModel Read(TokenizerFile file)
    {
        if (!file.HasModel)
            throw file.Error("$", "no \"model\"", "a tokenizer.json with a model");
        // The first files of the format give no type; only BPE has merges.
        string type = file.ModelSetting("type")?.AsText() ?? (file.ModelHas("merges") ? "BPE" : "none");
        if (type != "BPE")
        {
            throw file.Error("$.model.type", type == "none" ? "no type" : $"\"{type}\"",
                "\"BPE\": Unigram, WordPiece and WordLevel tokenizers are not supported");
        }
        return new BytePairModel(file);
    }

    /// <summary>Appends the ids of one pre-token to <paramref name="ids"/>.</summary>
    /// <exception cref="InputException">A character is unknown and the model's unknown token is not in its vocabulary.</exception>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.IsEmpty)
            return;
        if (ignoreMerges && Vocabulary.Id(word) is { } whole)
        {
            ids.Add(whole);
            return;
        }
        using var symbols = new SymbolSequence(word.Length);
        AddCharacters(word, symbols);
        symbols.MergeAll(merges);
        symbols.AppendTo(ids);
    }

    private void AddCharacters(ReadOnlySpan<char> word, SymbolSequence symbols)
    {
        bool pendingUnknown = false;
        Span<char> affixed = stackalloc char[2 + Math.Min(prefix.Length + suffix.Length, 254)];
        for (int i = 0; i < word.Length;)
        {
            int length = char.IsHighSurrogate(word[i]) ? 2 : 1;
            scoped ReadOnlySpan<char> symbol = word.Slice(i, length);
            bool first = i == 0;
            i += length;
            bool last = i == word.Length;
            if ((!first && prefix.Length > 0) || (last && suffix.Length > 0))
                symbol = Affix(symbol, first ? "" : prefix, last ? suffix : "", affixed);

            if (Vocabulary.Id(symbol) is { } id)
            {
                if (pendingUnknown)
                    symbols.Add(unknownId!.Value);
                pendingUnknown = false;
                symbols.Add(id);
            }
            else if (!AddBytes(symbol, symbols) && unknownToken is not null)
            {
                if (unknownId is null)
                {
                    throw new InputException(
                        $"{file}: $.model.unk_token: found \"{unknownToken}\", which the vocabulary lacks, and the text holds \"{symbol}\", which is unknown; expected an unknown token of the vocabulary");
                }
                // Byte tokens do not end a run of unknown characters: the library adds the unknown token after them.
                if (pendingUnknown && !fuseUnknown)
                    symbols.Add(unknownId.Value);
                pendingUnknown = true;
            }
        }
        if (pendingUnknown)
            symbols.Add(unknownId!.Value);
    }

    /// <summary>Adds the byte tokens of a symbol, all or none; false where byte fallback is off or one of them is missing.</summary>
    private bool AddBytes(ReadOnlySpan<char> symbol, SymbolSequence symbols)
    {
        if (byteIds is null)
            return false;
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(symbol)];
        Encoding.UTF8.GetBytes(symbol, bytes);
        foreach (byte b in bytes)
            if (byteIds[b] is null)
                return false;
        foreach (byte b in bytes)
            symbols.Add(byteIds[b]!.Value);
        return true;
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
