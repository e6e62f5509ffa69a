using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// The topics of Topics/*.txt. A topic is two lines: English "name|pl or sg|qualities|facts|words", Chinese "name|qualities|facts|words";
/// qualities and words are separated by commas, facts by semicolons.
/// </summary>
public static class TopicLibrary
{
    private const string PersonsCategory = "occupations";

    public static IReadOnlyList<Topic> All { get; } = [.. Resources.Names("Topics/").SelectMany(Read)];

    private static IEnumerable<Topic> Read(string name)
    {
        string category = Path.GetFileNameWithoutExtension(name);
        string? english = null;
        foreach (string line in Resources.Lines(name))
        {
            if (english is null)
            {
                english = line;
                continue;
            }

            yield return new Topic(category, English(english.Split('|')),
                Chinese(line.Split('|'), english.Split('|')[1] == "pl", category == PersonsCategory));
            english = null;
        }
    }

    private static TopicWords English(string[] fields) =>
        new(fields[0], fields[1] == "pl", false, fields[2].Split(','), fields[3].Split(';'), fields[4].Split(','));

    private static TopicWords Chinese(string[] fields, bool plural, bool persons) =>
        new(fields[0], plural, persons, fields[1].Split(','), fields[2].Split(';'), fields[3].Split(','));
}

/// <summary>Something that a task can be about, in both languages.</summary>
/// <param name="Category">The file that it is in, for example animals.</param>
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
public sealed record TopicWords(string Name, bool IsPlural, bool IsPersons, IReadOnlyList<string> Qualities, IReadOnlyList<string> Facts,
    IReadOnlyList<string> Words);

/// <summary>
/// Short texts about a topic for the cells of tables, the values under keys, after labels: by their name where the grammar knows it.
/// </summary>
internal sealed class TopicTexts(Topic topic, SeededRandom random) : ITextSource
{
    private const int Tries = 12;
    private const string AnyCell = "cell";

    /// <summary>Texts that may not be given; nothing until it is set.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>The section of the grammar for a label, key or column.</summary>
    public static string SectionOf(string name) => $"{AnyCell} {name.ToLowerInvariant()}";

    public IReadOnlyList<string> TermsIn(Language language)
    {
        TopicWords words = topic.In(language);
        return [words.Name, .. words.Words, .. words.Qualities, .. words.Facts];
    }

    public bool Knows(string name, Language language) => Grammar.Of(language).Has(SectionOf(name));

    public string Cell(string column, Language language, List<string> used)
    {
        string section = Knows(column, language) ? SectionOf(column) : AnyCell;
        return Unused(used, () => Fill(section, language));
    }

    public string Thing(Language language, List<string> used)
    {
        TopicWords words = topic.In(language);
        return Unused(used, () => random.Chance(0.7) ? random.Pick(words.Words) : random.Pick(words.Qualities));
    }

    public string Fill(string kind, Language language) =>
        Grammar.Of(language).Pick(kind, random).Fill(new SentenceFilling(topic.In(language), language, random));

    private string Unused(List<string> used, Func<string> make)
    {
        string text = "";
        for (int n = 0; n < Tries; n++)
        {
            text = make();
            if (!used.Contains(text) && !Refuses(text))
                break;
        }

        used.Add(text);
        return text;
    }
}
