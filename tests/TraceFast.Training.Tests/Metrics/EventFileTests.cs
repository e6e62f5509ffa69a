using System.Buffers.Binary;
using TraceFast.Training.Metrics;
using TraceFast.Training.Metrics.TensorBoard;
using TraceFast.Training.Metrics.TensorBoard.Protocol;

namespace TraceFast.Training.Tests.Metrics;

public sealed class EventFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-events-").FullName;

    // RFC 3720, B.4: the CRC-32C of 32 zero bytes is 0x8A9136AA, of "123456789" 0xE3069283.
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0x8A9136AAu)]
    public void Checksums_are_masked_castagnoli(string text, uint crc)
    {
        uint masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
        Assert.Equal(masked, TfRecord.MaskedCrc32C(System.Text.Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public void A_file_begins_with_its_version_and_holds_each_step_once_after_a_cut()
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250);
        string path;
        long afterStep0;
        using (EventFile events = EventFile.Create(_folder, now))
        {
            events.Add(0, now, [("train/loss", 0.5), ("train/grad_norm", double.NaN)]);
            afterStep0 = events.File.Length;
            events.Add(1, now, [("train/loss", 0.25)]);
            path = events.File.Path;
        }

        using (EventFile events = new(AppendedFile.Open(path, afterStep0)))
            events.Add(1, now, [("train/loss", 0.125)]);

        List<Event> read = Read(path);
        Assert.Equal("brain.Event:2", read[0].FileVersion);
        Assert.Equal(1_700_000_000.25, read[0].WallTime);
        Assert.Equal([0L, 1L], read.Skip(1).Select(e => e.Step));
        Assert.Equal(("train/loss", 0.5f), (read[1].Summary.Value.Single().Tag, read[1].Summary.Value[0].SimpleValue));
        Assert.Equal(0.125f, read[2].Summary.Value[0].SimpleValue);
        Assert.StartsWith("events.out.tfevents.1700000000.", Path.GetFileName(path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bytes_of_a_scalar_event_are_those_that_tensorflow_writes()
    {
        // event { wall_time: 1.5 step: 3 summary { value { tag: "a" simple_value: 2 } } } by the protobuf encoding, by hand.
        byte[] expected = [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 3, 0x2A, 10, 0x0A, 8, 0x0A, 1, (byte)'a', 0x15, 0, 0, 0, 0x40];
        using AppendedFile file = AppendedFile.Open(Path.Combine(_folder, "e"), 0);
        new EventFile(file).Add(3, DateTimeOffset.FromUnixTimeMilliseconds(1500), [("a", 2)]);
        byte[] bytes = File.ReadAllBytes(file.Path);
        Assert.Equal(expected.Length, (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Assert.Equal(expected, bytes[12..^4]);
    }

    private static List<Event> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<Event> events = [];
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(TfRecord.MaskedCrc32C(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            ReadOnlySpan<byte> data = bytes.AsSpan(at + 12, length);
            Assert.Equal(TfRecord.MaskedCrc32C(data), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(Event.Parser.ParseFrom(data.ToArray()));
            at += 12 + length + 4;
        }

        return events;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
