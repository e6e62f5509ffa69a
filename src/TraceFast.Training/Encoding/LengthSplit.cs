namespace TraceFast.Training.Encoding;

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
