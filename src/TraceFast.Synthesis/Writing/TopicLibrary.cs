namespace TraceFast.Synthesis.Writing;

/// <summary>
/// The topics of Topics/*.txt. A topic is two lines: English "name|pl or sg|qualities|facts|words", Chinese "name|qualities|facts|words"; qualities and words are separated by
/// commas, facts by semicolons.
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

            yield return new Topic(category, English(english.Split('|')), Chinese(line.Split('|'), english.Split('|')[1] == "pl", category == PersonsCategory));
            english = null;
        }
    }

    private static TopicWords English(string[] fields) => new(fields[0], fields[1] == "pl", false, fields[2].Split(','), fields[3].Split(';'), fields[4].Split(','));

    private static TopicWords Chinese(string[] fields, bool plural, bool persons) => new(fields[0], plural, persons, fields[1].Split(','), fields[2].Split(';'), fields[3].Split(','));
}
