using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>The templates of one language, from Grammar/*.txt: sections of templates, one a line.</summary>
internal sealed class Grammar
{
    private static readonly Grammar English = new(Language.English, "en.txt", "tasks.en.txt");
    private static readonly Grammar Chinese = new(Language.Chinese, "zh.txt", "tasks.zh.txt");

    private readonly Dictionary<string, string[]> _texts = [];
    private readonly Dictionary<string, SentenceTemplate[]> _templates = [];

    private Grammar(Language language, params string[] files)
    {
        Language = language;
        string section = "";
        Dictionary<string, List<string>> sections = [];
        foreach (string line in files.SelectMany(f => Resources.Lines("Grammar/" + f)))
        {
            if (line[0] == '[')
                sections[section = line[1..^1]] = [];
            else
                sections[section].Add(line);
        }

        foreach ((string name, List<string> lines) in sections)
        {
            _texts[name] = [.. lines];
            _templates[name] = [.. lines.Select(l => new SentenceTemplate(l))];
        }

        Frames = new Additions(_texts["frame"]);
        Tails = new Additions(_texts["tail"]);
        QuestionFrames = new Additions(_texts["question frame"]);
        QuestionTails = new Additions(_texts["question tail"]);
    }

    public Language Language { get; }

    /// <summary>What may stand before a statement.</summary>
    public Additions Frames { get; }

    /// <summary>What may stand behind one.</summary>
    public Additions Tails { get; }

    public Additions QuestionFrames { get; }

    public Additions QuestionTails { get; }

    public static Grammar Of(Language language) => language == Language.Chinese ? Chinese : English;

    public bool Has(string section) => _templates.ContainsKey(section);

    public IReadOnlyList<string> Texts(string section) => _texts[section];

    public IReadOnlyList<SentenceTemplate> Templates(string section) => _templates[section];

    public SentenceTemplate Pick(string section, SeededRandom random) => random.Pick(_templates[section]);
}

/// <summary>Fixed texts that can be added to a sentence, by length in each unit.</summary>
internal sealed class Additions
{
    private readonly Dictionary<LengthUnit, string[][]> _byLength = [];
    private readonly ILookup<char, string> _byInitial;

    public Additions(IReadOnlyList<string> texts)
    {
        All = texts;
        _byInitial = texts.ToLookup(t => char.ToUpperInvariant(t[0]));
        foreach (LengthUnit unit in Enum.GetValues<LengthUnit>())
        {
            ILookup<int, string> lookup = texts.ToLookup(t => Lengths.Of(t, unit) + Joint(t, unit));
            _byLength[unit] = [.. Enumerable.Range(0, lookup.Max(g => g.Key) + 1).Select(n => lookup[n].ToArray())];
        }
    }

    public IReadOnlyList<string> All { get; }

    /// <summary>Those that start with a letter.</summary>
    public IEnumerable<string> StartingWith(char letter) => _byInitial[letter];

    public int Longest(LengthUnit unit) => _byLength[unit].Length - 1;

    /// <summary>Those that make a sentence longer by just so much.</summary>
    public IReadOnlyList<string> OfLength(int length, LengthUnit unit) => length >= 0 && length < _byLength[unit].Length ? _byLength[unit][length] : [];

    /// <summary>The blank that joins it, which counts as a character.</summary>
    private static int Joint(string text, LengthUnit unit) => unit == LengthUnit.Characters && text[0] < '\u3000' && text[0] != ',' ? 1 : 0;
}
