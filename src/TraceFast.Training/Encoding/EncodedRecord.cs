namespace TraceFast.Training.Encoding;

/// <summary>What the records of a data set hold.</summary>
public enum RecordLayout
{
    Sft,
    Pair,
    Quad,
    Prompt,
}

/// <summary>One record as token ids, ready to be packed.</summary>
/// <param name="Index">0-based place of the record in the encoded data set (what the sampler's order refers to).</param>
public abstract record EncodedRecord(int Index)
{
    /// <summary>Tokens of the record's longest sequence, which is what <c>cutoff_len</c> limits.</summary>
    public abstract int LongestSequence { get; }

    /// <summary>All its tokens, a prompt and a response once each, and which are labels.</summary>
    public abstract IReadOnlyList<RecordPart> AllParts { get; }

    /// <summary>Tokens of <see cref="AllParts"/>.</summary>
    public int TokenCount => AllParts.Sum(p => p.Tokens.Length);
}

/// <summary>A run of tokens and whether they are labels.</summary>
public sealed record RecordPart(int[] Tokens, bool Trained);

/// <summary>
/// Supervised fine-tuning: the parts follow each other; trained parts are labels (a token at position 0 never is: nothing predicts it).
/// </summary>
public sealed record EncodedSft(int Index, IReadOnlyList<RecordPart> Parts) : EncodedRecord(Index)
{
    public override int LongestSequence => TokenCount;

    public override IReadOnlyList<RecordPart> AllParts => Parts;
}

/// <summary>A prompt and two responses, end-of-turn tokens included.</summary>
public sealed record EncodedPair(int Index, int[] Prompt, int[] Chosen, int[] Rejected) : EncodedRecord(Index)
{
    public override int LongestSequence => Prompt.Length + Math.Max(Chosen.Length, Rejected.Length);

    public override IReadOnlyList<RecordPart> AllParts => [new(Prompt, false), new(Chosen, true), new(Rejected, true)];
}

/// <summary>Two prompts and two responses, end-of-turn tokens included; y1 answers x1, y2 answers x2.</summary>
public sealed record EncodedQuad(int Index, int[] X1, int[] Y1, int[] X2, int[] Y2) : EncodedRecord(Index)
{
    private const int OwnParts = 4;

    /// <summary>A failing answer to x1; empty: none is known.</summary>
    public int[] F1 { get; init; } = [];

    /// <summary>A failing answer to x2; empty: none is known.</summary>
    public int[] F2 { get; init; } = [];

    /// <summary>y1 obeys all of x1.</summary>
    public bool Y1Verified { get; init; } = true;

    /// <summary>y2 obeys all of x2.</summary>
    public bool Y2Verified { get; init; } = true;

    public override int LongestSequence => Math.Max(X1.Length, X2.Length) + LongestResponse;

    internal int LongestResponse => new[] { Y1, Y2, F1, F2 }.Max(response => response.Length);

    /// <summary>x1, y1, x2, y2; where more is known f1, f2, and two without tokens whose marks say whether y1 and y2 are verified.</summary>
    public override IReadOnlyList<RecordPart> AllParts => F1.Length + F2.Length == 0 && Y1Verified && Y2Verified
        ? [new(X1, false), new(Y1, true), new(X2, false), new(Y2, true)]
        :
        [
            new(X1, false), new(Y1, true), new(X2, false), new(Y2, true), new(F1, true), new(F2, true), new([], Y1Verified),
            new([], Y2Verified),
        ];

    /// <summary>The quad of <see cref="AllParts"/>.</summary>
    internal static EncodedQuad Of(int index, IReadOnlyList<RecordPart> parts)
    {
        EncodedQuad quad = new(index, parts[0].Tokens, parts[1].Tokens, parts[2].Tokens, parts[3].Tokens);
        return parts.Count == OwnParts ? quad : quad with
        {
            F1 = parts[4].Tokens, F2 = parts[5].Tokens, Y1Verified = parts[6].Trained, Y2Verified = parts[7].Trained,
        };
    }
}

/// <summary>A prompt, up to where the answer begins; the run samples its answers.</summary>
public sealed record EncodedPrompt(int Index, int[] Tokens) : EncodedRecord(Index)
{
    public override int LongestSequence => Tokens.Length;

    public override IReadOnlyList<RecordPart> AllParts => [new(Tokens, false)];
}

/// <summary>An answer that the policy has given to a prompt.</summary>
/// <param name="Index">Of the prompt.</param>
/// <param name="Prompt">At least one token.</param>
/// <param name="Response">At least one token; with its end token where it ended by itself.</param>
/// <param name="Advantage">How much better it is than the other answers to the prompt.</param>
public sealed record EncodedAnswer(int Index, int[] Prompt, int[] Response, double Advantage) : EncodedRecord(Index)
{
    /// <summary>Whether its tokens are labels.</summary>
    public bool Trained { get; init; } = true;

    public override int LongestSequence => Prompt.Length + Response.Length;

    public override IReadOnlyList<RecordPart> AllParts => [new(Prompt, false), new(Response, Trained)];
}

/// <summary>What became of one record.</summary>
/// <param name="Layout">Also of one that was left out.</param>
public sealed record EncodedOutcome(SourceLocation Origin, RecordLayout Layout)
{
    /// <summary>Null: it is left out, since it is too long or bad.</summary>
    public EncodedRecord? Record { get; init; }

    /// <summary>Tokens of its longest sequence, whole.</summary>
    public int Length { get; init; }

    /// <summary>So long that it was not tokenized: <see cref="Length"/> is a lower bound.</summary>
    public bool LengthIsLowerBound { get; init; }

    /// <summary>It lost tokens.</summary>
    public bool Truncated { get; init; }

    /// <summary>The template cannot express it.</summary>
    public bool Bad { get; init; }

    /// <summary>What was done to it and why; null: nothing was.</summary>
    public string? Note { get; init; }

    /// <summary>The same with file:line.</summary>
    public string? Reason => Note is null ? null : $"{Origin}: {Note}";

    /// <summary>Special tokens in its texts, with counts; null or empty: none.</summary>
    public IReadOnlyDictionary<int, int>? Spelled { get; init; }
}
