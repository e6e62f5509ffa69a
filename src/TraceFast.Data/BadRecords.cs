using System.Globalization;
using System.Text;

namespace TraceFast.Data;

/// <summary>What to do with records that can not be used.</summary>
public enum OnBadRecord
{
    /// <summary>Read everything, then refuse with the list of all of them.</summary>
    Error,

    /// <summary>Leave them out; they are counted and listed in <see cref="DataSet.Bad"/>.</summary>
    Skip,
}

/// <summary>A record that can not be used, where it stands and why.</summary>
public sealed record BadRecord(RecordOrigin Origin, string Reason)
{
    public override string ToString() => $"{Origin}: {Reason}";
}

/// <summary>Records that can not be used stopped the reading; the message lists the first ones.</summary>
public sealed class BadRecordsException : InputException
{
    private const int Listed = 20;

    /// <param name="bad">All of them, in the order of reading.</param>
    /// <param name="advice">What to do, as the end of the message.</param>
    public BadRecordsException(IReadOnlyList<BadRecord> bad, string advice)
        : base(Compose(bad, advice)) => BadRecords = bad;

    public IReadOnlyList<BadRecord> BadRecords { get; }

    private static string Compose(IReadOnlyList<BadRecord> bad, string advice)
    {
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"{bad.Count} bad record{(bad.Count == 1 ? "" : "s")}:");
        foreach (BadRecord record in bad.Take(Listed))
            message.Append("\n  ").Append(record);
        if (bad.Count > Listed)
            message.Append(CultureInfo.InvariantCulture, $"\n  and {bad.Count - Listed} more");
        return message.Append('\n').Append(advice).ToString();
    }
}
