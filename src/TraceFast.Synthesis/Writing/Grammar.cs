using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Data.Files;

namespace TraceFast.Synthesis.Writing;

/// <summary>The templates of one language, from Grammar/*.txt: sections of templates, one a line.</summary>
internal sealed class Grammar
{
    private static readonly Grammar s_english = new(Language.English, "en.txt", "tasks.en.txt");
    private static readonly Grammar s_chinese = new(Language.Chinese, "zh.txt", "tasks.zh.txt");

    private readonly Dictionary<string, string[]> _texts = [];
    private readonly Dictionary<string, SentenceTemplate[]> _templates = [];

    private Grammar(Language language, params string[] files)
    {
        Language = language;
        foreach (string file in files)
        {
            ResourceBlocks sections = ResourceBlocks.Of(typeof(Grammar), "Writing/Grammar/" + file);
            foreach (string name in sections.Names)
            {
                _texts[name] = [.. sections[name]];
                _templates[name] = [.. sections[name].Select(l => new SentenceTemplate(l))];
            }
        }

        Frames = new Additions(_texts["frame"]);
        Tails = new Additions(_texts["tail"]);
        QuestionFrames = new Additions(_texts["question frame"]);
        QuestionTails = new Additions(_texts["question tail"]);
    }

    public Language Language { get; }

    /// <summary>What may be before a statement.</summary>
    public Additions Frames { get; }

    /// <summary>What may be after one.</summary>
    public Additions Tails { get; }

    public Additions QuestionFrames { get; }

    public Additions QuestionTails { get; }

    public static Grammar Of(Language language) => language == Language.Chinese ? s_chinese : s_english;

    public bool Has(string section) => _templates.ContainsKey(section);

    public IReadOnlyList<string> Texts(string section) => _texts[section];

    public SentenceTemplate Pick(string section, SeededRandom random) => random.Pick(_templates[section]);
}

/// <summary>A fixed text that can be added to a sentence.</summary>
/// <param name="Text">The text, with the comma that parts it from the sentence.</param>
internal sealed record Addition(string Text)
{
    private const int LongWord = 5;

    /// <summary>What says something in it: English words of some length, pairs of Chinese characters.</summary>
    private readonly string[] _content = [.. Text[0] < '\u3000'
        ? Text.ToLowerInvariant().Split(' ', ',').Where(w => w.Length >= LongWord)
        : Enumerable.Range(0, Text.Length - 1).Select(n => Text.Substring(n, 2)).Where(t => t.All(char.IsLetter))];

    /// <summary>Whether a sentence says some of the same: "many books explain that books about tea often mention cups".</summary>
    public bool IsSaidBy(string sentence) => Array.Exists(_content, c => sentence.Contains(c, StringComparison.Ordinal));
}

/// <summary>The additions of one kind, by length in each unit.</summary>
internal sealed class Additions
{
    private readonly Dictionary<Unit, Addition[][]> _byLength = [];
    private readonly ILookup<char, string> _byInitial;

    public Additions(IReadOnlyList<string> texts)
    {
        _byInitial = texts.ToLookup(t => char.ToUpperInvariant(t[0]));
        foreach (Unit unit in new[] { Unit.Words, Unit.Han, Unit.Characters })
        {
            ILookup<int, Addition> lookup = texts.ToLookup(t => Lengths.Of(t, unit) + Joint(t, unit), t => new Addition(t));
            _byLength[unit] = [.. Enumerable.Range(0, lookup.Max(g => g.Key) + 1).Select(n => lookup[n].ToArray())];
        }
    }

    /// <summary>Those that start with a letter.</summary>
    public IEnumerable<string> StartingWith(char letter) => _byInitial[letter];

    public int Longest(Unit unit) => _byLength[unit].Length - 1;

    /// <summary>Those that make a sentence longer by just so much.</summary>
    public IReadOnlyList<Addition> OfLength(int length, Unit unit) =>
        length >= 0 && length < _byLength[unit].Length ? _byLength[unit][length] : [];

    /// <summary>The blank that joins it, which counts as a character.</summary>
    private static int Joint(string text, Unit unit) => unit == Unit.Characters && text[0] < '\u3000' && text[0] != ',' ? 1 : 0;
}

/// <summary>The text files that are embedded in this assembly.</summary>
internal static class Resources
{
    private const string Prefix = "Writing/";

    /// <summary>Names, without the prefix, that start so; in order.</summary>
    public static IEnumerable<string> Names(string start) =>
        typeof(Resources).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix + start, StringComparison.Ordinal)).Select(n => n[Prefix.Length..])
                .Order(StringComparer.Ordinal);

    /// <summary>The lines that are neither blank nor a comment.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using Stream stream = typeof(Resources).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"the assembly lacks its embedded file {name}");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return line;
        }
    }
}
