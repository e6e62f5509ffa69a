using TraceFast.Synthesis.FromResponses;
using TraceFast.Constraints.Text;

namespace TraceFast.Synthesis.FromSft;

/// <summary>An answer that is a lead-in and one plain list of numbered items, each of one paragraph, with nothing behind it.</summary>
/// <param name="Intro">What stands before the list; may be empty.</param>
/// <param name="Items">The items' texts without their marks.</param>
internal sealed record ListAnswer(string Intro, IReadOnlyList<string> Items)
{
    public static ListAnswer? Of(AnswerShape answer)
    {
        IReadOnlyList<ListItem> items = answer.Response.Markdown.Items;
        if (items.Count < 3 || items.Any(i => i.Depth != 1 || !i.IsNumbered || i.Marker.Style != items[0].Marker.Style) || answer.Response.Markdown.CodeBlocks.Count > 0 || answer.Response.Markdown.Tables.Count > 0)
            return null;
        string text = answer.Response.Text;
        int listStart = items[0].Line.Start;
        List<string> texts = [];
        foreach ((ListItem item, int end) in items.Select((item, i) => (item, i + 1 < items.Count ? items[i + 1].Line.Start : text.Length)))
        {
            string body = text[item.Line.Start..end].Trim();
            if (body.Contains('\n', StringComparison.Ordinal) || body.Length <= item.Marker.Length)
                return null; // more than one line: what belongs to the item can not be told
            texts.Add(body[item.Marker.Length..].Trim());
        }

        string intro = text[..listStart].Trim();
        return intro.Contains("\n\n", StringComparison.Ordinal) || texts.Any(t => t.Length == 0) ? null : new(intro, texts);
    }

    public string Write(Func<int, string> marker, int count)
    {
        string list = string.Join('\n', Items.Take(count).Select((t, i) => $"{marker(i)} {t}"));
        return Intro.Length == 0 ? list : $"{Intro}\n\n{list}";
    }
}
