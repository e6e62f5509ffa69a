using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Reference;

/// <summary>SHA-256 of everything that log-probabilities are a function of, so that a change of any of it misses the cache.</summary>
internal static class ContentHash
{
    /// <summary>Hash of the token ids of all records, their layout and order. 64 hexadecimal digits.</summary>
    public static string Of(IReadOnlyList<EncodedRecord> records)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (EncodedRecord record in records)
        {
            Add(hash, record.GetType().Name);
            switch (record)
            {
                case EncodedSft sft:
                    foreach (SftPart part in sft.Parts)
                    {
                        Add(hash, part.Trained ? "trained" : "read");
                        Add(hash, part.Tokens);
                    }

                    break;
                case EncodedPair pair:
                    Add(hash, pair.Prompt);
                    Add(hash, pair.Chosen);
                    Add(hash, pair.Rejected);
                    break;
                case EncodedQuad quad:
                    Add(hash, quad.X1);
                    Add(hash, quad.Y1);
                    Add(hash, quad.X2);
                    Add(hash, quad.Y2);
                    break;
                default:
                    throw new ArgumentException($"record {record.Index}: {record.GetType().Name} has no content hash", nameof(records));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Hash of named facts, in the order of their names. 64 hexadecimal digits.</summary>
    public static string Of(IReadOnlyDictionary<string, string> facts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, string value) in facts.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Add(hash, name);
            Add(hash, value);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Lengths go in first, so that no two different lists of parts read the same.
    private static void Add(IncrementalHash hash, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        AddLength(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, int[] tokens)
    {
        byte[] bytes = new byte[tokens.Length * sizeof(int)];
        for (int i = 0; i < tokens.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), tokens[i]);
        AddLength(hash, tokens.Length);
        hash.AppendData(bytes);
    }

    private static void AddLength(IncrementalHash hash, int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }
}
