using System.Collections.Concurrent;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Templates;

/// <summary>
/// The templates of a language, from the resource file templates.en.txt or templates.zh.txt. It has blocks:
/// [type] the templates of a type, one a line; {scope} is replaced by the name of the scope, and each such line is taken for each scope of the
/// type but the whole answer.
///     "when condition:" says what the lines after it say without a slot. "unit FORM: word | words" (in Chinese: 个字 | 字数 | 字) adds the
/// frames of a form for a counted thing, and those of scopes.
///     "range: ..." and "range when condition: ..." are the texts that replace {range} in the block's other lines.
/// [frames FORM] templates of counts: {unit} is the counted thing after a number, {units} its plural, {total} the name of its number and
/// {name} its bare name (both Chinese). [names TABLE] names of values: "en = English"; several names are parted by " | ". A \n is a line
/// end.
/// </summary>
internal sealed class TemplateLibrary
{
    private static readonly Lazy<TemplateLibrary> s_english = new(() => new(Language.English, "en")),
        s_chinese = new(() => new(Language.Chinese, "zh"));

    private readonly ResourceBlocks _blocks;
    private readonly ConcurrentDictionary<ConstraintType, Template[]> _templates = new();
    private readonly Dictionary<string, List<(string Value, IReadOnlyList<string> Names)>> _names = [];
    private readonly Lazy<Dictionary<char, List<Template>>> _byFirst;

    private TemplateLibrary(Language language, string code)
    {
        Language = language;
        _blocks = ResourceBlocks.Of(typeof(ConstraintTypes), $"templates.{code}.txt");
        foreach (string block in _blocks.Names.Where(n => n.StartsWith("names ", StringComparison.Ordinal)))
            _names.Add(block["names ".Length..], [.. _blocks[block].Select(ParseNames)]);
        _byFirst = new(IndexByFirst);
    }

    public Language Language { get; }

    public static TemplateLibrary Of(Language language) => (language == Language.Chinese ? s_chinese : s_english).Value;

    /// <summary>The templates of a type; none: the language has no block for it.</summary>
    public Template[] TemplatesOf(ConstraintType type) => _templates.GetOrAdd(type, t => [.. Expand(t).DistinctBy(e => (e.Text, e.Scope))]);

    /// <summary>Templates of rule-checked types that a text may be of, those with the most text of their own first.</summary>
    public IEnumerable<Template> For(string text)
    {
        if (text.Length == 0)
            return [];
        IEnumerable<Template> found = _byFirst.Value.GetValueOrDefault(char.ToUpperInvariant(text[0])) ?? [];
        return _byFirst.Value.TryGetValue(default, out List<Template>? open) ? found.Concat(open) : found;
    }

    /// <summary>The values of a table of names, each with its names.</summary>
    public IReadOnlyList<(string Value, IReadOnlyList<string> Names)> Names(string table) => _names[table];

    /// <summary>The names of a value; none: it has no name in this language.</summary>
    public IReadOnlyList<string> NamesOf(string table, string value) => _names[table].Find(n => n.Value == value).Names ?? [];

    /// <summary>What the thing counted by a type is called: singular and plural.</summary>
    public (string One, string Many) UnitOf(ConstraintType type)
    {
        string unit = _blocks[type.Name].First(l => l.StartsWith("unit ", StringComparison.Ordinal));
        string[] names = unit[(unit.IndexOf(':') + 1)..].Split('|', StringSplitOptions.TrimEntries);
        return (names[0], names[1]);
    }

    private static (string, IReadOnlyList<string>) ParseNames(string line)
    {
        int equals = line.IndexOf(" = ", StringComparison.Ordinal);
        return (line[..equals], line[(equals + 3)..].Split(" | "));
    }

    private Dictionary<char, List<Template>> IndexByFirst()
    {
        Dictionary<char, List<Template>> index = [];
        foreach (Template template in ConstraintTypes.All.Where(t => t.IsRuleChecked).SelectMany(TemplatesOf)
            .OrderByDescending(t => t.LiteralLength))
        {
            char first = template.FirstWord.Length == 0 ? default : char.ToUpperInvariant(template.FirstWord[0]);
            if (!index.TryGetValue(first, out List<Template>? entries))
                index[first] = entries = [];
            entries.Add(template);
        }

        return index;
    }

    private IEnumerable<Template> Expand(ConstraintType type)
    {
        if (!_blocks.Has(type.Name))
            yield break;
        string when = "";
        List<(string When, string Text)> ranges = [];
        foreach (string line in _blocks[type.Name])
        {
            if (TryTake(line, "when ", out string condition, out string rest) && rest.Length == 0)
                when = condition;
            else if (TryTake(line, "range when ", out condition, out rest))
                ranges.Add((condition, rest));
            else if (line.StartsWith("range: ", StringComparison.Ordinal))
                ranges.Add(("", line["range: ".Length..]));
            else if (TryTake(line, "unit ", out string form, out rest))
            {
                foreach (Template template in FromFrames(type, form, rest.Split('|', StringSplitOptions.TrimEntries), when))
                    yield return template;
            }
            else if (line.Contains("{range}", StringComparison.Ordinal))
            {
                foreach ((string also, string text) in ranges)
                    yield return new(this, type, line.Replace("{range}", text, StringComparison.Ordinal), Scope.Whole, Both(when, also));
            }
            else
            {
                foreach (Template template in About(type, line, when))
                    yield return template;
            }
        }
    }

    private IEnumerable<Template> FromFrames(ConstraintType type, string form, string[] unit, string when)
    {
        foreach (string block in type.Scopes.Count > 1 ? new[] { form, "scope" } : [form])
        {
            string also = "";
            foreach (string line in _blocks["frames " + block])
            {
                if (TryTake(line, "when ", out string condition, out string rest) && rest.Length == 0)
                {
                    also = condition;
                    continue;
                }

                foreach (Template template in About(type, Fill(line, unit), Both(also, when)))
                    yield return template;
            }
        }
    }

    /// <summary>A line about the whole answer, or about each scope of the type by each of its names.</summary>
    private IEnumerable<Template> About(ConstraintType type, string line, string when)
    {
        if (!line.Contains("{scope}", StringComparison.Ordinal))
        {
            yield return new(this, type, line, Scope.Whole, when);
            yield break;
        }

        foreach (Scope scope in type.Scopes.Where(s => s != Scope.Whole))
        {
            foreach (string name in NamesOf("scope", ScopeNames.IdOf(scope)))
            {
                string text = line.Replace("{scope}", name, StringComparison.Ordinal);
                yield return new(this, type, char.ToUpperInvariant(text[0]) + text[1..], scope, when);
            }
        }
    }

    /// <summary>"{min} {unit}" becomes "{min} {min?word:words}", {min}{unit} becomes {min}个字.</summary>
    private string Fill(string frame, string[] unit)
    {
        if (Language == Language.Chinese)
            return frame.Replace("{unit}", unit[0], StringComparison.Ordinal).Replace("{total}", unit[1], StringComparison.Ordinal)
                .Replace("{name}", unit[2], StringComparison.Ordinal);
        frame = frame.Replace("{units}", unit[1], StringComparison.Ordinal);
        int at;
        while ((at = frame.IndexOf("{unit}", StringComparison.Ordinal)) >= 0)
        {
            int open = frame.LastIndexOf('{', at - 1);
            string slot = frame[(open + 1)..frame.IndexOf('}', open)].Split(':')[0];
            frame = $"{frame[..at]}{{{slot}?{unit[0]}:{unit[1]}}}{frame[(at + "{unit}".Length)..]}";
        }

        return frame;
    }

    private static string Both(string one, string other) => one.Length == 0 ? other : other.Length == 0 ? one : $"{one};{other}";

    /// <summary>"KEYWORD argument: rest".</summary>
    private static bool TryTake(string line, string keyword, out string argument, out string rest)
    {
        int colon = line.StartsWith(keyword, StringComparison.Ordinal) ? line.IndexOf(':', StringComparison.Ordinal) : -1;
        (argument, rest) = colon < 0 ? ("", "") : (line[keyword.Length..colon], line[(colon + 1)..].Trim());
        return colon >= 0;
    }
}
