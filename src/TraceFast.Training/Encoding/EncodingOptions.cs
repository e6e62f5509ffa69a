namespace TraceFast.Training;

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

    /// <summary>What a configuration asks for.</summary>
    /// <param name="c">The configuration.</param>
    /// <param name="vocabularySize">Rows of the model's embedding.</param>
    public static EncodingOptions Of(RunConfiguration c, int vocabularySize) => new(c.CutoffLen, c.Overflow)
    {
        MaskHistory = c.MaskHistory,
        TrainOnPrompt = c.TrainOnPrompt,
        SkipBadRecords = c.SkipBadRecords,
        VocabularySize = vocabularySize,
    };
}
