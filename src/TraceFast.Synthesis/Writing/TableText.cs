using System.Text;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Markdown tables.</summary>
internal static class TableText
{
    public static string Write(Plan plan, Cells cells, SeededRandom random)
    {
        TraceFast.Constraints.Types.MarkdownTable asked = (TraceFast.Constraints.Types.MarkdownTable)plan.BlockSource!;
        Language language = plan.TextLanguage;
        IReadOnlyList<string> columns = asked.Columns as IReadOnlyList<string> ?? Cells.Columns(language, random.Between(2, 3));
        StringBuilder table = new();
        Row(table, columns);
        Row(table, [.. columns.Select(_ => "---")]);
        List<string> used = [];
        for (int n = Math.Max(1, asked.Rows.Draw(random, 2, 4)); n > 0; n--)
            Row(table, [.. columns.Select(c => cells.Of(c, language, used))]);
        return table.ToString().TrimEnd('\n');
    }

    private static void Row(StringBuilder table, IReadOnlyList<string> cells)
    {
        foreach (string cell in cells)
            table.Append("| ").Append(cell).Append(' ');
        table.Append("|\n");
    }
}
