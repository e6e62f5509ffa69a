using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Short texts for the cells of tables, the values under keys, behind labels: by their name where the grammar knows it.</summary>
internal sealed class Cells(Topic topic, SeededRandom random, Func<string, bool> allowed)
{
    private const int Tries = 12;
    private const string Section = "cell";

    /// <summary>Names of columns of the writer's own choice.</summary>
    private static readonly string[] EnglishColumns = ["Item", "Detail", "Notes", "Example"], ChineseColumns = ["项目", "细节", "备注", "例子"];

    public static bool Knows(string name, Language language) => Grammar.Of(language).Has(Named(name));

    public static IReadOnlyList<string> Columns(Language language, int count) => (language == Language.Chinese ? ChineseColumns : EnglishColumns)[..count];

    /// <summary>A cell of a column, different from those used where that can be.</summary>
    public string Of(string column, Language language, List<string> used)
    {
        string section = Knows(column, language) ? Named(column) : Section;
        string cell = "";
        for (int n = 0; n < Tries; n++)
        {
            cell = Fill(section, language);
            if (!used.Contains(cell) && allowed(cell))
                break;
        }

        used.Add(cell);
        return cell;
    }

    /// <summary>A thing or quality to put before a separator.</summary>
    public string Left(Language language, List<string> used)
    {
        TopicWords words = topic.In(language);
        string left = "";
        for (int n = 0; n < Tries; n++)
        {
            left = random.Chance(0.7) ? random.Pick(words.Words) : random.Pick(words.Qualities);
            if (!used.Contains(left) && allowed(left))
                break;
        }

        used.Add(left);
        return left;
    }

    public static string Named(string name) => $"{Section} {name.ToLowerInvariant()}";

    private string Fill(string section, Language language) =>
        Grammar.Of(language).Pick(section, random).Fill(new SentenceFilling(topic.In(language), language, random));
}
