using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.TokenCache;

/// <summary>What a part has besides its records.</summary>
/// <param name="Outcomes">Records of the data set's files that were read for it, bad ones included.</param>
/// <param name="Bad">Those that cannot be used: index of the file, line, number, reason.</param>
/// <param name="Unreadable">The last one's file cannot be read on.</param>
/// <param name="Layout">Name of the data set's layout; null: not known yet.</param>
/// <param name="UnusedKeys">Keys of records that nothing reads.</param>
/// <param name="MessageKeys">The same of single messages.</param>
/// <param name="HoldsText">A record went through the chat format.</param>
internal sealed record PartFacts(
    int Outcomes, IReadOnlyList<BadPlace> Bad, bool Unreadable, string? Layout, IReadOnlyList<string> UnusedKeys,
    IReadOnlyList<string> MessageKeys, bool HoldsText);

/// <summary>Where a bad record is, and why it is bad.</summary>
internal sealed record BadPlace(int File, int Line, int Number, string Reason);

/// <summary>A record of a part: 48 bytes, little-endian.</summary>
/// <param name="Offset">Of its block, in bytes.</param>
/// <param name="Length">Of its block.</param>
/// <param name="Outcome">Number, in the part, of the record of the file that it comes from.</param>
/// <param name="File">Index of the file.</param>
/// <param name="Line">1-based; 0 in a file without lines.</param>
/// <param name="Number">0-based, in its file.</param>
/// <param name="Whole">Tokens of the longest sequence before it was cut.</param>
/// <param name="Tokens">Tokens kept.</param>
/// <param name="Longest">Tokens of the longest sequence kept.</param>
/// <param name="Checksum">CRC-32C of its block.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct PartEntry(
    long Offset, int Length, int Outcome, int File, int Line, int Number, EntryFlags Flags, int Whole, int Tokens, int Longest,
    uint Checksum)
{
    public const int Size = 48;

    public RecordLayout Layout => (RecordLayout)((int)Flags & 3);

    public bool IsKept => Flags.HasFlag(EntryFlags.Kept);
}

/// <summary>The two lowest bits are the <see cref="RecordLayout"/>.</summary>
[Flags]
internal enum EntryFlags
{
    None = 0,
    Kept = 4,
    Truncated = 8,
    Bad = 16,
    LengthIsLowerBound = 32,
    HasNote = 64,
    HasSpelled = 128,
}

/// <summary>
/// Encoded records of a stretch of a data set, in a file or in memory:
/// <code>
///   "tracefast tokens 2\n"
///   block of each record     parts, (length &lt;&lt; 1 | trained) of each, their token ids; spelled, (id, times) of each; note in UTF-8
///   entry of each record     <see cref="PartEntry"/>
///   facts                    <see cref="PartFacts"/> as JSON
///   offset of the entries, number of entries (int64), CRC-32C of entries and facts (uint32), "part"
/// </code>
/// Numbers are int32 unless said otherwise, little-endian. A pair has the parts prompt, chosen, rejected, a prompt one, a quad those
/// of <see cref="EncodedQuad.AllParts"/>.
/// Blocks are read one at a time, when they are wanted, and each is checked then.
/// </summary>
internal sealed class TokenPart
{
    private const int FooterBytes = sizeof(long) + sizeof(long) + sizeof(uint) + 4;

    private readonly PartBytes _bytes;
    private readonly long _entriesAt;

    private TokenPart(PartBytes bytes, long entriesAt, int count, PartFacts facts) =>
        (_bytes, _entriesAt, Count, Facts) = (bytes, entriesAt, count, facts);

    private static ReadOnlySpan<byte> Magic => "tracefast tokens 2\n"u8;

    private static ReadOnlySpan<byte> End => "part"u8;

    /// <summary>Records, those included that are left out.</summary>
    public int Count { get; }

    public PartFacts Facts { get; }

    public long Bytes => _bytes.Length;

    /// <exception cref="DamagedTokensException">It is not whole.</exception>
    public static TokenPart Open(PartBytes bytes)
    {
        byte[] head = new byte[Magic.Length], foot = new byte[FooterBytes];
        if (bytes.Length < head.Length + foot.Length)
            throw bytes.Damaged("it is too short");
        bytes.Read(0, head);
        bytes.Read(bytes.Length - foot.Length, foot);
        long at = BinaryPrimitives.ReadInt64LittleEndian(foot), count = BinaryPrimitives.ReadInt64LittleEndian(foot.AsSpan(sizeof(long)));
        if (!head.AsSpan().SequenceEqual(Magic) || !foot.AsSpan(FooterBytes - End.Length).SequenceEqual(End) || at < head.Length
            || count is < 0 or > int.MaxValue || at + count * PartEntry.Size > bytes.Length - foot.Length
            || bytes.Length - foot.Length - at > Array.MaxLength)
            throw bytes.Damaged("its beginning or end is another");
        byte[] tail = new byte[bytes.Length - foot.Length - at];
        bytes.Read(at, tail);
        if (Crc(tail) != BinaryPrimitives.ReadUInt32LittleEndian(foot.AsSpan(2 * sizeof(long))))
            throw bytes.Damaged("the checksum of its index does not match");
        PartFacts facts = JsonSerializer.Deserialize<PartFacts>(tail.AsSpan((int)count * PartEntry.Size))!;
        return new TokenPart(bytes, at, (int)count, facts);
    }

    /// <summary>All entries [<see cref="Count"/>], in order.</summary>
    public void ReadEntries(Span<PartEntry> target) => _bytes.Read(_entriesAt, MemoryMarshal.AsBytes(target));

    public PartEntry ReadEntry(int number)
    {
        PartEntry entry = default;
        _bytes.Read(_entriesAt + (long)number * PartEntry.Size, MemoryMarshal.AsBytes(new Span<PartEntry>(ref entry)));
        return entry;
    }

    /// <summary>The tokens of a record that is kept.</summary>
    /// <param name="index">Its <see cref="EncodedRecord.Index"/>.</param>
    public EncodedRecord ReadRecord(in PartEntry entry, int index)
    {
        ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(ReadBlock(entry));
        RecordPart[] parts = new RecordPart[numbers[0]];
        int at = 1 + parts.Length;
        for (int i = 0; i < parts.Length; i++)
        {
            int length = numbers[1 + i] >> 1;
            parts[i] = new RecordPart(numbers.Slice(at, length).ToArray(), (numbers[1 + i] & 1) == 1);
            at += length;
        }
        return entry.Layout switch
        {
            RecordLayout.Pair => new EncodedPair(index, parts[0].Tokens, parts[1].Tokens, parts[2].Tokens),
            RecordLayout.Quad => EncodedQuad.Of(index, parts),
            RecordLayout.Prompt => new EncodedPrompt(index, parts[0].Tokens),
            _ => new EncodedSft(index, parts),
        };
    }

    /// <summary>What encoding did to a record.</summary>
    /// <param name="files">The data set's.</param>
    public EncodedOutcome ReadOutcome(in PartEntry entry, IReadOnlyList<string> files)
    {
        EncodedOutcome outcome = new(new SourceLocation(files[entry.File], entry.Line, entry.Number), entry.Layout)
        {
            Length = entry.Whole,
            LengthIsLowerBound = entry.Flags.HasFlag(EntryFlags.LengthIsLowerBound),
            Truncated = entry.Flags.HasFlag(EntryFlags.Truncated),
            Bad = entry.Flags.HasFlag(EntryFlags.Bad),
        };
        if ((entry.Flags & (EntryFlags.HasNote | EntryFlags.HasSpelled)) == 0)
            return outcome;
        ReadOnlySpan<byte> block = ReadBlock(entry);
        ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(block);
        int at = 1 + numbers[0];
        foreach (int length in numbers.Slice(1, numbers[0]))
            at += length >> 1;
        Dictionary<int, int> spelled = [];
        for (int i = 0; i < numbers[at]; i++)
            spelled.Add(numbers[at + 1 + 2 * i], numbers[at + 2 + 2 * i]);
        string note = System.Text.Encoding.UTF8.GetString(block[((at + 1 + 2 * numbers[at]) * sizeof(int))..]);
        return outcome with { Spelled = spelled, Note = entry.Flags.HasFlag(EntryFlags.HasNote) ? note : null };
    }

    private byte[] ReadBlock(in PartEntry entry)
    {
        byte[] block = new byte[entry.Length];
        _bytes.Read(entry.Offset, block);
        return Crc(block) == entry.Checksum ? block : throw _bytes.Damaged("the checksum of a record does not match");
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }

    /// <summary>Writes a part from its first byte to its last.</summary>
    internal sealed class Writer
    {
        private readonly Stream _stream;
        private readonly List<PartEntry> _entries = [];
        private long _at;

        public Writer(Stream stream)
        {
            _stream = stream;
            Write(Magic);
        }

        /// <param name="outcome">Number in the part of the record of the file that it comes from.</param>
        /// <param name="file">Index of that file.</param>
        public void Add(int outcome, int file, EncodedOutcome encoded)
        {
            byte[] block = Block(encoded);
            EntryFlags flags = (EntryFlags)encoded.Layout
                | (encoded.Record is not null ? EntryFlags.Kept : 0) | (encoded.Truncated ? EntryFlags.Truncated : 0)
                | (encoded.Bad ? EntryFlags.Bad : 0) | (encoded.LengthIsLowerBound ? EntryFlags.LengthIsLowerBound : 0)
                | (encoded.Note is not null ? EntryFlags.HasNote : 0) | (encoded.Spelled?.Count > 0 ? EntryFlags.HasSpelled : 0);
            _entries.Add(
                new PartEntry(
                    _at, block.Length, outcome, file, encoded.Origin.Line, encoded.Origin.Number, flags, encoded.Length,
                    encoded.Record?.TokenCount ?? 0, encoded.Record?.LongestSequence ?? 0, Crc(block)));
            Write(block);
        }

        public void Finish(PartFacts facts)
        {
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(facts);
            byte[] tail = [.. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_entries)), .. json];
            byte[] foot = new byte[FooterBytes];
            BinaryPrimitives.WriteInt64LittleEndian(foot, _at);
            BinaryPrimitives.WriteInt64LittleEndian(foot.AsSpan(sizeof(long)), _entries.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(foot.AsSpan(2 * sizeof(long)), Crc(tail));
            End.CopyTo(foot.AsSpan(FooterBytes - End.Length));
            Write(tail);
            Write(foot);
        }

        private void Write(ReadOnlySpan<byte> bytes)
        {
            _stream.Write(bytes);
            _at += bytes.Length;
        }

        private static byte[] Block(EncodedOutcome encoded)
        {
            IReadOnlyList<RecordPart> parts = encoded.Record?.AllParts ?? [];
            IReadOnlyDictionary<int, int> spelled = encoded.Spelled ?? new Dictionary<int, int>();
            byte[] note = System.Text.Encoding.UTF8.GetBytes(encoded.Note ?? "");
            int count = 1 + parts.Count + parts.Sum(p => p.Tokens.Length) + 1 + 2 * spelled.Count;
            byte[] block = new byte[count * sizeof(int) + note.Length];
            Span<int> numbers = MemoryMarshal.Cast<byte, int>(block.AsSpan(0, count * sizeof(int)));
            numbers[0] = parts.Count;
            int at = 1 + parts.Count;
            for (int i = 0; i < parts.Count; i++)
            {
                numbers[1 + i] = parts[i].Tokens.Length << 1 | (parts[i].Trained ? 1 : 0);
                parts[i].Tokens.CopyTo(numbers[at..]);
                at += parts[i].Tokens.Length;
            }
            numbers[at++] = spelled.Count;
            foreach ((int id, int times) in spelled)
                (numbers[at++], numbers[at++]) = (id, times);
            note.CopyTo(block, count * sizeof(int));
            return block;
        }
    }
}
