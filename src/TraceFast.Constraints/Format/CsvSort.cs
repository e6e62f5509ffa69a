using CsvHelper;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>
/// csv{columns[]}: the answer is comma-separated values as RFC 4180 has them: first a row with exactly these columns, then at least one record, every row with as many fields.
/// Blanks belong to fields. Contradicted by other columns.
/// </summary>
public sealed class CsvSort : DataFormatSort
{
    private static readonly CsvReaderOptions Rfc4180 = new()
    {
        Separator = ',',
        HasHeader = false,
        SkipEmptyLines = false,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    public override string Name => "csv";

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("columns", ParameterType.Texts)];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Answer in CSV format with the columns {columns:list}",
            "Your entire output must be CSV whose header row is {columns:plain}",
            "Return nothing but comma-separated values; the columns are {columns:list}, in this order",
            "Format the response as a CSV file with the header {columns:plain}",
            "Give the result as CSV, with {columns:list} as the header row",
            "Write the whole answer as comma-separated values with these columns: {columns:plain}",
            "Output only CSV data (columns: {columns:plain})")
        .Chinese(
            "请以CSV格式输出，列名为{columns:list}",
            "输出必须是CSV，表头依次为{columns:plain}",
            "只输出用英文逗号分隔的CSV数据，各列为{columns:list}",
            "整个回答采用CSV文件格式，首行为列名{columns:plain}",
            "结果以CSV格式返回，包含{columns:list}列",
            "请用CSV作答，表头：{columns:plain}",
            "回答格式为CSV，第一行写明{columns:list}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<string> columns = constraint.Arguments.Texts("columns");
        ReadOnlySpan<char> text = Payload.Of(response);
        if (!text.StartsWith(columns[0]) && text is not ['"', ..])
            return new(Outcome.Violated, $"the answer is not CSV with the columns {string.Join(", ", columns)}: it does not start with them");
        using CsvReader reader = CsvReader.FromText(text.ToString(), Rfc4180);
        try
        {
            string[] header = reader.Read() ? [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)] : [];
            if (!header.AsSpan().SequenceEqual([.. columns]))
                return new(Outcome.Violated, $"the header row is {string.Join(", ", header)}; asked for {string.Join(", ", columns)}");
            int records = 0;
            while (reader.Read())
            {
                records++;
                if (reader.FieldCount != columns.Count)
                    return new(Outcome.Violated, $"record {records} has {reader.FieldCount} fields; the header has {columns.Count}");
            }

            return Verdict.Of(records > 0, records > 0 ? $"the answer is CSV with {records} records and the columns asked for" : "no record follows the header row");
        }
        catch (CsvFormatException error)
        {
            return new(Outcome.Violated, $"the answer is not CSV as RFC 4180 has it: row {error.RecordNumber}: {error.Message.Split('\n')[0].TrimEnd()}");
        }
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("columns", Drawn.Several(context.Random, Vocabulary.Columns(context.Language), 2, 4))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        HashSet<string> columns = [.. constraint.Arguments.Texts("columns")];
        while (true)
        {
            Constraint other = Draw(context);
            if (!columns.SetEquals(other.Arguments.Texts("columns"))) // another order alone would be a trifle to readers
                return other;
        }
    }
}
