using TraceFast.Constraints;
using TraceFast.Data;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>What one record asks, as text, and what it is answered in.</summary>
/// <param name="Origin">Where the record stands.</param>
/// <param name="Prompt">The user's last turn.</param>
internal sealed record Exchange(SourceLocation Origin, string Prompt, Language Language)
{
    private PromptDemands? _demands;

    /// <summary>The turns before the last.</summary>
    public IReadOnlyList<Message> Before { get; init; } = [];

    /// <summary>Of all that was asked so far: "in essays of 2000 words" may have been said at the start.</summary>
    public PromptDemands Demands => _demands ??= PromptDemands.Of(string.Join('\n', Before.Where(m => m.Role != Role.Assistant).Select(m => m.Content).Append(Prompt)));

    /// <summary>The language that most letters are in; null where it is neither of the two in which constraints are phrased.</summary>
    public static Language? LanguageOf(string text)
    {
        int han = 0, latin = 0, other = 0;
        foreach (char c in text)
        {
            if (TraceFast.Constraints.Recognition.Clause.IsHan(c))
                han++;
            else if (char.IsAsciiLetter(c))
                latin++;
            else if (char.IsLetter(c))
                other++;
        }

        if (other > (han + latin) / 10)
            return null;
        return han == 0 && latin == 0 ? null : han * 4 >= latin ? TraceFast.Constraints.Language.Chinese : TraceFast.Constraints.Language.English;
    }
}
