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

/// <summary>What encoding did to the records.</summary>
/// <param name="Dropped">Records left out because they are longer than the limit.</param>
/// <param name="Bad">Records left out because the chat format cannot express them.</param>
/// <param name="Tokens">Tokens of all sequences of the kept records, each prompt counted once per record.</param>
/// <param name="Longest">Tokens of the longest sequence kept.</param>
/// <param name="Reasons">One line, with file:line and reason, for each record dropped, truncated or bad.</param>
public sealed record EncodingReport(
    int Records, int Dropped, int Truncated, int Bad, long Tokens, int Longest, IReadOnlyList<string> Reasons)
{
    /// <summary>Tokens of the longest record that was dropped or cut, whole; 0: none was.</summary>
    public int LongestWhole { get; init; }

    /// <summary>A record was so long that it was not tokenized: <see cref="LongestWhole"/> is a lower bound.</summary>
    public bool LongestWholeIsLowerBound { get; init; }

    /// <summary>The special tokens in the records' texts, one line each: token, id, count.</summary>
    public IReadOnlyList<string> Spelled { get; init; } = [];

    /// <summary>One line for the log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Records:N0} records, {Tokens:N0} tokens, longest sequence {Longest:N0}; {Dropped:N0} dropped, {Truncated:N0} "
            + $"truncated, {Bad:N0} rejected by the template");
}

/// <summary>The records of a data set as tokens.</summary>
/// <param name="Records">In reading order; <see cref="EncodedRecord.Index"/> is the place here.</param>
public sealed record EncodedDataset(
    RecordLayout Layout, IReadOnlyList<EncodedRecord> Records, IReadOnlyList<SourceLocation> Origins, EncodingReport Report);
