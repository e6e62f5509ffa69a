using System.Collections;
using TraceFast.Training.TokenCache;

namespace TraceFast.Training.Evaluation;

/// <summary>The held-out records of a split, each read when it is looked at.</summary>
internal sealed class HeldOutRecords(EncodedRecords records) : IReadOnlyList<HeldOutRecord>
{
    public int Count => records.Count;

    public HeldOutRecord this[int index] => HeldOutRecord.Of(records.OriginOf(index), records[index]);

    public IEnumerator<HeldOutRecord> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
