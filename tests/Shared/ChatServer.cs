using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace TraceFast.Tests;

/// <summary>What the server does with one request. Built by the static members.</summary>
internal sealed record ChatReply(int Status, string Body, string Headers = "", TimeSpan Delay = default, bool Cut = false)
{
    /// <summary>Writes all that the client gets, head and body; then the connection is closed. Null: the other members say it.</summary>
    public Func<Stream, CancellationToken, Task>? Raw { get; private init; }

    public static ChatReply Writes(Func<Stream, CancellationToken, Task> raw) => new(200, "") { Raw = raw };

    public static ChatReply Says(string text, int promptTokens = 10, int completionTokens = 5) =>
        new(200, Completion(text, promptTokens, completionTokens));

    public static ChatReply Fails(int status, string headers = "", string body = "{\"error\":{\"message\":\"no\"}}") =>
        new(status, body, headers);

    /// <summary>The connection is closed in the middle of the body.</summary>
    public static ChatReply Breaks() => Says("never whole") with { Cut = true };

    public static string Completion(string text, int promptTokens, int completionTokens) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1",
        @object = "chat.completion",
        choices = new[] { new { index = 0, message = new { role = "assistant", content = text }, finish_reason = "stop" } },
        usage = new { prompt_tokens = promptTokens, completion_tokens = completionTokens, total_tokens = promptTokens + completionTokens },
    });
}

/// <summary>A request as it came in.</summary>
internal sealed record ChatCall(string Head, string Body)
{
    /// <summary>The last message's text.</summary>
    public string Prompt
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Body);
            JsonElement messages = document.RootElement.GetProperty("messages");
            return messages[messages.GetArrayLength() - 1].GetProperty("content").GetString()!;
        }
    }
}

/// <summary>A small HTTP server on the loopback interface that answers as a script says and keeps what it was asked.</summary>
internal sealed class ChatServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<ChatCall, int, ChatReply> _script;
    private readonly CancellationTokenSource _ended = new();
    private int _calls, _underWay, _mostUnderWay;

    /// <param name="script">The reply to a request and its number, from 0.</param>
    public ChatServer(Func<ChatCall, int, ChatReply> script, int port = 0)
    {
        _script = script;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Task.Run(AcceptAsync);
    }

    public ConcurrentQueue<ChatCall> Calls { get; } = new();

    public int MostUnderWay => _mostUnderWay;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string BaseUrl => $"http://127.0.0.1:{Port}/v1";

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Stop();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_ended.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            using NetworkStream stream = client.GetStream();
            while (await ReadAsync(stream) is { } call)
            {
                Calls.Enqueue(call);
                int now = Interlocked.Increment(ref _underWay);
                for (int seen = _mostUnderWay; now > seen; seen = _mostUnderWay)
                    Interlocked.CompareExchange(ref _mostUnderWay, now, seen);
                ChatReply reply = _script(call, Interlocked.Increment(ref _calls) - 1);
                if (reply.Delay > TimeSpan.Zero)
                    await Task.Delay(reply.Delay, _ended.Token);
                Interlocked.Decrement(ref _underWay);
                if (reply.Raw is { } raw)
                {
                    await raw(stream, _ended.Token);
                    return;
                }

                byte[] body = Encoding.UTF8.GetBytes(reply.Body);
                string head =
                    $"HTTP/1.1 {reply.Status} X\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{reply.Headers}\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
                await stream.WriteAsync(reply.Cut ? body.AsMemory(0, body.Length / 2) : body);
                if (reply.Cut)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or the test is over.
        }
    }

    private static async Task<ChatCall?> ReadAsync(NetworkStream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (head.Count < 4 || Encoding.ASCII.GetString([.. head[^4..]]) != "\r\n\r\n")
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Add(one[0]);
        }

        string text = Encoding.ASCII.GetString([.. head]);
        string line = text.Split("\r\n").First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        byte[] body = new byte[int.Parse(line.Split(':')[1].Trim(), System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return new ChatCall(text, Encoding.UTF8.GetString(body));
    }
}
