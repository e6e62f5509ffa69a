namespace TraceFast.Endpoint;

/// <summary>The address of an OpenAI-compatible server, limits, retries and prices.</summary>
public sealed record EndpointOptions
{
    /// <summary>The environment variables that may hold the key, in this order.</summary>
    public static IReadOnlyList<string> KeyVariables { get; } = ["TRACEFAST_API_KEY", "OPENAI_API_KEY"];

    /// <summary>
    /// The base, for example https://api.openai.com/v1 or http://localhost:8000/v1; "/chat/completions" is added unless it is there.
    /// </summary>
    public required string BaseUrl { get; init; }

    /// <summary>The model's name on the server.</summary>
    public required string Model { get; init; }

    /// <summary>Maximum number of concurrent calls.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Maximum number of retries of one call.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Delay before the first retry; doubles with each (with jitter).</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Maximum delay between two tries, unless the server asks for more.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A server's Retry-After beyond this ends the call instead of waiting.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>One try, from sending to the last byte.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>One call: all its tries and delays.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Maximum size of a decompressed body; a larger one is refused while it is read.</summary>
    public int MaxResponseBytes { get; init; } = 4 << 20;

    /// <summary>After this number of consecutive failed calls no more are made.</summary>
    public int FailuresBeforeGivingUp { get; init; } = 10;

    /// <summary>Price of a million prompt tokens, in any currency; null: unknown.</summary>
    public double? PromptPricePerMillion { get; init; }

    /// <summary>Price of a million completion tokens.</summary>
    public double? CompletionPricePerMillion { get; init; }

    /// <summary>The URL of the calls.</summary>
    /// <exception cref="EndpointOptionsException">It is not an http or https address, or contains a user name.</exception>
    internal Uri Address()
    {
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw new EndpointOptionsException("the endpoint's address is not of the form http(s)://host[:port]/v1");
        if (uri.UserInfo.Length > 0)
            throw new EndpointOptionsException(
                "the endpoint's address contains a user name or password; leave it out "
                + $"and put the key in the environment variable {KeyVariables[0]}");
        string path = uri.AbsolutePath.TrimEnd('/');
        if (!path.EndsWith("/chat/completions", StringComparison.Ordinal))
            path += "/chat/completions";
        return new UriBuilder(uri) { Path = path, Fragment = "" }.Uri;
    }

    /// <exception cref="EndpointOptionsException">A limit is out of range.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Model))
            throw new EndpointOptionsException("the model's name is empty; give its name on the server");
        if (Concurrency < 1)
            throw new EndpointOptionsException($"concurrency is {Concurrency}; expected at least 1");
        if (Retries is < 0 or > 1000)
            throw new EndpointOptionsException($"retries are {Retries}; expected 0 to 1000");
        if (BaseDelay <= TimeSpan.Zero || MaxDelay < BaseDelay || ConnectTimeout <= TimeSpan.Zero
            || CallTimeout < TimeSpan.FromMilliseconds(10) || Deadline < TimeSpan.FromMilliseconds(10) || Deadline > TimeSpan.FromDays(1))
            throw new EndpointOptionsException("delays and timeouts must be above zero, and the longest delay not below the first");
        if (MaxResponseBytes < 1 || FailuresBeforeGivingUp < 1)
            throw new EndpointOptionsException("the limits of bytes and failures must be at least 1");
    }

    /// <summary>The key of the first variable that is set; null: none is sent (local servers need none).</summary>
    /// <exception cref="EndpointOptionsException">It contains characters that a header may not contain.</exception>
    internal static string? KeyFromEnvironment()
    {
        foreach (string variable in KeyVariables)
        {
            string? key = Environment.GetEnvironmentVariable(variable)?.Trim();
            if (string.IsNullOrEmpty(key))
                continue;
            if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
                throw new EndpointOptionsException(
                    $"the environment variable {variable} contains characters that no key has (whitespace, line ends or non-ASCII ones)");
            return key;
        }

        return null;
    }
}
