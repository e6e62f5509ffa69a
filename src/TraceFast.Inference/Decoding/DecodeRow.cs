using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Decoding;

/// <summary>A request that is being decoded: its tokens so far and how it ends.</summary>
internal sealed class DecodeRow
{
    private readonly DecodeRequest request;
    private readonly Detokenize detokenize;
    private readonly Sampler sampler;
    private readonly StopStrings? stops;
    private readonly int most;
    private int[] tokens;

    /// <param name="request">What is asked.</param>
    /// <param name="maxLength">The most tokens of prompt and answer; the prompt is shorter.</param>
    /// <param name="detokenize">Gives the text of ids.</param>
    public DecodeRow(DecodeRequest request, int maxLength, Detokenize detokenize)
    {
        this.request = request;
        this.detokenize = detokenize;
        sampler = new Sampler(request.Sampling, request.Prompt.Length, request.StopIds);
        stops = request.StopStrings.Count > 0 ? new StopStrings(request.StopStrings, detokenize) : null;
        most = Math.Min(request.MaxNewTokens, maxLength - request.Prompt.Length);
        tokens = [.. request.Prompt, .. new int[Math.Min(most, 64)]];
        Length = request.Prompt.Length;
    }

    public DecodeRequest Request => request;

    /// <summary>Tokens of the prompt and new ones.</summary>
    public int Length { get; private set; }

    public int LastToken => tokens[Length - 1];

    public int NewTokens => Length - request.Prompt.Length;

    /// <summary>Set by <see cref="Advance"/> when the row ends.</summary>
    public DecodeResult? Result { get; private set; }

    /// <summary>Chooses the next token.</summary>
    /// <param name="logits">Of the position of the last token; overwritten.</param>
    /// <returns>False where the logits are not numbers.</returns>
    public bool Advance(Span<float> logits)
    {
        int id = sampler.Next(logits, tokens.AsSpan(0, Length), (ulong)request.Index, NewTokens);
        if (id == Sampler.NoToken)
            return false;
        if (Length == tokens.Length)
            Array.Resize(ref tokens, Math.Min(2 * Length, request.Prompt.Length + most));
        tokens[Length++] = id;
        ReadOnlySpan<int> ids = tokens.AsSpan(request.Prompt.Length, NewTokens);
        if (request.StopIds.Contains(id))
            Result = new DecodeResult(request, ids.ToArray(), detokenize(ids[..^1]), FinishReason.Stop);
        else if (stops?.Append(id, ids) is { } text)
            Result = new DecodeResult(request, ids.ToArray(), text, FinishReason.Stop);
        else if (NewTokens == most)
            Result = AtLength(ids);
        return true;
    }

    /// <summary>A stop string whose last character came with the last token may still have been held back.</summary>
    private DecodeResult AtLength(ReadOnlySpan<int> ids)
    {
        string text = detokenize(ids);
        int stop = stops?.IndexIn(text) ?? -1;
        return stop < 0
            ? new DecodeResult(request, ids.ToArray(), text, FinishReason.Length)
            : new DecodeResult(request, ids.ToArray(), text[..stop], FinishReason.Stop);
    }
}
