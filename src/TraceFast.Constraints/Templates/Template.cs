using System.Globalization;
using System.Text;

namespace TraceFast.Constraints.Templates;

/// <summary>
/// One way to state a constraint in words, which renders constraints and parses statements. Its text has slots:
/// {name} a field; {name+1}, {name-1} an integer's neighbors (fewer than, more than); {name:words} an integer as a word (three, 三; 两 for
/// 2); {name:quoted} a text in quotation marks; {name:list} texts, each in quotation marks, joined with "and" (和); {name:either} the same
/// with "or" (或); {name:plain} texts joined by commas (、) without quotation marks; {name:language} a text by its name in a table of names,
/// here that of languages; {name?one:many} one of two texts by whether the integer, or the number of texts, is 1. A template fits a
/// constraint of its type and scope whose fields are exactly those of its slots and conditions; one with both {min} and {max} does not fit
/// where they are equal, and none states a number below 1.
/// </summary>
public sealed class Template
{
    private readonly TemplateLibrary _library;
    private readonly Segment[] _segments;
    private readonly (string Name, string Value)[] _conditions;
    private readonly string[] _fields;

    /// <param name="library">The library that it is in.</param>
    /// <param name="type">The type that it states.</param>
    /// <param name="text">Text with slots, without a final full stop.</param>
    /// <param name="scope">The scope that it states.</param>
    /// <param name="when">What the text says without a slot: "max={min}" (exactly), "case=upper"; several joined by ";".</param>
    internal Template(TemplateLibrary library, ConstraintType type, string text, Scope scope, string when)
    {
        (_library, Type, Text, Scope, When) = (library, type, text, scope, when);
        _segments = Segment.Split(text);
        _conditions = [.. when.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(w => (w[..w.IndexOf('=')], w[(w.IndexOf('=') + 1)..]))];
        _fields = [.. _segments.Where(s => s.IsSlot && !s.IsChoice).Select(s => s.Name).Concat(_conditions.Select(c => c.Name)).Distinct()];
        FirstWord = _segments[0].IsSlot ? "" : _segments[0].Text.Split(' ')[0];
        LiteralLength = _segments.Where(s => !s.IsSlot).Sum(s => s.Text.Length);
        if (_segments.Select(s => s.Name).Concat(_fields)
            .FirstOrDefault(n => n.Length > 0 && type.Fields.All(f => f.Name != n)) is { } unknown)
            throw new FormatException($"the template \"{text}\" has a slot or condition \"{unknown}\", which {type.Name} does not take");
    }

    public ConstraintType Type { get; }

    public string Text { get; }

    public Scope Scope { get; }

    /// <summary>What the text says without a slot: "max={min}" (exactly), "case=upper"; several joined by ";".</summary>
    public string When { get; }

    public Language Language => _library.Language;

    /// <summary>The first word, or run of characters up to a space, of the text; empty: it starts with a slot.</summary>
    internal string FirstWord { get; }

    /// <summary>How much of the text is the template's own.</summary>
    internal int LiteralLength { get; }

    /// <summary>The statement of a constraint; null: this template does not state it.</summary>
    public string? Render(Constraint constraint) =>
        constraint.Type == Type && constraint.Scope == Scope ? Render(Values(constraint)) : null;

    /// <summary>The constraint that a text states in this template; null: none.</summary>
    public Constraint? Parse(string text)
    {
        if (text.Length < LiteralLength || !text.StartsWith(FirstWord, StringComparison.OrdinalIgnoreCase)
            || new TemplateParser(text, _segments, Type, _library).Parse() is not { } slots)
            return null;
        Dictionary<string, object> values = [];
        for (int n = 0; n < slots.Length; n++)
        {
            if (slots[n] is not { } value)
                continue;
            if (!values.TryAdd(_segments[n].Name, value) && !values[_segments[n].Name].Equals(value))
                return null;
        }

        foreach ((string name, string said) in _conditions)
            values[name] = said[0] == '{' ? values[said[1..^1]] : long.TryParse(said, CultureInfo.InvariantCulture, out long number)
                ? number : said;
        try
        {
            return Render(values) is null ? null : Type.Create(values, Scope);
        }
        catch (ConstraintException)
        {
            return null; // a text of this form that asks for nothing possible: "between 9 and 5"
        }
    }

    internal static Dictionary<string, object> Values(Constraint constraint) =>
        constraint.Type.ValuesOf(constraint).ToDictionary(v => v.Field.Name, v => v.Value);

    internal string? Render(Dictionary<string, object> values)
    {
        if (!Fits(values))
            return null;
        StringBuilder text = new();
        foreach (Segment segment in _segments)
        {
            string? piece = segment.IsSlot ? Render(segment, values[segment.Name]) : segment.Text;
            if (piece is null)
                return null;
            text.Append(piece);
        }

        return text.ToString();
    }

    private bool Fits(Dictionary<string, object> values)
    {
        if (values.Count != _fields.Length || !_fields.All(values.ContainsKey))
            return false;
        foreach ((string name, string said) in _conditions)
        {
            if (said[0] == '{' ? !values[name].Equals(values[said[1..^1]])
                : Convert.ToString(values[name], CultureInfo.InvariantCulture) != said)
                return false;
        }

        return !HasEqualEnds(values, "min", "max") && !HasEqualEnds(values, "rows_min", "rows_max");
    }

    /// <summary>Whether slots say both ends of a range of one number: "between 3 and 3".</summary>
    private bool HasEqualEnds(Dictionary<string, object> values, string min, string max) =>
        _fields.Contains(min) && _fields.Contains(max) && !_conditions.Any(c => c.Name == max) && values[min].Equals(values[max]);

    private string? Render(Segment segment, object value)
    {
        if (segment.IsChoice)
            return (value is TextList several ? several.Count : (long)value + segment.Offset) == 1 ? segment.Text : segment.Many;
        if (value is long number)
        {
            if (number <= 0 || number + segment.Offset <= 0)
                return null; // nobody says "at most 0" or "fewer than 1"
            number += segment.Offset;
            if (segment.Form == "words")
                return number <= NumberWords.Last ? NumberWords.Render((int)number, Language) : null;
            return number.ToString(CultureInfo.InvariantCulture);
        }

        return (segment.Form, value) switch
        {
            ("quoted", string text) => Quotation.Quote(text, Language),
            ("list", TextList texts) => Quotation.List(texts, Language, either: false),
            ("either", TextList texts) => Quotation.List(texts, Language, either: true),
            ("plain", TextList texts) => Quotation.Plain(texts, Language),
            ("", string text) => text,
            (_, string text) => _library.NamesOf(segment.Form, text) is [var name, ..] ? name : null,
            _ => throw new FormatException($"{Type.Name}: a template has a slot {{{segment.Name}:{segment.Form}}} for {value}"),
        };
    }
}

/// <summary>One piece of a template: text, a slot, or a choice between two texts.</summary>
/// <param name="Text">The text; of a choice: the text for one.</param>
/// <param name="Name">The slot's field; empty: plain text.</param>
/// <param name="Offset">What is added to the field's number.</param>
/// <param name="Form">words, quoted, list, either, plain, the name of a table of names; ? for a choice.</param>
/// <param name="Many">A choice's text for other than one.</param>
internal readonly record struct Segment(string Text, string Name, int Offset, string Form, string Many)
{
    public bool IsSlot => Name.Length > 0;

    public bool IsChoice => Form == "?";

    /// <exception cref="FormatException">A slot is opened and not closed.</exception>
    public static Segment[] Split(string template)
    {
        List<Segment> segments = [];
        int i = 0;
        while (i < template.Length)
        {
            int open = template.IndexOf('{', i);
            int literalEnd = open < 0 ? template.Length : open;
            if (literalEnd > i)
                segments.Add(new Segment(template[i..literalEnd], "", 0, "", ""));
            if (open < 0)
                break;
            int close = template.IndexOf('}', open);
            if (close < 0)
                throw new FormatException($"the template \"{template}\" opens a slot that it does not close");
            segments.Add(ParseSlot(template[(open + 1)..close]));
            i = close + 1;
        }

        return [.. segments];
    }

    private static Segment ParseSlot(string slot)
    {
        int choice = slot.IndexOf('?');
        int form = choice >= 0 ? choice : slot.IndexOf(':');
        string name = form < 0 ? slot : slot[..form];
        int offset = name.EndsWith("+1", StringComparison.Ordinal) ? 1 : name.EndsWith("-1", StringComparison.Ordinal) ? -1 : 0;
        if (offset != 0)
            name = name[..^2];
        if (choice < 0)
            return new Segment("", name, offset, form < 0 ? "" : slot[(form + 1)..], "");
        int middle = slot.IndexOf(':', choice);
        return new Segment(slot[(choice + 1)..middle], name, offset, "?", slot[(middle + 1)..]);
    }
}
