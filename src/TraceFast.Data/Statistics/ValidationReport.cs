using System.Text.Json.Serialization;

namespace TraceFast.Data.Statistics;

/// <summary>
/// What <c>data validate</c> says: how many records of each data set a stage can train on, and every one that it cannot.
/// </summary>
/// <param name="Stage">The stage that the records are checked for.</param>
/// <param name="Sources">One entry per data set.</param>
/// <param name="BadRecords">Every bad record, in the order of reading.</param>
public sealed record ValidationReport(Stage Stage, IReadOnlyList<SourceReport> Sources, IReadOnlyList<BadRecord> BadRecords)
{
    /// <summary>Records read.</summary>
    public int Records => Sources.Sum(source => source.RecordsRead);

    /// <summary>Records that the stage can train on.</summary>
    public int Good => Records - BadRecords.Count;

    /// <summary>No record is bad and there is at least one.</summary>
    [JsonPropertyName("valid")]
    public bool IsValid => BadRecords.Count == 0 && Records > 0;

    /// <summary>Streams through all records of all data sets, holding one at a time.</summary>
    /// <exception cref="InputException">A file cannot be opened, or its layout is not one that the stage trains on.</exception>
    public static ValidationReport Of(DataSetOptions options)
    {
        (IReadOnlyList<SourceReport> sources, IReadOnlyList<BadRecord> bad) = new DataSetLoader(options).Validate();
        return new ValidationReport(options.Stage, sources, bad);
    }

    /// <summary>
    /// {"stage", "sources": [...], "bad_records": [{"origin": {"file", "line", "number"}, "reason"}], "records", "good", "valid"}.
    /// </summary>
    public string ToJson() => ReportJson.Write(this);
}
