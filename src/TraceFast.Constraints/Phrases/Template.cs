using System.Globalization;
using System.Text;

namespace TraceFast.Constraints.Phrases;

/// <summary>A wording's template taken apart: it writes the text of a constraint and reads a text back into arguments.</summary>
internal sealed class Template
{
    private readonly Language _language;
    private readonly Segment[] _segments;
    private readonly (string Name, string Value)[] _said;

    private Template(Wording wording, Segment[] segments)
    {
        _language = wording.Language;
        _segments = segments;
        _said = [.. wording.When.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(w => (w[..w.IndexOf('=')], w[(w.IndexOf('=') + 1)..]))];
        FirstWord = segments[0].IsSlot ? "" : segments[0].Text.Split(' ')[0];
        LiteralLength = segments.Where(s => !s.IsSlot).Sum(s => s.Text.Length);
        Arguments = [.. segments.Where(s => s.IsSlot && !s.IsChoice).Select(s => s.Name).Concat(_said.Select(s => s.Name)).Distinct()];
    }

    /// <summary>The first word, or run of characters up to a blank, of the text; empty: it starts with a slot.</summary>
    public string FirstWord { get; }

    /// <summary>How much of the text is the wording's own.</summary>
    public int LiteralLength { get; }

    /// <summary>The names of the arguments that it says.</summary>
    public string[] Arguments { get; }

    public static Template Parse(Wording wording)
    {
        List<Segment> segments = [];
        string template = wording.Template;
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
                throw new ArgumentException($"the template \"{template}\" opens a slot that it does not close", nameof(wording));
            segments.Add(ParseSlot(template[(open + 1)..close]));
            i = close + 1;
        }

        return new Template(wording, [.. segments]);
    }

    /// <summary>The text of a constraint; null: this wording does not say it.</summary>
    public string? Write(Constraint constraint)
    {
        if (!Fits(constraint.Arguments))
            return null;
        StringBuilder text = new();
        foreach (Segment segment in _segments)
        {
            string? piece = segment.IsSlot ? Write(segment, constraint) : segment.Text;
            if (piece is null)
                return null;
            text.Append(piece);
        }

        return text.ToString();
    }

    /// <summary>The arguments that a text says in this wording; null: it is not this wording.</summary>
    public Arguments? Read(string text, Sort sort)
    {
        if (text.Length < LiteralLength || !text.StartsWith(FirstWord, StringComparison.OrdinalIgnoreCase) || new TemplateReader(text, _segments, _language, sort).Read() is not { } slots)
            return null;
        Dictionary<string, object> values = [];
        for (int n = 0; n < slots.Length; n++)
        {
            if (slots[n] is not { } value)
                continue;
            if (values.TryGetValue(_segments[n].Name, out object? before) && !before.Equals(value))
                return null;
            values[_segments[n].Name] = value;
        }

        foreach ((string name, string said) in _said)
        {
            if (said[0] == '{')
                values[name] = values[said[1..^1]];
            else
                values[name] = long.TryParse(said, CultureInfo.InvariantCulture, out long number) ? number : said;
        }

        return Constraints.Arguments.Of([.. sort.Parameters.Where(p => values.ContainsKey(p.Name)).Select(p => (p.Name, (object?)values[p.Name]))]);
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

    private bool Fits(Arguments arguments)
    {
        if (arguments.Values.Count != Arguments.Length)
            return false;
        foreach (string name in Arguments)
        {
            if (!arguments.Has(name))
                return false;
        }

        foreach ((string name, string said) in _said)
        {
            object? asked = said[0] == '{' ? ValueOf(arguments, said[1..^1]) : said;
            object? value = ValueOf(arguments, name);
            if (value is long number ? asked is long other ? number != other : !(asked is string digits && digits == number.ToString(CultureInfo.InvariantCulture)) : !Equals(value, asked))
                return false;
        }

        return !SaysEqualEnds(arguments, "min", "max") && !SaysEqualEnds(arguments, "rows_min", "rows_max");
    }

    /// <summary>Whether slots say both ends of a range of one number: "between 3 and 3".</summary>
    private bool SaysEqualEnds(Arguments arguments, string min, string max) =>
        Array.IndexOf(Arguments, min) >= 0 && Array.IndexOf(Arguments, max) >= 0 && !_said.Any(s => s.Name == max) && arguments.Integer(min) == arguments.Integer(max);

    private static object? ValueOf(Arguments arguments, string name)
    {
        foreach ((string key, object value) in arguments.Values)
        {
            if (key == name)
                return value;
        }

        return null;
    }

    private string? Write(Segment segment, Constraint constraint)
    {
        object value = ValueOf(constraint.Arguments, segment.Name)!;
        if (segment.IsChoice)
            return (value is string[] several ? several.Length : (long)value + segment.Offset) == 1 ? segment.Text : segment.Many;
        if (value is long number)
        {
            if (number <= 0 || number + segment.Offset <= 0)
                return null; // nobody says "at most 0" or "fewer than 1"
            number += segment.Offset;
            if (segment.Form == "words")
                return number <= NumberWords.Last ? NumberWords.Say((int)number, _language) : null;
            return number.ToString(CultureInfo.InvariantCulture);
        }

        return (segment.Form, value) switch
        {
            ("quoted", string text) => Quotation.Quote(text, _language),
            ("named", string text) => constraint.Sort.NameOf(segment.Name, text, _language),
            ("list", string[] texts) => Quotation.List(texts, _language, either: false),
            ("either", string[] texts) => Quotation.List(texts, _language, either: true),
            ("plain", string[] texts) => Quotation.Plain(texts, _language),
            ("", string text) => text,
            _ => throw new ArgumentException($"{constraint.Sort.Name}: a wording has a slot {{{segment.Name}:{segment.Form}}} for {constraint.Arguments}"),
        };
    }
}
