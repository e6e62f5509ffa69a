using System.Collections;

namespace TraceFast.Training.Encoding;

/// <summary>Some records of a list, each looked up when it is wanted.</summary>
internal sealed class RecordView(IReadOnlyList<EncodedRecord> records, IReadOnlyList<int> places) : IReadOnlyList<EncodedRecord>
{
    public int Count => places.Count;

    public EncodedRecord this[int index] => records[places[index]];

    public IEnumerator<EncodedRecord> GetEnumerator() => places.Select(place => records[place]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
