using TraceFast.Data;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Tests.Encoding;

/// <summary>Records encoded one by one, with the report of all.</summary>
internal sealed record EncodedSet(
    IReadOnlyList<EncodedRecord> Records, IReadOnlyList<SourceLocation> Origins, EncodingReport Report, IReadOnlyList<string> Reasons)
{
    public RecordLayout? Layout => Report.Layout;

    public static EncodedSet Of(ChatFormat? format, EncodingOptions options, IEnumerable<TrainingRecord> records)
    {
        RecordEncoder encoder = new(format, options);
        EncodedOutcome[] outcomes = [.. records.Select(encoder.Encode)];
        if (!options.SkipBadRecords && Array.Find(outcomes, o => o.Bad) is { } bad)
            throw new InputException(bad.Reason!);
        EncodingReport report = new();
        foreach (EncodedOutcome o in outcomes)
            report.Add(o, o.Record is not null, o.Record?.TokenCount ?? 0, o.Record?.LongestSequence ?? 0);
        report.RequireAllFit(options);
        EncodedOutcome[] kept = [.. outcomes.Where(o => o.Record is not null)];
        return new EncodedSet(
            [.. kept.Select((o, i) => o.Record! with { Index = i })], [.. kept.Select(o => o.Origin)], report,
            [.. outcomes.Select(o => o.Reason).OfType<string>()]);
    }
}
