namespace TraceFast.Synthesis;

/// <summary>How many quads were dropped, and why. Not for several threads at once; counts of several threads are added up.</summary>
public sealed class DropCounts
{
    private readonly int[] _counts = new int[Enum.GetValues<DropReason>().Length];

    public int this[DropReason reason] => _counts[(int)reason];

    public int Total => _counts.Sum();

    /// <summary>The reasons that occurred, the most frequent first.</summary>
    public IReadOnlyList<(DropReason Reason, int Count)> All =>
        [.. Enum.GetValues<DropReason>().Select(r => (Reason: r, Count: this[r])).Where(d => d.Count > 0).OrderByDescending(d => d.Count)];

    public void Add(DropReason reason, int count = 1) => _counts[(int)reason] += count;

    public void Add(DropCounts other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
    }
}
