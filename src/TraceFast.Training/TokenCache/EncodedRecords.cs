using System.Collections;
using TraceFast.Data.Files;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.TokenCache;

/// <summary>The records of a split, read where they are wanted; only their places are in memory.</summary>
/// <param name="places">Data set (upper 32 bits) and number of the record in it.</param>
/// <param name="hashFolder">Where a hash of their content is remembered; null: nowhere.</param>
internal sealed class EncodedRecords(IReadOnlyList<SourceTokens> sources, long[] places, string? hashFolder) : IReadOnlyList<EncodedRecord>
{
    private string? _hash;

    public static EncodedRecords None { get; } = new([], [], null);

    public int Count => places.Length;

    /// <exception cref="TokenCacheException">A file of tokens was damaged or removed meanwhile.</exception>
    public EncodedRecord this[int index] => Source(index).ReadRecord((int)places[index], index);

    /// <summary>Some of them, in this order.</summary>
    public EncodedRecords At(IEnumerable<int> numbers) => new(sources, [.. numbers.Select(n => places[n])], hashFolder);

    public SourceLocation OriginOf(int index) => Source(index).OriginOf((int)places[index]);

    public IEnumerator<EncodedRecord> GetEnumerator()
    {
        for (int i = 0; i < places.Length; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Hash of the content of all records; computed once for the same data, which takes a reading of all of them.</summary>
    public string ContentHash(Func<IEnumerable<EncodedRecord>, string> compute)
    {
        if (_hash is not null)
            return _hash;
        string? file = hashFolder is null ? null : Path.Combine(hashFolder, Identity() + ".hash");
        if (file is not null && SmallFile.TryRead(file)?.Trim() is { Length: 64 } remembered)
            return _hash = remembered;
        _hash = compute(this);
        if (file is not null)
            Remember(file, _hash);
        return _hash;
    }

    private SourceTokens Source(int index) => sources[(int)(places[index] >> 32)];

    private string Identity()
    {
        using HashBuilder hash = new();
        foreach (SourceTokens source in sources)
            hash.AddCounted(source.Key);
        return hash.Add(System.Runtime.InteropServices.MemoryMarshal.AsBytes(places.AsSpan())).ToHex();
    }

    /// <summary>It can be computed again, so a folder that cannot be written is no error.</summary>
    private static void Remember(string file, string hash)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, System.Text.Encoding.ASCII.GetBytes(hash + "\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
