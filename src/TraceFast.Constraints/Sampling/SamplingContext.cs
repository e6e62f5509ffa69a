namespace TraceFast.Constraints.Sampling;

/// <summary>What a sort may draw from: a generator, the language of the answer and the words that fit the task.</summary>
/// <param name="Random">All randomness; the same bytes on any machine for the same seed.</param>
/// <param name="Language">Of the instruction and the answer.</param>
/// <param name="Words">Words that an answer to the task can naturally contain (keywords to ask for).</param>
/// <param name="OtherWords">Words that an answer to the task can do without (words to forbid).</param>
public sealed record SamplingContext(SeededRandom Random, Language Language, IReadOnlyList<string> Words, IReadOnlyList<string> OtherWords);
