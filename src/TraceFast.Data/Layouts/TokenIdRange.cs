using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>Checks ready token ids against the vocabulary that they are for, where it is known.</summary>
internal static class TokenIdRange
{
    /// <exception cref="RecordException">An id is not below the vocabulary's size.</exception>
    public static void Check(TrainingRecord record, int? vocabularySize)
    {
        if (vocabularySize is not { } size)
            return;
        switch (record)
        {
            case SftIdsRecord sft:
                Check(sft.PromptIds, size);
                Check(sft.ResponseIds, size);
                break;
            case PairRecord { Prompt: Prompt.Ids prompt, Chosen: Response.Ids chosen, Rejected: Response.Ids rejected }:
                Check(prompt.Tokens, size);
                Check(chosen.Tokens, size);
                Check(rejected.Tokens, size);
                break;
            case QuadRecord { X1: Prompt.Ids x1, Y1: Response.Ids y1, X2: Prompt.Ids x2, Y2: Response.Ids y2 }:
                Check(x1.Tokens, size);
                Check(y1.Tokens, size);
                Check(x2.Tokens, size);
                Check(y2.Tokens, size);
                break;
        }
    }

    private static void Check(int[] ids, int size)
    {
        foreach (int id in ids)
            if (id >= size)
                throw new RecordException($"the token id {id} is not in the vocabulary of {size} tokens (0 to {size - 1})");
    }
}
