using System.Globalization;

namespace TraceFast.Data;

/// <summary>What to do with records that cannot be used.</summary>
public enum OnBadRecord
{
    /// <summary>Read everything, then refuse with the list of all of them.</summary>
    Error,

    /// <summary>Leave them out; they are counted and listed in <see cref="DataSet.Bad"/>.</summary>
    Skip,
}

/// <summary>A record that cannot be used, where it is and why.</summary>
public sealed record BadRecord(SourceLocation Origin, string Reason)
{
    public override string ToString() => $"{Origin}: {Reason}";
}

/// <summary>What a reading of data sets finds bad: records, and whether a file cannot be read to its end.</summary>
public sealed class BadRecordList
{
    /// <summary>So many mean that the file is not what it was taken for; reading on would only cost time and memory.</summary>
    internal const int MaxRecords = 100_000;

    private readonly List<BadRecord> _records = [];

    /// <summary>In the order of reading.</summary>
    public IReadOnlyList<BadRecord> Records => _records;

    /// <summary>A file cannot be read to its end.</summary>
    public bool Unreadable { get; private set; }

    /// <exception cref="BadRecordsException">There are more than 100,000.</exception>
    public void Add(ReadOutcome outcome)
    {
        if (outcome.Error is not null)
            Add([new BadRecord(outcome.Origin, outcome.Error)], outcome.Fatal);
    }

    /// <param name="records">More of them.</param>
    /// <param name="unreadable">The last one's file cannot be read on.</param>
    /// <exception cref="BadRecordsException">There are more than 100,000.</exception>
    public void Add(IReadOnlyList<BadRecord> records, bool unreadable)
    {
        Unreadable |= unreadable;
        int room = MaxRecords - _records.Count;
        _records.AddRange(records.Take(room));
        if (records.Count > room)
            throw new BadRecordsException(
                _records, $"more than {MaxRecords} records are bad; this is not a file of records in one of the known layouts");
    }

    /// <param name="howToSkip">How the user has them left out, as the end of "Fix or remove them, or ...".</param>
    /// <exception cref="BadRecordsException">There are some and they are not to be skipped, or a file cannot be read to its end.</exception>
    public void ThrowIfRefused(OnBadRecord policy, string howToSkip, long recordsRead)
    {
        if (_records.Count == 0 || (policy == OnBadRecord.Skip && !Unreadable))
            return;
        string advice = Unreadable ? "A file cannot be read to its end: repair it" : $"Fix or remove them, or {howToSkip}";
        throw new BadRecordsException(_records, $"{advice} (of {recordsRead} records read).");
    }
}

/// <summary>Records that cannot be used stopped the reading; the message lists the first ones.</summary>
public sealed class BadRecordsException : InputException
{
    private const int Listed = 20;

    /// <param name="bad">All of them, in the order of reading.</param>
    /// <param name="advice">What to do, as the end of the message.</param>
    public BadRecordsException(IReadOnlyList<BadRecord> bad, string advice)
        : base(Compose(bad, advice)) => BadRecords = bad;

    public IReadOnlyList<BadRecord> BadRecords { get; }

    private static string[] Compose(IReadOnlyList<BadRecord> bad, string advice) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{bad.Count} bad record{(bad.Count == 1 ? "" : "s")}:"),
        .. bad.Take(Listed).Select(b => $"  {b}"),
        .. bad.Count > Listed ? [string.Create(CultureInfo.InvariantCulture, $"  and {bad.Count - Listed} more")] : Array.Empty<string>(),
        advice,
    ];
}
