using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Decoding;

/// <summary>A request that is being decoded: its tokens so far and how it ends.</summary>
internal sealed class DecodeRow
{
    private readonly DecodeRequest _request;
    private readonly Detokenize _detokenize;
    private readonly Sampler _sampler;
    private readonly StopStrings? _stops;
    private readonly int _most;
    private int[] _tokens;

    /// <param name="maxLength">The most tokens of prompt and answer; the prompt is shorter.</param>
    public DecodeRow(DecodeRequest request, int maxLength, Detokenize detokenize)
    {
        _request = request;
        _detokenize = detokenize;
        _sampler = new Sampler(request.Sampling, request.Prompt.Length, request.StopIds);
        _stops = request.StopStrings.Count > 0 ? new StopStrings(request.StopStrings, detokenize) : null;
        _most = Math.Min(request.MaxNewTokens, maxLength - request.Prompt.Length);
        _tokens = [.. request.Prompt, .. new int[Math.Min(_most, 64)]];
        Length = request.Prompt.Length;
    }

    public DecodeRequest Request => _request;

    /// <summary>Tokens of the prompt and new ones.</summary>
    public int Length { get; private set; }

    public int LastToken => _tokens[Length - 1];

    public int NewTokens => Length - _request.Prompt.Length;

    /// <summary>Set by <see cref="Advance"/> when the row ends.</summary>
    public DecodeResult? Result { get; private set; }

    /// <summary>Chooses the next token.</summary>
    /// <param name="logits">Of the position of the last token; overwritten.</param>
    /// <returns>False where the logits are not numbers.</returns>
    public bool Advance(Span<float> logits)
    {
        int id = _sampler.Next(logits, _tokens.AsSpan(0, Length), (ulong)_request.Index, NewTokens);
        if (id == Sampler.NoToken)
            return false;
        if (Length == _tokens.Length)
            Array.Resize(ref _tokens, Math.Min(2 * Length, _request.Prompt.Length + _most));
        _tokens[Length++] = id;
        ReadOnlySpan<int> ids = _tokens.AsSpan(_request.Prompt.Length, NewTokens);
        if (_request.StopIds.Contains(id))
            Result = new DecodeResult(_request, ids.ToArray(), _detokenize(ids[..^1]), FinishReason.Stop);
        else if (_stops?.Append(id, ids) is { } text)
            Result = new DecodeResult(_request, ids.ToArray(), text, FinishReason.Stop);
        else if (NewTokens == _most)
            Result = AtLength(ids);
        return true;
    }

    /// <summary>A stop string whose last character came with the last token may still have been held back.</summary>
    private DecodeResult AtLength(ReadOnlySpan<int> ids)
    {
        string text = _detokenize(ids);
        int stop = _stops?.IndexIn(text) ?? -1;
        return stop < 0
            ? new DecodeResult(_request, ids.ToArray(), text, FinishReason.Length)
            : new DecodeResult(_request, ids.ToArray(), text[..stop], FinishReason.Stop);
    }
}
