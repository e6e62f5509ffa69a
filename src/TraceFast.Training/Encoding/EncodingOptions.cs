namespace TraceFast.Training.Encoding;

/// <summary>What becomes of records longer than <c>cutoff_len</c>.</summary>
public enum OverflowRule
{
    /// <summary>An error that names file:line, length and limit.</summary>
    Error,

    /// <summary>The record is left out and counted.</summary>
    Drop,

    /// <summary>Prompts lose their first tokens and responses their last, so that the header that asks for the answer survives.</summary>
    TruncateBalanced,

    /// <summary>Prompts and responses both lose their last tokens: the published trainer's rule, for comparison.</summary>
    TruncatePublished,
}

/// <summary>How records become tokens.</summary>
/// <param name="CutoffLen">Most tokens of a sequence.</param>
/// <param name="Overflow">What becomes of longer records.</param>
public sealed record EncodingOptions(int CutoffLen, OverflowRule Overflow = OverflowRule.Error)
{
    /// <summary>sft: only the last turn is trained.</summary>
    public bool MaskHistory { get; init; }

    /// <summary>sft: prompts are labels too.</summary>
    public bool TrainOnPrompt { get; init; }

    /// <summary>Leave out records that the chat format cannot express instead of stopping.</summary>
    public bool SkipBadRecords { get; init; }

    /// <summary>Ids must be below it; 0 = not checked.</summary>
    public int VocabularySize { get; init; }
}
