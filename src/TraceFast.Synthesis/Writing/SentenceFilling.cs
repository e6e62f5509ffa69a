using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>What stands in the slots of one template; qualities, facts and words that nobody asked for are drawn.</summary>
internal sealed class SentenceFilling(TopicWords topic, Language language, SeededRandom random)
{
    private string? _quality;

    /// <summary>Words that must stand in {word} and {word2}; others are drawn.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What stands in {number}, {date} or {link}.</summary>
    public string Value { get; init; } = "";

    public string Of(string slot) => slot switch
    {
        "topic" => topic.Name,
        "Topic" => Capitals.First(topic.Name),
        "they" => language == Language.Chinese ? topic.IsPersons ? "他们" : topic.IsPlural ? "它们" : "它" : topic.IsPlural ? "they" : "it",
        "them" => topic.IsPlural ? "them" : "it",
        "are" => topic.IsPlural ? "are" : "is",
        "fact" => random.Pick(topic.Facts),
        "quality" => _quality ??= random.Pick(topic.Qualities),
        "quality2" => Another(topic.Qualities, _quality),
        "word" => Word(0),
        "Word" => Capitals.First(Word(0)),
        "word2" => Word(1),
        _ => Value,
    };

    private string? _first;

    private string Word(int n)
    {
        if (n < Words.Count)
            return Words[n];
        if (n == 0)
            return _first ??= random.Pick(topic.Words);
        return Another(topic.Words, Words.Count > 0 ? Words[0] : _first);
    }

    private string Another(IReadOnlyList<string> among, string? than)
    {
        int n = random.Below(among.Count);
        return among[n] == than ? among[(n + 1) % among.Count] : among[n];
    }
}
