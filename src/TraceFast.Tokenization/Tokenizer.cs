using System.Globalization;
using TraceFast.Data;
using TraceFast.Tokenization.AddedTokens;
using TraceFast.Tokenization.Decoders;
using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Models;
using TraceFast.Tokenization.Normalizers;
using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.PostProcessors;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization;

/// <summary>
/// A BPE or Unigram tokenizer as a Hugging Face tokenizer.json describes it, with the ids of the Rust library (tokenizers 0.22):
/// added tokens are cut out, the rest is normalized, split into pre-tokens, and each of these is encoded. A SentencePiece
/// tokenizer.model is read as transformers converts it. The file's truncation and padding settings are left aside, as transformers
/// does. Safe for use by several threads.
/// </summary>
/// <remarks>Through its base type it serves any library that takes a tokenizer of Microsoft.ML.Tokenizers.</remarks>
public sealed partial class Tokenizer : Microsoft.ML.Tokenizers.Tokenizer
{
    private readonly AddedVocabulary _added;
    private readonly INormalizer? _normalizer;
    private readonly IPreTokenizer[] _preTokenizers;
    private readonly IPostProcessor[] _postProcessors;
    private readonly IDecoder? _decoder;
    private readonly Vocabulary _vocabulary;
    private readonly PieceEncoder _encoder;

    // The most UTF-16 units of normalized text that one token can represent; null where there is no such number.
    private readonly int? _longestToken;

    private Tokenizer(TokenizerFile file)
    {
        Path = file.Path;
        MatchingBudget.Renew(0);
        if (file.Section("version") is { } version && version.AsText() != "1.0")
            throw version.Error("\"1.0\"");
        ITokenModel model = ModelReader.Read(file);
        _vocabulary = model.Vocabulary;
        _normalizer = NormalizerReader.Read(file.Section("normalizer"));
        (_preTokenizers, bool bytesAtEnd) = PreTokenizerReader.Read(file.Section("pre_tokenizer"));
        _postProcessors = PostProcessorReader.Read(file.Section("post_processor"));
        _decoder = DecoderReader.Read(file.Section("decoder"));
        _added = AddedVocabulary.Read(file, _vocabulary, _normalizer);
        _encoder = new PieceEncoder(model, bytesAtEnd);
        bool allBytes = bytesAtEnd ? ByteAlphabet.IsIn(_vocabulary) : model.HasAllBytes;
        _longestToken = allBytes && _preTokenizers.All(p => p.KeepsText) ? _vocabulary.LongestToken : null;
        VocabularySize = _vocabulary.Count + _added.Tokens.Count(t => _vocabulary.Id(t.Content) is null);
        SpecialIds = _added.Tokens.Where(t => _added.IsSpecial(t.Content)).Select(t => t.Id).ToHashSet();
        ContentHash = file.ContentHash(_added.WithCompanions);
    }

    /// <summary>The file that was read.</summary>
    public string Path { get; }

    /// <summary>The number of distinct tokens, added ones included. A model's embedding may have more rows.</summary>
    public int VocabularySize { get; }

    /// <summary>The ids of the added tokens that are marked as special.</summary>
    public IReadOnlySet<int> SpecialIds { get; }

    /// <summary>
    /// SHA-256 (hexadecimal) over the parts of the file that determine the ids of a text, and over the tokens that files beside it add or
    /// change.
    /// </summary>
    public string ContentHash { get; }

    /// <summary>The names of the files that a tokenizer is read from; where a folder has several, the first of these.</summary>
    public static IReadOnlyList<string> FileNames => TokenizerFile.FileNames;

    /// <summary>Whether a folder has a tokenizer.</summary>
    public static bool IsIn(string folder) => TokenizerFile.Find(folder) is not null;

    /// <summary>Reads a tokenizer.json or a SentencePiece tokenizer.model, or the one in a folder (see <see cref="FileNames"/>).</summary>
    /// <exception cref="InputException">
    /// It is absent, malformed, or uses a part that is not supported (WordPiece and WordLevel models, BPE dropout, ...);
    /// the message names the file, the place in it, what was found and what was expected.
    /// </exception>
    public static Tokenizer Load(string folderOrTokenizerJson) => new(TokenizerFile.Read(folderOrTokenizerJson));

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; it has to be valid Unicode.</param>
    /// <param name="addSpecialTokens">Adds what the post-processor puts around a text (such as a beginning-of-text token).</param>
    /// <param name="specialAsPlain">Reads special tokens that the text spells out as plain text (added tokens that are not special are
    /// still matched).</param>
    /// <param name="atMost">A text that is certain to have more tokens is refused before it costs time and memory; one that may have fewer
    /// is not.</param>
    /// <exception cref="InputException">The text has half a surrogate pair, or the tokenizer's regular expression takes too long on
    /// it.</exception>
    /// <exception cref="TextTooLongException">See <paramref name="atMost"/>.</exception>
    public int[] Encode(string text, bool addSpecialTokens = false, bool specialAsPlain = false, int atMost = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        EncodingPass pass = new(Math.Min(text.Length / 3, atMost) + 4) { AtMost = atMost };
        Encode(text, specialAsPlain, pass);
        List<int> ids = pass.Ids;
        if (addSpecialTokens)
            foreach (IPostProcessor step in _postProcessors)
                ids = step.Process(ids);
        return [.. ids];
    }

    /// <summary>
    /// The text of ids. Ids without a token (a model's embedding may have more rows) are left out; invalid UTF-8 becomes U+FFFD.
    /// </summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecial">Leaves out special tokens.</param>
    /// <exception cref="InputException">An id is negative.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        List<string> tokens = new(ids.Length);
        foreach (int id in ids)
        {
            if (id < 0)
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"found the token id {id}, expected ids from 0"));
            if (IdToToken(id) is { } token && !(skipSpecial && _added.IsSpecial(token)))
                tokens.Add(token);
        }
        MatchingBudget.Renew(8 * ids.Length);
        return _decoder is null ? string.Join(' ', tokens) : string.Concat(_decoder.Decode(tokens));
    }

    /// <summary>The id of a token as the vocabulary writes it (byte-level alphabet and all), or null.</summary>
    public int? TokenToId(string token) => _added.Id(token) ?? _vocabulary.Id(token);

    /// <summary>The token of an id as the vocabulary writes it, or null.</summary>
    public string? IdToToken(int id) => _added.Token(id) ?? _vocabulary.Token(id);

    private void Encode(string text, bool specialAsPlain, EncodingPass pass)
    {
        RequireUnicode(text);
        MatchingBudget.Renew(text.Length);
        List<Segment> segments = new();
        _added.Split(text, _added.InRawText, specialAsPlain, segments);
        foreach (Segment segment in segments)
        {
            if (segment.Id == Segment.Text)
                EncodeText(text, segment, specialAsPlain, pass);
            else
                AddToken(text, segment, pass);
        }
    }

    private void EncodeText(string text, Segment segment, bool specialAsPlain, EncodingPass pass)
    {
        int origin = segment.Start > 0 ? 0 : FirstCharacter(text);
        if (_normalizer is not null && pass.Normalizes)
        {
            text = _normalizer.Normalize(segment.Length == text.Length ? text : text.Substring(segment.Start, segment.Length), ref origin);
            segment = new Segment(0, text.Length, Segment.Text);
        }
        if (_added.InNormalizedText.IsEmpty)
        {
            EncodePiece(new Piece(text, segment.Start, segment.Length, origin), pass);
            return;
        }
        List<Segment> inner = new();
        _added.Split(text.AsSpan(segment.Start, segment.Length), _added.InNormalizedText, specialAsPlain, inner);
        foreach (Segment part in inner)
        {
            Segment here = part with { Start = segment.Start + part.Start };
            if (part.Id == Segment.Text)
                EncodePiece(new Piece(text, here.Start, here.Length, origin), pass);
            else
                AddToken(text, here, pass);
        }
    }

    private static void AddToken(string text, Segment token, EncodingPass pass)
    {
        pass.Ids.Add(token.Id);
        pass.Processed?.AppendToken(text.AsSpan(token.Start, token.Length));
    }

    private void EncodePiece(Piece whole, EncodingPass pass)
    {
        if (_longestToken is int units && whole.Length / units > pass.AtMost)
            throw new TextTooLongException(whole.Length / units, pass.AtMost);
        List<Piece> pieces = Split(whole, pass.PreTokenizes ? _preTokenizers : [], pass.Scratch);
        if (pass.Processed is { } processed)
        {
            EncodeInto(processed, whole, pieces, pass.Ids);
            return;
        }
        foreach (Piece piece in pieces)
            _encoder.Encode(piece.Span, pass.Ids);
    }

    private static List<Piece> Split(Piece whole, ReadOnlySpan<IPreTokenizer> steps, (List<Piece> Pieces, List<Piece> Parts) scratch)
    {
        (List<Piece> pieces, List<Piece> parts) = scratch;
        pieces.Clear();
        if (whole.Length > 0)
            pieces.Add(whole);
        foreach (IPreTokenizer step in steps)
        {
            parts.Clear();
            foreach (Piece piece in pieces)
                step.Split(piece, parts);
            (pieces, parts) = (parts, pieces);
        }
        return pieces;
    }

    private void EncodeInto(ProcessedText processed, Piece whole, List<Piece> pieces, List<int> ids)
    {
        // A text that pre-tokenizers only cut is kept whole, with what they left out; one that they rewrote is what its pieces are.
        bool onlyCut = pieces.TrueForAll(p => ReferenceEquals(p.Text, whole.Text));
        int origin = processed.Length - whole.Start;
        if (onlyCut)
            processed.Append(whole.Span);
        foreach (Piece piece in pieces)
        {
            int start = onlyCut ? origin + piece.Start : processed.Length;
            if (!onlyCut)
                processed.Append(piece.Span);
            if (processed.WithSpans)
                processed.Encode(_encoder, piece.Span, start, ids);
            else
                _encoder.Encode(piece.Span, ids);
        }
    }

    /// <summary>The length of the first character of a text that is not empty, in UTF-16 units.</summary>
    private static int FirstCharacter(string text) => char.IsHighSurrogate(text[0]) ? 2 : 1;

    private static void RequireUnicode(string text)
    {
        for (int i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                throw new InputException(string.Create(CultureInfo.InvariantCulture,
                    $"found half a surrogate pair (U+{(int)text[i]:X4}) at position {i} of a text, expected valid Unicode"));
            }
            i++;
        }
    }
}
