using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace TraceFast.Endpoint.Tests;

/// <summary>
/// Servers that send too much, too slowly or what they were sent: each call ends soon, with little held, as a typed error.
/// </summary>
public sealed class HostileServerTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_bomb_is_refused_while_it_is_unpacked(string encoding)
    {
        byte[] bomb = Bomb(encoding, 512 << 20);
        Assert.True(bomb.Length < 4 << 20, "the bomb is no bomb");
        using ChatServer server = new((_, _) => ChatReply.Writes(async (stream, cancel) =>
        {
            await Head(stream, $"Content-Encoding: {encoding}\r\nContent-Length: {bomb.Length}\r\n");
            await stream.WriteAsync(bomb, cancel);
        }));
        using ChatClient client = new(Asking.Quickly(server));
        long before = GC.GetTotalAllocatedBytes();
        EndpointProtocolException e = await Assert.ThrowsAsync<EndpointProtocolException>(() => client.AskAsync("a"));
        Assert.Contains("longer than 4194304 bytes", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Calls);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 64 << 20, "more was held than the limit explains");
    }

    [Theory]
    [InlineData("one long header")]
    [InlineData("many headers")]
    public async Task A_bomb_of_headers_is_refused(string kind)
    {
        using ChatServer server = new((_, _) => ChatReply.Writes(async (stream, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\n"u8.ToArray(), cancel);
            byte[] line = Encoding.ASCII.GetBytes(kind == "many headers" ? "X-A: b\r\n" : "X-A-" + new string('a', 4096));
            for (int i = 0; i < 1 << 16; i++)
                await stream.WriteAsync(line, cancel);
        }));
        using ChatClient client = new(Asking.Quickly(server));
        EndpointProtocolException e = await Assert.ThrowsAsync<EndpointProtocolException>(() => client.AskAsync("a"));
        Assert.Contains("headers are longer than the limit", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData("body")]
    [InlineData("head")]
    [InlineData("chunks")]
    [InlineData("continue")]
    [InlineData("error")]
    public async Task An_endless_drip_ends_with_the_time_for_a_try(string kind)
    {
        using ChatServer server = new((_, _) => ChatReply.Writes(async (stream, cancel) =>
        {
            byte[] drip = " "u8.ToArray();
            switch (kind)
            {
                case "body":
                    await Head(stream, "Content-Length: 1000000\r\n");
                    break;
                case "error":
                    await stream.WriteAsync("HTTP/1.1 400 X\r\nContent-Length: 1000000\r\n\r\n"u8.ToArray(), cancel);
                    break;
                case "chunks":
                    await Head(stream, "Transfer-Encoding: chunked\r\n");
                    drip = "1\r\n \r\n"u8.ToArray();
                    break;
                case "continue":
                    drip = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();
                    break;
                default:
                    await stream.WriteAsync("HTTP/1.1 200 X\r\nX-A: "u8.ToArray(), cancel);
                    drip = "a"u8.ToArray();
                    break;
            }

            while (true)
            {
                await stream.WriteAsync(drip, cancel);
                await Task.Delay(20, cancel);
            }
        }));
        using ChatClient client = new(Asking.Quickly(server, retries: 1) with { CallTimeout = TimeSpan.FromMilliseconds(400) });
        long start = Stopwatch.GetTimestamp();
        EndpointUnavailableException e = await Assert.ThrowsAsync<EndpointUnavailableException>(() => client.AskAsync("a"));
        Assert.Contains("no whole answer within 0.4 s", e.Message, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(start) < s_soon, "it took too long");
    }

    [Fact]
    public async Task A_call_ends_with_its_deadline_however_many_tries_are_left()
    {
        using ChatServer server = new((_, _) => ChatReply.Fails(503));
        using ChatClient client = new(
            Asking.Quickly(server, retries: 1000) with { BaseDelay = TimeSpan.FromMilliseconds(20),
                Deadline = TimeSpan.FromMilliseconds(600) });
        long start = Stopwatch.GetTimestamp();
        EndpointUnavailableException e = await Assert.ThrowsAsync<EndpointUnavailableException>(() => client.AskAsync("a"));
        Assert.Contains("within 0.6 s, all tries together", e.Message, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(start) < s_soon, "it took too long");
    }

    private static async Task Head(Stream stream, string headers) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n{headers}\r\n"));

    /// <summary>A chat completion whose text is so many bytes of one letter, packed.</summary>
    private static byte[] Bomb(string encoding, int size)
    {
        using MemoryStream packed = new();
        using (Stream packer = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            packer.Write("{\"choices\":[{\"message\":{\"content\":\""u8);
            byte[] block = new byte[1 << 20];
            Array.Fill(block, (byte)'a');
            for (int i = 0; i < size / block.Length; i++)
                packer.Write(block);
            packer.Write("\"}}]}"u8);
        }

        return packed.ToArray();
    }
}
