using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Synthesis.FromResponses;

namespace TraceFast.Synthesis.Model;

/// <summary>A plain instruction that a model expands.</summary>
/// <param name="Text">The instruction.</param>
/// <param name="Language">Its language, and that of the quad.</param>
/// <param name="Origin">"file:line".</param>
public sealed record ModelSeed(string Text, Language Language, string Origin)
{
    /// <summary>The instructions of SFT records: of each the user's only turn.</summary>
    /// <param name="drops">Gets the records that have several turns, or are in neither language.</param>
    public static IReadOnlyList<ModelSeed> Of(IEnumerable<SftRecord> records, DropCounts drops)
    {
        List<ModelSeed> seeds = [];
        foreach (SftRecord record in records)
        {
            if (record.Conversation is not [{ Role: Role.User, Content: var prompt }, { Role: Role.Assistant }])
                drops.Add(DropReason.NotOneTurn);
            else if (record.Variables is not null || record.Messages.Any(m => m.Thought is not null))
                drops.Add(DropReason.BesideText);
            else if (Exchange.LanguageOf(prompt) is not { } language)
                drops.Add(DropReason.UnsoundAnswer);
            else
                seeds.Add(new ModelSeed(prompt, language, record.Origin.ToString()));
        }

        return seeds;
    }
}
