using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceFast.Tests;

/// <summary>
/// A page in a real browser: Debian's chromium, driven over the Chrome DevTools Protocol. Collects what a user would find in the console:
/// uncaught errors, error messages, and requests for anything but the page itself.
/// </summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _limit = new(s_limit);
    private int _lastId;

    private HeadlessBrowser(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Errors of scripts and of the page, in order.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Addresses that the page asked for, itself included.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Starts the browser; skips the running test where there is none.</summary>
    public static async Task<HeadlessBrowser> StartAsync()
    {
        if (!File.Exists(Program))
            Assert.Skip($"there is no {Program}: apt-get install chromium");
        string profile = Directory.CreateTempSubdirectory("tracefast-browser").FullName;
        ProcessStartInfo start = new(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--hide-scrollbars", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank" })
            start.ArgumentList.Add(argument);
        HeadlessBrowser browser = new(Process.Start(start)!, profile);
        await browser.ConnectAsync();
        return browser;
    }

    /// <summary>Opens a file in a window of a size and waits until it is loaded.</summary>
    public async Task OpenAsync(string path, int width, int height)
    {
        await CallAsync(
            "Emulation.setDeviceMetricsOverride",
            new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(path).AbsoluteUri });
        while (await EvaluateAsync("document.readyState + ' ' + location.protocol") is var state
            && state?.GetValue<string>() != "complete file:")
            await Task.Delay(50, _limit.Token);
    }

    /// <summary>The value of an expression in the page, as JSON.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonNode result = await CallAsync(
            "Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.True(result["exceptionDetails"] == null, result["exceptionDetails"]?.ToJsonString());
        return result["result"]?["value"];
    }

    /// <summary>A picture of the whole page as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync()
    {
        JsonNode result = await CallAsync("Page.captureScreenshot", new JsonObject { ["captureBeyondViewport"] = true });
        return Convert.FromBase64String(result["data"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _limit.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task ConnectAsync()
    {
        string portFile = Path.Combine(_profile, "DevToolsActivePort");
        while (!File.Exists(portFile) || (await File.ReadAllLinesAsync(portFile, _limit.Token)).Length < 2)
        {
            Assert.False(_process.HasExited, $"{Program} ended at once");
            await Task.Delay(50, _limit.Token);
        }
        string port = (await File.ReadAllLinesAsync(portFile, _limit.Token))[0];
        using HttpClient http = new();
        JsonNode[] targets = JsonSerializer.Deserialize<JsonNode[]>(
            await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list"), _limit.Token))!;
        string address = targets.First(t => t["type"]!.GetValue<string>() == "page")["webSocketDebuggerUrl"]!.GetValue<string>();
        await _socket.ConnectAsync(new Uri(address), _limit.Token);
        foreach (string domain in new[] { "Page", "Runtime", "Log", "Network" })
            await CallAsync($"{domain}.enable", []);
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        int id = ++_lastId;
        byte[] message = Encoding.UTF8.GetBytes(
            new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString());
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _limit.Token);
        while (true)
        {
            JsonNode received = await ReceiveAsync();
            if (received["id"]?.GetValue<int>() == id)
                return received["result"] ?? throw new InvalidOperationException($"{method}: {received["error"]?.ToJsonString()}");
            Collect(received);
        }
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using MemoryStream message = new();
        byte[] buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), _limit.Token);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }

    private void Collect(JsonNode notice)
    {
        JsonNode? parameters = notice["params"];
        switch (notice["method"]?.GetValue<string>())
        {
            case "Runtime.exceptionThrown":
                Errors.Add(parameters!["exceptionDetails"]!.ToJsonString());
                break;
            case "Log.entryAdded" when parameters!["entry"]!["level"]!.GetValue<string>() == "error":
                Errors.Add(parameters["entry"]!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when parameters!["type"]!.GetValue<string>() == "error":
                Errors.Add(parameters["args"]!.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                Requests.Add(parameters!["request"]!["url"]!.GetValue<string>());
                break;
        }
    }
}
