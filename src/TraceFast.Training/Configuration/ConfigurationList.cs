namespace TraceFast.Training.Configuration;

/// <summary>A list of names, equal when all of them are.</summary>
internal sealed record ConfigurationList(IReadOnlyList<string> Items)
{
    public bool Equals(ConfigurationList? other) => other != null && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => Items.Count == 0 ? 0 : Items[0].GetHashCode(StringComparison.Ordinal);
}

/// <summary>Names with values, in the file's order, equal when all of them are.</summary>
internal sealed record ConfigurationMap(IReadOnlyList<KeyValuePair<string, string>> Entries)
{
    public bool Equals(ConfigurationMap? other) => other != null && Entries.SequenceEqual(other.Entries);

    public override int GetHashCode() => Entries.Count;
}
