namespace TraceFast.Endpoint;

/// <summary>How an OpenAI-compatible server is reached and how patiently.</summary>
public sealed record EndpointOptions
{
    /// <summary>Where the key is looked for, in this order.</summary>
    public static IReadOnlyList<string> KeyVariables { get; } = ["TRACEFAST_API_KEY", "OPENAI_API_KEY"];

    /// <summary>
    /// The base, for example https://api.openai.com/v1 or http://localhost:8000/v1; "/chat/completions" is added unless it stands there.
    /// </summary>
    public required string BaseUrl { get; init; }

    /// <summary>The model's name as the server knows it.</summary>
    public required string Model { get; init; }

    /// <summary>Calls under way at once.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Further tries of one call after the first one.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Before the first retry; doubles with each (with jitter).</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No longer between two tries, unless the server asks for it.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A server's Retry-After beyond this ends the call instead of waiting.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>One try, from sending to the last byte.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>One call: its tries and what it waits between them.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A longer body, unpacked, is refused while it is read.</summary>
    public int MaxResponseBytes { get; init; } = 4 << 20;

    /// <summary>After so many calls in a row that failed for good, nothing more is asked.</summary>
    public int FailuresBeforeGivingUp { get; init; } = 10;

    /// <summary>Price of a million prompt tokens, in any currency; null: unknown.</summary>
    public double? PromptPricePerMillion { get; init; }

    /// <summary>Price of a million completion tokens.</summary>
    public double? CompletionPricePerMillion { get; init; }

    /// <summary>The address that calls go to.</summary>
    /// <exception cref="EndpointOptionsException">It is no http or https address, or holds a user name.</exception>
    internal Uri Address()
    {
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw new EndpointOptionsException("the endpoint's address is not of the form http(s)://host[:port]/v1");
        if (uri.UserInfo.Length > 0)
            throw new EndpointOptionsException(
                "the endpoint's address holds a user name or password; leave it out "
                + $"and put the key in the environment variable {KeyVariables[0]}");
        string path = uri.AbsolutePath.TrimEnd('/');
        if (!path.EndsWith("/chat/completions", StringComparison.Ordinal))
            path += "/chat/completions";
        return new UriBuilder(uri) { Path = path, Fragment = "" }.Uri;
    }

    /// <exception cref="EndpointOptionsException">A limit makes no sense.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Model))
            throw new EndpointOptionsException("the model's name is empty; give the name that the server knows it by");
        if (Concurrency < 1)
            throw new EndpointOptionsException($"concurrency is {Concurrency}; at least one call must be under way");
        if (Retries is < 0 or > 1000)
            throw new EndpointOptionsException($"retries are {Retries}; from 0 to 1000 are possible");
        if (BaseDelay <= TimeSpan.Zero || MaxDelay < BaseDelay || ConnectTimeout <= TimeSpan.Zero
            || CallTimeout < TimeSpan.FromMilliseconds(10) || Deadline < TimeSpan.FromMilliseconds(10) || Deadline > TimeSpan.FromDays(1))
            throw new EndpointOptionsException("delays and timeouts must be above zero, and the longest delay not below the first");
        if (MaxResponseBytes < 1 || FailuresBeforeGivingUp < 1)
            throw new EndpointOptionsException("the limits of bytes and failures must be at least 1");
    }

    /// <summary>The key of the first variable that is set; null: none is sent (local servers need none).</summary>
    /// <exception cref="EndpointOptionsException">It holds characters that no header may hold.</exception>
    internal static string? KeyFromEnvironment()
    {
        foreach (string variable in KeyVariables)
        {
            string? key = Environment.GetEnvironmentVariable(variable)?.Trim();
            if (string.IsNullOrEmpty(key))
                continue;
            if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
                throw new EndpointOptionsException(
                    $"the environment variable {variable} holds characters that no key has (blanks, line ends or others than ASCII)");
            return key;
        }

        return null;
    }
}
