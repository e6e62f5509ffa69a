namespace TraceFast.Constraints.Templates;

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
