using System.Globalization;
using TraceFast.Data;

namespace TraceFast.Training.Encoding;

/// <summary>What encoding did to the records.</summary>
/// <param name="Records">Records kept.</param>
/// <param name="Dropped">Records left out because they are longer than the limit.</param>
/// <param name="Truncated">Records that lost tokens.</param>
/// <param name="Bad">Records left out because the chat format cannot express them.</param>
/// <param name="Tokens">Tokens of all sequences of the kept records, each prompt counted once per record.</param>
/// <param name="Longest">Tokens of the longest sequence kept.</param>
/// <param name="Reasons">One line, with file:line and reason, for each record dropped, truncated or bad.</param>
public sealed record EncodingReport(
    int Records, int Dropped, int Truncated, int Bad, long Tokens, int Longest, IReadOnlyList<string> Reasons)
{
    /// <summary>Tokens of the longest record that was dropped or cut, whole; 0: none was.</summary>
    public int LongestWhole { get; init; }

    /// <summary>A record was so long that it was not tokenized: <see cref="LongestWhole"/> is the least that it can have.</summary>
    public bool LongestWholeIsLowerBound { get; init; }

    /// <summary>The special tokens that the records' texts spell, one line each: token, id, how often.</summary>
    public IReadOnlyList<string> Spelled { get; init; } = [];

    /// <summary>One line for the log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Records:N0} records, {Tokens:N0} tokens, longest sequence {Longest:N0}; {Dropped:N0} dropped, {Truncated:N0} "
            + $"truncated, {Bad:N0} refused by the template");
}

/// <summary>The records of a data set as tokens.</summary>
/// <param name="Layout">What the records hold.</param>
/// <param name="Records">In reading order; <see cref="EncodedRecord.Index"/> is the place here.</param>
/// <param name="Origins">Where each comes from.</param>
/// <param name="Report">What was left out or cut.</param>
public sealed record EncodedDataset(
    RecordLayout Layout, IReadOnlyList<EncodedRecord> Records, IReadOnlyList<SourceLocation> Origins, EncodingReport Report);
