using TraceFast.Constraints;
using TraceFast.Constraints.Types;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Answers of lines: "Label: text", "left SEPARATOR right", lines in the shape of an example.</summary>
internal static class LineBlocks
{
    private const int MostLines = 20;

    public static bool Add(Draft draft, Plan plan, Cells cells, SeededRandom random)
    {
        if (plan.Shape == Shape.Template)
        {
            IReadOnlyList<string> labels = ((TemplateSlots)plan.ShapeSource!).Labels;
            foreach (string label in labels)
                AddLine(draft, plan, plan.Language == Language.Chinese ? label + "：" : label + ":", Cells.Knows(label, plan.TextLanguage) ? Cells.Named(label) : "");
            return !plan.Lines.TryGetValue(Scope.Whole, out var asked) || asked.Contains(labels.Count);
        }

        int lines = plan.Lines.GetValueOrDefault(Scope.Whole).Draw(random, 3, 5);
        List<string> used = [];
        for (int n = 0; n < lines; n++)
        {
            if (plan.Shape == Shape.Example)
                draft.Blocks.Add(new Block(BlockKind.Line) { Fixed = ExampleText.Line(((ExampleShape)plan.ShapeSource!).Example, cells, plan.TextLanguage, random) });
            else
                AddLine(draft, plan, Capitals.First(cells.Left(plan.TextLanguage, used)) + Spaced(((LineShape)plan.ShapeSource!).Separator.Trim()), "");
        }

        return lines is > 0 and <= MostLines;
    }

    /// <summary>A separator of ASCII marks stands between blanks, in Chinese too; a colon before one.</summary>
    private static string Spaced(string separator) => separator == ":" ? ": " : separator.All(char.IsAscii) ? $" {separator} " : separator;

    private static void AddLine(Draft draft, Plan plan, string prefix, string section)
    {
        Block line = new(BlockKind.Line);
        line.Slots.Add(new Slot { Language = plan.TextLanguage, Prefix = prefix, Section = section });
        draft.Blocks.Add(line);
    }
}
