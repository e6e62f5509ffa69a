using System.Text.Json;

namespace TraceFast.Constraints.Tests.Recognition;

/// <summary>
/// One hand-labelled line: what a program can decide of it. The text itself stands in the data set and is not repeated here.
/// </summary>
/// <param name="Text">The line.</param>
/// <param name="Task">The record's description.</param>
/// <param name="Constraints">Sort, part and arguments as canonical text; none: the line is for a judge.</param>
/// <param name="IsPartial">The line asks for more than the constraints say.</param>
/// <param name="IsHeldOut">Of the half on which no pattern was developed.</param>
internal sealed record LabelledLine(
    string Id, int Line, string Text, string Task, IReadOnlyList<string> Constraints, bool IsPartial, bool IsHeldOut)
{
    /// <summary>Reads a file of labels with the lines of the data set beside it.</summary>
    public static IReadOnlyList<LabelledLine> Load(string labels, string dataSet)
    {
        Dictionary<string, JsonElement> records = File.ReadLines(dataSet).Select(l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(r => r.GetProperty("id").GetString()!);
        List<LabelledLine> lines = [];
        using StreamReader rows = new(typeof(LabelledLine).Assembly.GetManifestResourceStream(labels)!);
        while (rows.ReadLine() is { } row)
        {
            JsonElement label = JsonDocument.Parse(row).RootElement;
            string id = label.GetProperty("id").GetString()!;
            int line = label.GetProperty("line").GetInt32();
            JsonElement record = records[id];
            string[] constraints = [.. label.GetProperty("constraints").EnumerateArray().Select(Canonical)];
            lines.Add(
                new(id, line,
                    record.GetProperty("constraints_splits")[line].GetString()!, record.GetProperty("description").GetString()!,
                    constraints, label.GetProperty("partial").GetBoolean(), IsOfHeldOutHalf(id)));
        }

        return lines;
    }

    public static string Canonical(Constraint constraint) =>
        Canonical(constraint.Type.Name, constraint.Scope, constraint.Type.ValuesOf(constraint).Select(v => (v.Field.Name, v.Value)));

    public static string Canonical(string type, Scope scope, IEnumerable<(string Name, object Value)> values) =>
        $"{type}({string.Join(", ", values.OrderBy(v => v.Name, StringComparer.Ordinal).Select(v => $"{v.Name}={v.Value}"))})"
        + (scope == Scope.Whole ? "" : $"; {scope}");

    private static string Canonical(JsonElement constraint)
    {
        (string, object)[] values = constraint.TryGetProperty("arguments", out JsonElement arguments)
            ? [.. arguments.EnumerateObject().Select(v => (v.Name, (object)(v.Value.ValueKind switch
            {
                JsonValueKind.Number => v.Value.GetInt64(),
                JsonValueKind.String => v.Value.GetString()!,
                _ => TextList.Of(v.Value.EnumerateArray().Select(t => t.GetString()!)),
            })))]
            : [];
        Scope part = constraint.TryGetProperty("part", out JsonElement name)
            ? Enum.Parse<Scope>(name.GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true) : Scope.Whole;
        return Canonical(constraint.GetProperty("sort").GetString()!, part, values);
    }

    /// <summary>Records 0 to 199 have running numbers; of the others every eighth is in the file.</summary>
    private static bool IsOfHeldOutHalf(string id)
    {
        int number = int.Parse(id, System.Globalization.CultureInfo.InvariantCulture);
        return (number < 200 ? number : number / 8) % 2 == 1;
    }
}
