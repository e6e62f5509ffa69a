using TraceFast.Training.Encoding;
using TraceFast.Training.TokenCache;

namespace TraceFast.Training.Reference;

/// <summary>SHA-256 of everything that log-probabilities depend on, so that any change misses the cache.</summary>
internal static class ContentHash
{
    /// <summary>Hash of the token ids of all records, their layout and order. 64 hexadecimal digits.</summary>
    public static string Of(IReadOnlyList<EncodedRecord> records) =>
        records is EncodedRecords stored ? stored.ContentHash(OfEach) : OfEach(records);

    private static string OfEach(IEnumerable<EncodedRecord> records)
    {
        using HashBuilder hash = new();
        foreach (EncodedRecord record in records)
        {
            hash.AddCounted(record.GetType().Name);
            switch (record)
            {
                case EncodedSft sft:
                    foreach (RecordPart part in sft.Parts)
                        hash.AddCounted(part.Trained ? "trained" : "read").AddCounted(part.Tokens);
                    break;
                case EncodedPair pair:
                    hash.AddCounted(pair.Prompt).AddCounted(pair.Chosen).AddCounted(pair.Rejected);
                    break;
                case EncodedQuad quad:
                    hash.AddCounted(quad.X1).AddCounted(quad.Y1).AddCounted(quad.X2).AddCounted(quad.Y2);
                    if (quad.F1.Length + quad.F2.Length > 0)
                        hash.AddCounted(quad.F1).AddCounted(quad.F2);
                    break;
                case EncodedPrompt prompt:
                    hash.AddCounted(prompt.Tokens);
                    break;
                default:
                    throw new ArgumentException($"record {record.Index}: {record.GetType().Name} has no content hash", nameof(records));
            }
        }

        return hash.ToHex();
    }

    /// <summary>Hash of named facts, in the order of their names. 64 hexadecimal digits.</summary>
    public static string Of(IReadOnlyDictionary<string, string> facts)
    {
        using HashBuilder hash = new();
        foreach ((string name, string value) in facts.OrderBy(f => f.Key, StringComparer.Ordinal))
            hash.AddCounted(name).AddCounted(value);

        return hash.ToHex();
    }
}
