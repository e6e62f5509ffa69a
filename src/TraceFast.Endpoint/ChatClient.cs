using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace TraceFast.Endpoint;

/// <summary>
/// Asks an OpenAI-compatible server: at most so many calls at once, each tried again with exponential back-off and jitter (RetryPolicy),
/// each answered request kept in the cache. Two calls of one request under way at once are one call. The key comes from the environment and
/// goes into one header, nowhere else.
/// </summary>
public sealed class ChatClient : IChatEndpoint, IDisposable
{
    private const int HeaderKilobytes = 32;

    /// <summary>What is shorter is a stand-in for servers that want no key (EMPTY, none) and may stand in an answer as a word.</summary>
    private const int ShortestSecret = 8;

    private readonly EndpointOptions _options;
    private readonly AnswerCache? _cache;
    private readonly Uri _address;
    private readonly string? _key;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _places;
    private readonly RetryPolicy _retry;
    private readonly CallStatistics _statistics;
    private readonly ConcurrentDictionary<string, Lazy<Task<ChatAnswer>>> _underWay = new();
    private int _failuresInARow;
    private EndpointException? _lastFailure;

    /// <param name="options">Where and how.</param>
    /// <param name="cache">Null: nothing is kept.</param>
    /// <exception cref="EndpointOptionsException">Options, or the key in the environment, cannot be.</exception>
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
            AllowAutoRedirect = false, // a key goes where the user said, nowhere else
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
        _places = new SemaphoreSlim(options.Concurrency);
        _statistics = new CallStatistics(options);
        _retry = new RetryPolicy(options, _statistics, Redact);
    }

    /// <summary>What all calls took so far.</summary>
    public EndpointReport Report() => _statistics.Report();

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancel = default)
    {
        byte[] body = request.Body(_options.Model);
        string name = ChatRequest.Key(_address, body, request.SampleIndex);
        if (_cache?.Find(name, _address, body, request.SampleIndex) is { } kept)
        {
            _statistics.CountCached();
            return kept;
        }

        while (true)
        {
            Lazy<Task<ChatAnswer>> mine = new(() => CallAsync(name, body, request.SampleIndex, cancel));
            Lazy<Task<ChatAnswer>> call = _underWay.GetOrAdd(name, mine);
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
                // Whoever began the call left it: it is this one's now.
            }
            finally
            {
                if (call == mine)
                    _underWay.TryRemove(new KeyValuePair<string, Lazy<Task<ChatAnswer>>>(name, mine));
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
    }

    private async Task<ChatAnswer> CallAsync(string name, byte[] body, int draw, CancellationToken cancel)
    {
        await _places.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _failuresInARow) >= _options.FailuresBeforeGivingUp)
                throw new EndpointGivenUpException(
                    $"{Shown}: {_options.FailuresBeforeGivingUp} calls in a row failed, so nothing more is "
                        + $"asked; the last one: {_lastFailure?.Message}", _lastFailure);
            // The same request may have been answered while this one waited for its place.
            if (_cache?.Find(name, _address, body, draw) is { } kept)
            {
                _statistics.CountCached();
                return kept;
            }

            _statistics.Started();
            ChatAnswer answer = await _retry.RunAsync(token => TryAsync(body, token), Shown, cancel).ConfigureAwait(false);
            Volatile.Write(ref _failuresInARow, 0);
            _cache?.Store(name, _address, body, draw, answer);
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
            _places.Release();
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

    /// <summary>The address without its query, which may hold secrets.</summary>
    private string Shown => _address.GetLeftPart(UriPartial.Path);

    /// <summary>A server that repeats what it was sent must not bring the key into cache, report or log.</summary>
    private ChatAnswer WithoutKey(ChatAnswer answer) =>
        _key is null || _key.Length < ShortestSecret
            ? answer : answer with { Text = Redact(answer.Text), FinishReason = answer.FinishReason is { } finish ? Redact(finish) : null };

    private string Redact(string text) => _key is null ? text : text.Replace(_key, "***", StringComparison.Ordinal);
}
