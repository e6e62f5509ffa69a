using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization.Loading.SentencePiece;
using static System.FormattableString;
using PieceType = TraceFast.Tokenization.Loading.SentencePiece.ModelProto.Types.SentencePiece.Types.Type;

namespace TraceFast.Tokenization.Loading;

/// <summary>
/// A SentencePiece tokenizer.model as the tokenizer.json that transformers converts it to where its class is LlamaTokenizer
/// (convert_slow_tokenizer.LlamaConverter), with the settings of the tokenizer_config.json beside it.
/// </summary>
internal sealed class SentencePieceFile
{
    private const string Space = "\u2581";
    private const int LongestPiece = 256;

    private static readonly string[] s_classes = ["LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast"];

    private readonly string _path;
    private readonly string _folder;
    private readonly ModelProto _model;
    private readonly JsonConfig? _config;

    private SentencePieceFile(string path, ModelProto model)
    {
        _path = path;
        _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        _model = model;
        _config = JsonConfig.ReadIfPresent(_folder, "tokenizer_config.json");
    }

    /// <summary>Reads the bytes of a tokenizer.model.</summary>
    /// <exception cref="InputException">
    /// They are no SentencePiece model, or one that would get other ids in transformers than in SentencePiece; the message says what to do.
    /// </exception>
    public static TokenizerFile Convert(string path, byte[] bytes)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InputException($"{path}: found no SentencePiece model ({e.Message}), expected a tokenizer.model", e);
        }
        SentencePieceFile file = new(path, model);
        file.Check();
        return TokenizerFile.Parse(path, file.ToJson());
    }

    private TrainerSpec Trainer => _model.TrainerSpec ?? new TrainerSpec();

    private bool AddsPrefix => _config?.Optional("add_prefix_space")?.AsBoolean() ?? true;

    private void Check()
    {
        if (_model.Pieces.Count == 0)
            throw Error("no pieces", "a SentencePiece model");
        if (_config?.Optional("tokenizer_class") is { } given && !s_classes.Contains(given.AsText()))
        {
            throw given.Error(
                $"one of {string.Join(", ", s_classes)}; for another class save tokenizer.json with transformers' AutoTokenizer");
        }
        if (Trainer.ModelType is not (TrainerSpec.Types.ModelType.Unigram or TrainerSpec.Types.ModelType.Bpe))
            throw Error($"trainer_spec.model_type {Trainer.ModelType}", "a BPE or Unigram model");
        if (Trainer.UnkId < 0 || Trainer.UnkId >= _model.Pieces.Count || _model.Pieces[Trainer.UnkId].Type != PieceType.Unknown)
            throw Error(Invariant($"trainer_spec.unk_id {Trainer.UnkId}"), "the id of the piece of type UNKNOWN");
        NormalizerSpec normalizer = _model.NormalizerSpec ?? new NormalizerSpec();
        string? lost = normalizer.PrecompiledCharsmap.Length > 0 ? $"the normalization rule \"{normalizer.Name}\""
            : normalizer.RemoveExtraWhitespaces ? "remove_extra_whitespaces"
            : !normalizer.EscapeWhitespaces ? "escape_whitespaces false"
            : Trainer.TreatWhitespaceAsSuffix ? "treat_whitespace_as_suffix"
            : !normalizer.AddDummyPrefix && AddsPrefix
            ? "add_dummy_prefix false without \"add_prefix_space\": false in tokenizer_config.json"
            : null;
        if (lost is not null)
        {
            throw Error(lost, "a model of the Llama family, which leaves text as it is (identity) and puts a space before it: transformers "
                + "reads this one by a class of its own; save tokenizer.json with its AutoTokenizer");
        }
        for (int id = 0; id < _model.Pieces.Count; id++)
        {
            ModelProto.Types.SentencePiece piece = _model.Pieces[id];
            if (piece.Piece.Length is 0 or > LongestPiece || !float.IsFinite(piece.Score))
            {
                throw Error(Invariant($"piece {id} with {piece.Piece.Length} characters and the score {piece.Score}"),
                    Invariant($"1 to {LongestPiece} characters and a finite score"));
            }
        }
    }

    private byte[] ToJson()
    {
        IReadOnlyList<Added> added = AddedTokens();
        // Transformers' word for the old reading, in which a text after a special token gets a space before it too.
        bool legacy = _config?.Optional("legacy")?.AsBoolean() ?? true;
        object prepend = new { type = "Prepend", prepend = Space };
        object escape = new { type = "Replace", pattern = new { String = " " }, content = Space };
        object[] decoders =
        [
            new { type = "Replace", pattern = new { String = Space }, content = " " },
            new { type = "ByteFallback" },
            new { type = "Fuse" },
            .. AddsPrefix ? [new { type = "Strip", content = " ", start = 1, stop = 0 }] : Array.Empty<object>(),
        ];
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            version = "1.0",
            added_tokens = added.Select(t => new
            {
                id = t.Id, content = t.Content, special = t.Special, normalized = t.Normalized,
                single_word = t.SingleWord, lstrip = t.StripLeft, rstrip = t.StripRight,
            }),
            normalizer = legacy ? new { type = "Sequence", normalizers = AddsPrefix ? new[] { prepend, escape } : [escape] } : null,
            pre_tokenizer = legacy ? null
                : new { type = "Metaspace", replacement = Space, prepend_scheme = AddsPrefix ? "first" : "never", split = false },
            post_processor = PostProcessor(added),
            decoder = new { type = "Sequence", decoders },
            model = Trainer.ModelType == TrainerSpec.Types.ModelType.Unigram ? Unigram() : BytePairs(),
        });
    }

    private object PostProcessor(IReadOnlyList<Added> added)
    {
        SpecialTokens named = SpecialTokens.ReadNames(_folder);
        string[] before = _config?.Optional("add_bos_token")?.AsBoolean() ?? true ? [named.Bos ?? "<s>"] : [];
        string[] after = _config?.Optional("add_eos_token")?.AsBoolean() ?? false ? [named.Eos ?? "</s>"] : [];
        return new
        {
            type = "TemplateProcessing",
            single = (object[])[.. before.Select(Special), new { Sequence = new { id = "A", type_id = 0 } }, .. after.Select(Special)],
            pair = Array.Empty<object>(),
            special_tokens = before.Union(after).ToDictionary(t => t, t => new { id = t, ids = new[] { Id(t) }, tokens = new[] { t } }),
        };

        static object Special(string token) => new { SpecialToken = new { id = token, type_id = 0 } };

        int Id(string token) => added.FirstOrDefault(t => t.Content == token)?.Id
            ?? throw Error($"no token \"{token}\"", "the bos and eos tokens of tokenizer_config.json among the pieces or the added tokens");
    }

    private object Unigram() => new
    {
        type = "Unigram",
        unk_id = Trainer.UnkId,
        byte_fallback = true,
        // The converter gives unknown, beginning and end of text the score 0.
        vocab = _model.Pieces.Select((p, id) => new object[] { p.Piece, id < 3 ? 0.0 : (double)p.Score }),
    };

    private object BytePairs()
    {
        Dictionary<string, int> vocab = new(StringComparer.Ordinal);
        for (int id = 0; id < _model.Pieces.Count; id++)
            if (!vocab.TryAdd(_model.Pieces[id].Piece, id))
                throw Error(Invariant($"piece {id} \"{_model.Pieces[id].Piece}\" a second time"), "each piece once");
        return new
        {
            type = "BPE",
            unk_token = _model.Pieces[Trainer.UnkId].Piece,
            fuse_unk = true,
            byte_fallback = true,
            vocab,
            merges = SentencePieceMerges.Of(_model.Pieces, vocab),
        };
    }

    /// <summary>The tokens that are cut out of a text, by id: the model's own, then what the files beside it add.</summary>
    private IReadOnlyList<Added> AddedTokens()
    {
        SortedDictionary<int, Added> added = new();
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        for (int id = 0; id < _model.Pieces.Count; id++)
        {
            ModelProto.Types.SentencePiece piece = _model.Pieces[id];
            ids.TryAdd(piece.Piece, id);
            if (piece.Type is PieceType.Control or PieceType.UserDefined or PieceType.Unknown)
                added[id] = new Added(id, piece.Piece, Special: piece.Type != PieceType.UserDefined);
        }
        SpecialTokens named = SpecialTokens.ReadNames(_folder);
        string[] special = [.. named.ByName.Values, .. named.Additional];
        if (_config?.Optional("added_tokens_decoder") is { } decoder)
        {
            foreach ((string key, JsonConfig token) in decoder.Members())
            {
                if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                    throw token.Error($"the key \"{key}\"", "a token id");
                bool isSpecial = token.Flag("special", false);
                added[id] = new Added(id, token.Text("content"), isSpecial, token.Flag("normalized", !isSpecial),
                    token.Flag("single_word", false), token.Flag("lstrip", false), token.Flag("rstrip", false));
            }
        }
        else if (JsonConfig.ReadIfPresent(_folder, "added_tokens.json") is { } old)
        {
            foreach ((string content, JsonConfig value) in old.Members())
            {
                int id = value.AsInteger();
                added[id] = new Added(id, content, special.Contains(content), Normalized: !special.Contains(content));
            }
        }
        foreach (Added token in added.Values)
            ids[token.Content] = token.Id;
        foreach (string content in special.Where(t => t.Length > 0).Distinct())
        {
            if (!ids.TryGetValue(content, out int id))
                ids[content] = id = Math.Max(_model.Pieces.Count, added.Count == 0 ? 0 : added.Keys.Max() + 1);
            if (!added.ContainsKey(id))
                added[id] = new Added(id, content, Special: true);
        }
        return [.. added.Values];
    }

    private InputException Error(string found, string expected) => new($"{_path}: found {found}, expected {expected}");

    /// <summary>An entry of <c>added_tokens</c>.</summary>
    private sealed record Added(
        int Id, string Content, bool Special, bool Normalized = false,
        bool SingleWord = false, bool StripLeft = false, bool StripRight = false);
}
