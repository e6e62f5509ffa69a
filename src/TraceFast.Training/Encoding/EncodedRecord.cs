namespace TraceFast.Training.Encoding;

/// <summary>What the records of a data set hold.</summary>
public enum RecordLayout
{
    Sft,
    Pair,
    Quad,
}

/// <summary>One record as token ids, ready to be packed.</summary>
/// <param name="Index">0-based place of the record in the encoded data set (what the sampler's order refers to).</param>
public abstract record EncodedRecord(int Index)
{
    /// <summary>Tokens of the record's longest sequence, which is what <c>cutoff_len</c> limits.</summary>
    public abstract int LongestSequence { get; }
}

/// <summary>A run of tokens of a conversation and whether they are labels.</summary>
public sealed record SftPart(int[] Tokens, bool Trained);

/// <summary>
/// Supervised fine-tuning: the parts follow each other; trained parts are labels (a token at position 0 never is: nothing predicts it).
/// </summary>
public sealed record EncodedSft(int Index, IReadOnlyList<SftPart> Parts) : EncodedRecord(Index)
{
    public override int LongestSequence => Parts.Sum(p => p.Tokens.Length);
}

/// <summary>A prompt and two responses, end-of-turn tokens included.</summary>
public sealed record EncodedPair(int Index, int[] Prompt, int[] Chosen, int[] Rejected) : EncodedRecord(Index)
{
    public override int LongestSequence => Prompt.Length + Math.Max(Chosen.Length, Rejected.Length);
}

/// <summary>Two prompts and two responses, end-of-turn tokens included; y1 answers x1, y2 answers x2.</summary>
public sealed record EncodedQuad(int Index, int[] X1, int[] Y1, int[] X2, int[] Y2) : EncodedRecord(Index)
{
    public override int LongestSequence => Math.Max(X1.Length, X2.Length) + Math.Max(Y1.Length, Y2.Length);
}
