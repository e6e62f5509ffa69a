using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace TraceFast.Endpoint;

/// <summary>Answers chats. Thread-safe.</summary>
public interface IChatEndpoint
{
    /// <exception cref="EndpointException">There is no answer, and why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancel = default);
}

/// <summary>
/// Asks an OpenAI-compatible server: a limited number of concurrent calls, retries with exponential back-off and jitter
/// (<see cref="RetryPolicy"/>), a cache of answers. Concurrent calls with the same request are one call. The key comes from the environment
/// and goes into one header, nowhere else.
/// </summary>
public sealed class ChatClient : IChatEndpoint, IDisposable
{
    private const int HeaderKilobytes = 32;

    /// <summary>A shorter key is a placeholder for servers that need none (EMPTY, none) and may be a word of an answer.</summary>
    private const int ShortestSecret = 8;

    private readonly EndpointOptions _options;
    private readonly AnswerCache? _cache;
    private readonly Uri _address;
    private readonly string? _key;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _permits;
    private readonly RetryPolicy _retry;
    private readonly CallStatistics _statistics;
    private readonly ConcurrentDictionary<string, Lazy<Task<ChatAnswer>>> _pending = new();
    private int _failuresInARow;
    private EndpointException? _lastFailure;

    /// <param name="cache">Null: no answer is stored.</param>
    /// <exception cref="EndpointOptionsException">Options, or the key in the environment, are invalid.</exception>
    public ChatClient(EndpointOptions options, AnswerCache? cache = null)
    {
        options.Validate();
        _options = options;
        _cache = cache;
        _address = options.Address();
        _key = EndpointOptions.KeyFromEnvironment();
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = options.ConnectTimeout,
            AllowAutoRedirect = false, // a key is sent only to the address that the user gave
            AutomaticDecompression = DecompressionMethods.All,
            MaxConnectionsPerServer = options.Concurrency,
            MaxResponseHeadersLength = HeaderKilobytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            UseCookies = false,
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("tracefast", "1"));
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_key is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        _permits = new SemaphoreSlim(options.Concurrency);
        _statistics = new CallStatistics(options);
        _retry = new RetryPolicy(options, _statistics, Redact);
    }

    /// <summary>Usage of all calls so far.</summary>
    public EndpointReport Report() => _statistics.Report();

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancel = default)
    {
        byte[] body = request.Body(_options.Model);
        string name = ChatRequest.Key(_address, body, request.SampleIndex);
        if (_cache?.Find(name, _address, body, request.SampleIndex) is { } cached)
        {
            _statistics.CountCached();
            return cached;
        }

        while (true)
        {
            Lazy<Task<ChatAnswer>> mine = new(() => CallAsync(name, body, request.SampleIndex, cancel));
            Lazy<Task<ChatAnswer>> call = _pending.GetOrAdd(name, mine);
            try
            {
                ChatAnswer answer = await call.Value.WaitAsync(cancel).ConfigureAwait(false);
                if (call == mine)
                    return answer;
                _statistics.CountCached();
                return answer with { FromCache = true };
            }
            catch (OperationCanceledException) when (call != mine && !cancel.IsCancellationRequested)
            {
                // The caller that started the call has left: start it again.
            }
            finally
            {
                if (call == mine)
                    _pending.TryRemove(new KeyValuePair<string, Lazy<Task<ChatAnswer>>>(name, mine));
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _permits.Dispose();
    }

    private async Task<ChatAnswer> CallAsync(string name, byte[] body, int sampleIndex, CancellationToken cancel)
    {
        await _permits.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _failuresInARow) >= _options.FailuresBeforeGivingUp)
                throw new EndpointGivenUpException(
                    $"{Shown}: {_options.FailuresBeforeGivingUp} calls in a row failed, so no more are made; the last failure: "
                        + $"{_lastFailure?.Message}", _lastFailure);
            // The same request may have been answered while this one waited for its permit.
            if (_cache?.Find(name, _address, body, sampleIndex) is { } cached)
            {
                _statistics.CountCached();
                return cached;
            }

            _statistics.Started();
            ChatAnswer answer = await _retry.RunAsync(token => TryAsync(body, token), Shown, cancel).ConfigureAwait(false);
            Volatile.Write(ref _failuresInARow, 0);
            _cache?.Store(name, _address, body, sampleIndex, answer);
            _statistics.CountAnswer(answer.Usage);
            return answer;
        }
        catch (EndpointException e) when (e is not EndpointGivenUpException)
        {
            _statistics.CountFailure();
            _lastFailure = e;
            Interlocked.Increment(ref _failuresInARow);
            throw;
        }
        finally
        {
            _permits.Release();
        }
    }

    /// <summary>One try.</summary>
    private async Task<ChatAnswer> TryAsync(byte[] body, CancellationToken cancel)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, _address);
        message.Content = new ByteArrayContent(body);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await _http.SendAsync(
            message, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            byte[] answer = await CompletionReader.ReadBodyAsync(response.Content, _options.MaxResponseBytes, cancel).ConfigureAwait(false);
            return WithoutKey(CompletionReader.Parse(answer));
        }

        throw await StatusException.OfAsync(response, Redact, cancel).ConfigureAwait(false);
    }

    /// <summary>The address without its query, which may contain secrets.</summary>
    private string Shown => _address.GetLeftPart(UriPartial.Path);

    /// <summary>A server that echoes the request must not bring the key into cache, report or log.</summary>
    private ChatAnswer WithoutKey(ChatAnswer answer) =>
        _key is null || _key.Length < ShortestSecret
            ? answer : answer with { Text = Redact(answer.Text), FinishReason = answer.FinishReason is { } finish ? Redact(finish) : null };

    private string Redact(string text) => _key is null ? text : text.Replace(_key, "***", StringComparison.Ordinal);
}
