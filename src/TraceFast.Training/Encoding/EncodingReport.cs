using TraceFast.Tokenization.Chat;

namespace TraceFast.Training.Encoding;

/// <summary>What encoding did to the records of a split, added up one by one, in the order of the split.</summary>
public sealed class EncodingReport
{
    private const int NamedRecords = 5;

    private readonly SortedDictionary<int, (int Times, int Records)> _spelled = [];
    private readonly List<string> _tooLong = [];
    private bool _longestWholeIsLowerBound;

    /// <summary>Records kept.</summary>
    public int Records { get; private set; }

    /// <summary>Records left out because they are longer than the limit.</summary>
    public int Dropped { get; private set; }

    /// <summary>Records that lost tokens.</summary>
    public int Truncated { get; private set; }

    /// <summary>Records left out because the chat format cannot express them.</summary>
    public int Bad { get; private set; }

    /// <summary>Tokens of all kept records, each prompt counted once per record.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens of the longest sequence kept.</summary>
    public int Longest { get; private set; }

    /// <summary>Tokens of the longest record that was dropped or cut, whole; 0: none was.</summary>
    public int LongestWhole { get; private set; }

    /// <summary>Of all records; null: there was none.</summary>
    public RecordLayout? Layout { get; private set; }

    /// <param name="outcome">The next record's; its tokens are not looked at.</param>
    /// <param name="kept">Whether it is kept.</param>
    /// <param name="tokens">Its tokens as kept.</param>
    /// <param name="longest">Those of its longest sequence.</param>
    /// <exception cref="InputException">Its layout is not that of the first.</exception>
    public void Add(EncodedOutcome outcome, bool kept, int tokens, int longest)
    {
        if (outcome.Layout != (Layout ??= outcome.Layout))
            throw new InputException(
                $"{outcome.Origin}: a record of layout {outcome.Layout}, where the data set began with {Layout}; expected one layout "
                    + "(train on one kind of data set)");
        foreach ((int id, int times) in outcome.Spelled ?? new Dictionary<int, int>())
        {
            (int before, int records) = _spelled.GetValueOrDefault(id);
            _spelled[id] = (before + times, records + 1);
        }
        if (outcome.Bad)
        {
            Bad++;
            return;
        }
        if (!kept || outcome.Truncated)
            LongestWhole = Math.Max(LongestWhole, outcome.Length);
        if (!kept)
        {
            Dropped++;
            _longestWholeIsLowerBound |= outcome.LengthIsLowerBound;
            if (_tooLong.Count < NamedRecords)
                _tooLong.Add(outcome.Reason!);
            return;
        }
        Records++;
        Truncated += outcome.Truncated ? 1 : 0;
        Tokens += tokens;
        Longest = Math.Max(Longest, longest);
    }

    /// <summary>Under <see cref="OverflowRule.Error"/> no record may have been too long.</summary>
    /// <exception cref="InputException">Some were; names the first.</exception>
    public void RequireAllFit(EncodingOptions options)
    {
        if (Dropped > 0 && options.Overflow == OverflowRule.Error)
            throw new InputException(
            [
                $"{Dropped} record{(Dropped == 1 ? " is" : "s are")} longer than cutoff_len {options.CutoffLen}:", .. _tooLong,
                (Dropped > _tooLong.Count ? $"and {Dropped - _tooLong.Count} more; " : "")
                    + $"raise cutoff_len to {LongestWhole}{OrMore}, or set overflow: drop or overflow: truncate",
            ]);
    }

    /// <summary>Lines for the log: counts, reasons of what was left out or cut, the limit that would keep all, special tokens in texts.
    /// </summary>
    /// <param name="split">What the records are called.</param>
    /// <param name="reasons">A line with file:line for each record that was dropped, cut or bad.</param>
    /// <param name="format">Null where all records are token ids.</param>
    public IEnumerable<string> Describe(string split, IEnumerable<string> reasons, ChatFormat? format, bool splitSpecialTokens)
    {
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{split}: {Records:N0} records, {Tokens:N0} tokens, longest sequence {Longest:N0}; {Dropped:N0} dropped, {Truncated:N0} "
                + $"truncated, {Bad:N0} rejected by the template");
        foreach (string reason in reasons)
            yield return "  " + reason;
        if (LongestWhole > 0)
            yield return $"{split}: cutoff_len {LongestWhole}{OrMore} keeps all records whole";
        if (_spelled.Count > 0)
            yield return $"{split}: texts of records contain special tokens: {string.Join(", ", Spelled(format!))}; "
                + (splitSpecialTokens
                    ? "each is cut into pieces as plain text (split_special_tokens: true)"
                    : "each becomes its one id (split_special_tokens: true treats them as plain text)");
    }

    private string OrMore => _longestWholeIsLowerBound ? " or more" : "";

    private IEnumerable<string> Spelled(ChatFormat format) => _spelled.Select(
        s => $"{format.DescribeToken(s.Key)} {Counted(s.Value.Times, "time")} in {Counted(s.Value.Records, "record")}");

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
