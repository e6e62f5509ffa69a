using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>Something that a task can be about, in both languages.</summary>
/// <param name="Category">The file that it stands in, for example animals.</param>
/// <param name="English">What is known of it, in English.</param>
/// <param name="Chinese">The same thing in Chinese; not a translation.</param>
public sealed record Topic(string Category, TopicWords English, TopicWords Chinese)
{
    public TopicWords In(Language language) => language == Language.Chinese ? Chinese : English;
}

/// <summary>What can truly be said of a topic, in words that fit into <see cref="Grammar"/>'s templates.</summary>
/// <param name="Name">As the subject of a sentence.</param>
/// <param name="IsPlural">English: they are; else: it is.</param>
/// <param name="IsPersons">Chinese: 他们 instead of 它们.</param>
/// <param name="Qualities">Adjectives.</param>
/// <param name="Facts">Predicates that agree with the name.</param>
/// <param name="Words">Things that belong to it: English plural or mass nouns.</param>
public sealed record TopicWords(string Name, bool IsPlural, bool IsPersons, IReadOnlyList<string> Qualities, IReadOnlyList<string> Facts, IReadOnlyList<string> Words);
