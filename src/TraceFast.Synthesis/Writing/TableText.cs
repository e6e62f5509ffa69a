using System.Text;
using TraceFast.Constraints;
using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Markdown tables.</summary>
internal static class TableText
{
    public static string Write(Plan plan, Cells cells, SeededRandom random)
    {
        Arguments arguments = plan.BlockSource!.Arguments;
        Language language = plan.TextLanguage;
        IReadOnlyList<string> columns = arguments.Has("columns") ? arguments.Texts("columns") : Cells.Columns(language, random.Between(2, 3));
        CountRange rows = new(arguments.IntegerOrNull("rows_min"), arguments.IntegerOrNull("rows_max"));
        StringBuilder table = new();
        Row(table, columns);
        Row(table, [.. columns.Select(_ => "---")]);
        List<string> used = [];
        for (int n = Math.Max(1, rows.Draw(random, 2, 4)); n > 0; n--)
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
