using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace TraceFast.Endpoint;

/// <summary>
/// Asks an OpenAI-compatible server: at most so many calls at once, each tried again with exponential back-off and jitter (RetryPolicy), each answered request
/// kept in the cache. Two calls of one request under way at once are one call. The key comes from the environment and goes into one header, nowhere else.
/// </summary>
public sealed class ChatClient : IChatEndpoint, IDisposable
{
    private const int HeaderKilobytes = 32;

    /// <summary>What is shorter is a stand-in for servers that want no key (EMPTY, none) and may stand in an answer as a word.</summary>
    private const int ShortestSecret = 8;

    private readonly EndpointOptions options;
    private readonly AnswerCache? cache;
    private readonly Uri address;
    private readonly string? key;
    private readonly HttpClient http;
    private readonly SemaphoreSlim places;
    private readonly RetryPolicy retry;
    private readonly CallStatistics statistics;
    private readonly ConcurrentDictionary<string, Lazy<Task<ChatAnswer>>> underWay = new();
    private int failuresInARow;
    private EndpointException? lastFailure;

    /// <param name="options">Where and how.</param>
    /// <param name="cache">Null: nothing is kept.</param>
    /// <exception cref="EndpointOptionsException">Options, or the key in the environment, can not be.</exception>
    public ChatClient(EndpointOptions options, AnswerCache? cache = null)
    {
        options.Validate();
        this.options = options;
        this.cache = cache;
        address = options.Address();
        key = EndpointOptions.KeyFromEnvironment();
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
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("tracefast", "1"));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (key is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        places = new SemaphoreSlim(options.Concurrency);
        statistics = new CallStatistics(options);
        retry = new RetryPolicy(options, statistics, Redact);
    }

    /// <summary>What all calls took so far.</summary>
    public EndpointReport Report() => statistics.Report();

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancel = default)
    {
        byte[] body = request.Body(options.Model);
        string name = ChatRequest.Key(address, body, request.Draw);
        if (cache?.Find(name, address, body, request.Draw) is { } kept)
        {
            statistics.CountCached();
            return kept;
        }

        while (true)
        {
            Lazy<Task<ChatAnswer>> mine = new(() => CallAsync(name, body, request.Draw, cancel));
            Lazy<Task<ChatAnswer>> call = underWay.GetOrAdd(name, mine);
            try
            {
                ChatAnswer answer = await call.Value.WaitAsync(cancel).ConfigureAwait(false);
                if (call == mine)
                    return answer;
                statistics.CountCached();
                return answer with { FromCache = true };
            }
            catch (OperationCanceledException) when (call != mine && !cancel.IsCancellationRequested)
            {
                // Whoever began the call left it: it is this one's now.
            }
            finally
            {
                if (call == mine)
                    underWay.TryRemove(new KeyValuePair<string, Lazy<Task<ChatAnswer>>>(name, mine));
            }
        }
    }

    public void Dispose()
    {
        http.Dispose();
        places.Dispose();
    }

    private async Task<ChatAnswer> CallAsync(string name, byte[] body, int draw, CancellationToken cancel)
    {
        await places.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref failuresInARow) >= options.FailuresBeforeGivingUp)
                throw new EndpointGivenUpException($"{Shown}: {options.FailuresBeforeGivingUp} calls in a row failed, so nothing more is asked; the last one: {lastFailure?.Message}", lastFailure);
            // The same request may have been answered while this one waited for its place.
            if (cache?.Find(name, address, body, draw) is { } kept)
            {
                statistics.CountCached();
                return kept;
            }

            statistics.Started();
            ChatAnswer answer = await retry.RunAsync(token => TryAsync(body, token), Shown, cancel).ConfigureAwait(false);
            Volatile.Write(ref failuresInARow, 0);
            cache?.Store(name, address, body, draw, answer);
            statistics.CountAnswer(answer.Usage);
            return answer;
        }
        catch (EndpointException e) when (e is not EndpointGivenUpException)
        {
            statistics.CountFailure();
            lastFailure = e;
            Interlocked.Increment(ref failuresInARow);
            throw;
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>One try.</summary>
    private async Task<ChatAnswer> TryAsync(byte[] body, CancellationToken cancel)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, address);
        message.Content = new ByteArrayContent(body);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            byte[] answer = await CompletionReader.ReadBodyAsync(response.Content, options.MaxResponseBytes, cancel).ConfigureAwait(false);
            return WithoutKey(CompletionReader.Parse(answer));
        }

        throw await StatusException.OfAsync(response, Redact, cancel).ConfigureAwait(false);
    }

    /// <summary>The address without its query, which may hold secrets.</summary>
    private string Shown => address.GetLeftPart(UriPartial.Path);

    /// <summary>A server that repeats what it was sent must not bring the key into cache, report or log.</summary>
    private ChatAnswer WithoutKey(ChatAnswer answer) =>
        key is null || key.Length < ShortestSecret ? answer : answer with { Text = Redact(answer.Text), FinishReason = answer.FinishReason is { } finish ? Redact(finish) : null };

    private string Redact(string text) => key is null ? text : text.Replace(key, "***", StringComparison.Ordinal);
}
