namespace TraceFast.Constraints.Text;

/// <summary>The texts of list items, without their marks; indented lines that follow an item directly and are no items themselves belong to it.</summary>
internal static class ItemFinder
{
    public static List<TextSpan> Find(List<Line> lines)
    {
        List<TextSpan> items = [];
        for (int n = 0; n < lines.Count; n++)
        {
            if (lines[n].Kind != LineKind.Item)
                continue;
            int start = lines[n].Content, end = lines[n].End;
            while (n + 1 < lines.Count && lines[n + 1] is { Kind: LineKind.Text, Indented: true, AfterBlank: false } more)
            {
                end = more.End;
                n++;
            }

            items.Add(new TextSpan(start, end - start));
        }

        return items;
    }
}
