using TraceFast.Training.Encoding;

namespace TraceFast.Training.TokenCache;

/// <summary>One data set, encoded: its parts, whose records are numbered through.</summary>
internal sealed class SourceTokens
{
    private readonly IReadOnlyList<TokenPart> _parts;

    /// <summary>[parts] records before each.</summary>
    private readonly int[] _first;

    public SourceTokens(DataSource source, string key, IReadOnlyList<TokenPart> parts)
    {
        (Source, Key, _parts, _first) = (source, key, parts, new int[parts.Count]);
        for (int i = 0; i < parts.Count; i++)
        {
            _first[i] = Count;
            Count = checked(Count + parts[i].Count);
        }
        Bad = [.. parts.SelectMany(p => p.Facts.Bad).Select(
            b => new BadRecord(new SourceLocation(source.Files[b.File], b.Line, b.Number), b.Reason))];
        Report = SourceReport.Of(
            source, parts.Select(p => p.Facts.Layout).FirstOrDefault(l => l is not null), parts.Sum(p => p.Facts.Outcomes), Bad.Count,
            parts.SelectMany(p => p.Facts.UnusedKeys).Distinct(), parts.SelectMany(p => p.Facts.MessageKeys).Distinct());
    }

    public DataSource Source { get; }

    /// <summary>Hash of everything that the tokens depend on.</summary>
    public string Key { get; }

    /// <summary>Records, those included that encoding leaves out.</summary>
    public int Count { get; }

    public int PartCount => _parts.Count;

    /// <summary>Size of all parts.</summary>
    public long Bytes => _parts.Sum(p => p.Bytes);

    public SourceReport Report { get; }

    public IReadOnlyList<BadRecord> Bad { get; }

    public bool Unreadable => _parts.Any(p => p.Facts.Unreadable);

    public bool HoldsText => _parts.Any(p => p.Facts.HoldsText);

    /// <summary>The entries of all records, in order.</summary>
    public PartEntry[] ReadEntries()
    {
        PartEntry[] entries = new PartEntry[Count];
        for (int part = 0; part < _parts.Count; part++)
            _parts[part].ReadEntries(entries.AsSpan(_first[part], _parts[part].Count));
        return entries;
    }

    /// <summary>How many records there are up to and with each record of the files.</summary>
    /// <param name="entries">All of them.</param>
    public int[] Ends(PartEntry[] entries)
    {
        int[] ends = new int[Report.RecordsRead];
        int outcomes = 0;
        for (int p = 0; p < _parts.Count; p++)
        {
            for (int i = _first[p]; i < _first[p] + _parts[p].Count; i++)
                ends[outcomes + entries[i].Outcome]++;
            outcomes += _parts[p].Facts.Outcomes;
        }
        for (int i = 1; i < ends.Length; i++)
            ends[i] += ends[i - 1];
        return ends;
    }

    public EncodedOutcome ReadOutcome(int number, in PartEntry entry) => _parts[PartOf(number)].ReadOutcome(entry, Source.Files);

    /// <summary>A record that is kept.</summary>
    /// <param name="index">Its <see cref="EncodedRecord.Index"/>.</param>
    public EncodedRecord ReadRecord(int number, int index)
    {
        int part = PartOf(number);
        return _parts[part].ReadRecord(_parts[part].ReadEntry(number - _first[part]), index);
    }

    public SourceLocation OriginOf(int number)
    {
        int part = PartOf(number);
        PartEntry entry = _parts[part].ReadEntry(number - _first[part]);
        return new SourceLocation(Source.Files[entry.File], entry.Line, entry.Number);
    }

    private int PartOf(int number)
    {
        int found = Array.BinarySearch(_first, number);
        if (found < 0)
            return ~found - 1;
        // Parts without records begin where the next one does.
        while (found + 1 < _first.Length && _first[found + 1] == number)
            found++;
        return found;
    }
}
