namespace TraceFast.Training.Encoding;

/// <summary>
/// Cuts records to a limit. The limit is shared between prompt and response by <see cref="LengthSplit"/> of the longest prompt and
/// the longest response of a record, so that x1, x2, y1 and y2 of a quad are all cut to one prompt and one response length. A
/// conversation is cut turn by turn, each sharing what earlier turns left; turns beyond the limit are dropped.
/// </summary>
/// <param name="Limit">Most tokens of a sequence.</param>
/// <param name="KeepsPromptEnd">Prompts lose their first tokens (and keep the header that asks for the answer) instead of their
/// last.</param>
internal sealed record Truncation(int Limit, bool KeepsPromptEnd)
{
    /// <exception cref="InputException">Nothing would be left of a prompt or a response.</exception>
    public EncodedRecord Cut(EncodedRecord record)
    {
        switch (record)
        {
            case EncodedPair r:
                (int prompt, int response) = Split(r.Prompt.Length, Math.Max(r.Chosen.Length, r.Rejected.Length));
                return r with { Prompt = CutPrompt(r.Prompt, prompt), Chosen = First(r.Chosen, response),
                    Rejected = First(r.Rejected, response) };
            case EncodedQuad r:
                (prompt, response) = Split(Math.Max(r.X1.Length, r.X2.Length), r.LongestResponse);
                return r with { X1 = CutPrompt(r.X1, prompt), X2 = CutPrompt(r.X2, prompt), Y1 = First(r.Y1, response),
                    Y2 = First(r.Y2, response), F1 = First(r.F1, response), F2 = First(r.F2, response) };
            case EncodedSft r:
                return r with { Parts = CutTurns(r.Parts) };
            default:
                throw new ArgumentException($"{record.GetType().Name} cannot be cut");
        }
    }

    private List<RecordPart> CutTurns(IReadOnlyList<RecordPart> parts)
    {
        List<RecordPart> kept = new();
        int used = 0;
        // Parts come in pairs: prompt and response of a turn.
        for (int turn = 0; turn + 1 < parts.Count && used < Limit; turn += 2)
        {
            (RecordPart prompt, RecordPart response) = (parts[turn], parts[turn + 1]);
            (int promptLength, int responseLength) = LengthSplit.Of(prompt.Tokens.Length, response.Tokens.Length, Limit - used);
            kept.Add(prompt with { Tokens = CutPrompt(prompt.Tokens, promptLength) });
            kept.Add(response with { Tokens = First(response.Tokens, responseLength) });
            used += promptLength + responseLength;
        }
        if (!kept.Exists(p => p.Trained && p.Tokens.Length > 0))
            throw new InputException(
                $"cutting to cutoff_len {Limit} leaves nothing to train on; the whole "
                    + $"record needs cutoff_len {parts.Sum(p => p.Tokens.Length)}");
        return kept;
    }

    private (int Prompt, int Response) Split(int prompt, int response)
    {
        (int keptPrompt, int keptResponse) = LengthSplit.Of(prompt, response, Limit);
        return keptPrompt > 0 && keptResponse > 0
            ? (keptPrompt, keptResponse)
            : throw new InputException(
                $"cutting to cutoff_len {Limit} leaves {keptPrompt} prompt and {keptResponse} response tokens; the whole record "
                    + $"needs cutoff_len {(long)prompt + response}");
    }

    private int[] CutPrompt(int[] tokens, int length) =>
        tokens.Length <= length ? tokens : KeepsPromptEnd ? tokens[^length..] : tokens[..length];

    private static int[] First(int[] tokens, int length) => tokens.Length <= length ? tokens : tokens[..length];
}

/// <summary>
/// How a limit of c tokens is shared between a prompt of s tokens and a response of t:
/// <code>
///   2 t below c          the response keeps its t, the prompt what is left
///   else 2 s below c     the prompt keeps its s, the response what is left
///   else                 the response gets floor(c (t / (s + t))), the prompt what is left; neither more than it has
/// </code>
/// Source: LLaMA-Factory infer_seqlen, as in the published trainer. The quotient is taken in double and first, as there: at
/// s + t = c its rounding may cost the response one token.
/// </summary>
internal static class LengthSplit
{
    /// <summary>Tokens that prompt and response keep.</summary>
    public static (int Prompt, int Response) Of(int prompt, int response, int limit)
    {
        int most = 2L * response < limit ? limit
            : 2L * prompt < limit ? limit - prompt
            : (int)(limit * ((double)response / ((double)prompt + response)));
        int keptResponse = Math.Min(most, response);
        return (Math.Min(Math.Max(limit - keptResponse, 0), prompt), keptResponse);
    }
}
