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
