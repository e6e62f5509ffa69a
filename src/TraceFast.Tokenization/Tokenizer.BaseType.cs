using System.Buffers;
using Microsoft.ML.Tokenizers;
using TraceFast.Data;
using TraceFast.Tokenization.Normalizers;
using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization;

/// <summary>
/// The members of Microsoft.ML.Tokenizers' base type. Ids are those of Encode(text): added tokens that the text spells out are matched,
/// and the post-processor adds nothing. Where normalizer and pre-tokenizer leave a text as it is, the normalized text is null; else
/// offsets, indices and consumed characters refer to it: the added tokens as the text spells them and, between them, the text as
/// normalizer and pre-tokenizer rewrote it ("▁Once▁upon"). Tokens that share a character have it all in their offsets. A limit on
/// tokens never parts a character: where its tokens do not all fit, none of them is given. considerNormalization and
/// considerPreTokenization leave out that step (added tokens are matched all the same).
/// </summary>
public sealed partial class Tokenizer
{
    /// <summary>The file's normalizer, or null where it has none. It is applied to what lies between added tokens.</summary>
    public override Normalizer? Normalizer => _normalizer is null ? null : new NormalizerView(_normalizer);

    /// <summary>The file's pre-tokenizer; null where it has none, or one that rewrites text, whose pieces are no stretches of it.</summary>
    public override PreTokenizer? PreTokenizer =>
        _preTokenizers.Length == 0 || Array.Exists(_preTokenizers, p => p.Rewrites) ? null : new PreTokenizerView(_preTokenizers);

    /// <inheritdoc/>
    /// <exception cref="Data.InputException">An id is negative.</exception>
    public override string Decode(IEnumerable<int> ids) => Decode(ids as int[] ?? [.. ids]);

    /// <summary>Writes the text of ids. What does not fit is left for another call, with the ids that are not consumed.</summary>
    /// <exception cref="Data.InputException">An id is negative.</exception>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        int[] all = ids as int[] ?? [.. ids];
        string whole = Decode(all);
        if (whole.Length <= destination.Length)
        {
            whole.CopyTo(destination);
            (idsConsumed, charsWritten) = (all.Length, whole.Length);
            return OperationStatus.Done;
        }
        int count = 0;
        for (int most = all.Length - 1; count < most;)
        {
            int half = (count + most + 1) / 2;
            if (Decode(all.AsSpan(0, half)).Length <= destination.Length)
                count = half;
            else
                most = half - 1;
        }
        // Ids may be parted only where the text of the first ones begins the text of all: not inside a character.
        string text;
        for (int step = 1; !whole.StartsWith(text = Decode(all.AsSpan(0, count)), StringComparison.Ordinal); step++)
            count = Math.Max(0, count - (step <= 4 ? 1 : 1 << Math.Min(step, 30)));
        text.CopyTo(destination);
        (idsConsumed, charsWritten) = (count, text.Length);
        return OperationStatus.DestinationTooSmall;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        text ??= textSpan.ToString();
        ProcessedText processed = new(withSpans: true);
        List<int> ids = Process(text, settings, processed);
        (int count, int index) = processed.First(settings.MaxTokenCount);
        EncodedToken[] tokens = new EncodedToken[count];
        for (int i = 0; i < count; i++)
            tokens[i] = new EncodedToken(ids[i], IdToToken(ids[i])!, processed.Spans[i].Start..processed.Spans[i].End);
        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = Changed(text, processed), CharsConsumed = index };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        text ??= textSpan.ToString();
        bool all = settings.MaxTokenCount == int.MaxValue;
        ProcessedText processed = new(withSpans: !all);
        List<int> ids = Process(text, settings, processed);
        (int count, int index) = all ? (ids.Count, processed.Length) : processed.First(settings.MaxTokenCount);
        return new EncodeResults<int> { Tokens = ids[..count], NormalizedText = Changed(text, processed), CharsConsumed = index };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        text ??= textSpan.ToString();
        if (settings.MaxTokenCount != int.MaxValue)
            return EncodeToIds(text, default, settings).Tokens.Count;
        return Process(text, settings, processed: null).Count;
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        text ??= textSpan.ToString();
        ProcessedText processed = new(withSpans: true);
        Process(text, settings, processed);
        normalizedText = Changed(text, processed);
        (tokenCount, int index) = fromEnd ? processed.Last(settings.MaxTokenCount) : processed.First(settings.MaxTokenCount);
        return index;
    }

    private List<int> Process(string text, EncodeSettings settings, ProcessedText? processed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount, nameof(settings));
        EncodingPass pass = new(text.Length / 3 + 4)
        {
            Normalizes = settings.ConsiderNormalization,
            PreTokenizes = settings.ConsiderPreTokenization,
            Processed = processed,
        };
        Encode(text, specialAsPlain: false, pass);
        return pass.Ids;
    }

    private static string? Changed(string text, ProcessedText processed) => processed.ToString() is var made && made == text ? null : made;

    private sealed class NormalizerView(INormalizer normalizer) : Normalizer
    {
        public override string Normalize(string original)
        {
            int origin = 0;
            return normalizer.Normalize(original, ref origin);
        }

        public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
    }

    private sealed class PreTokenizerView(IPreTokenizer[] steps) : PreTokenizer
    {
        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
        {
            RequireUnicode(text);
            MatchingBudget.Renew(text.Length);
            Piece whole = new(text, 0, text.Length, text.Length == 0 ? 0 : FirstCharacter(text));
            return Split(whole, steps, ([], [])).Select(p => (p.Start, p.Length));
        }

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());
    }
}
