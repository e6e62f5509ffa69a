using System.Globalization;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace TraceFast.Endpoint;

/// <summary>
/// Retries a call while another try may be answered: exponential back-off with decorrelated jitter (Polly), the server's Retry-After where
/// it gives one. A Retry-After holds back all calls, not only the one that received it.
/// </summary>
internal sealed class RetryPolicy
{
    private readonly EndpointOptions _options;
    private readonly Func<string, string> _redact;
    private readonly ResiliencePipeline<ChatAnswer> _retries;
    private readonly ResiliencePipeline<ChatAnswer> _timeout;
    private long _notBefore; // Environment.TickCount64

    /// <param name="redact">Removes the key from a text of the server.</param>
    public RetryPolicy(EndpointOptions options, CallStatistics statistics, Func<string, string> redact)
    {
        _options = options;
        _redact = redact;
        ResiliencePipelineBuilder<ChatAnswer> builder = new();
        builder.AddTimeout(options.Deadline);
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<ChatAnswer>
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.BaseDelay,
                MaxDelay = options.MaxDelay,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } e && IsTransient(e)),
                DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as StatusException)?.RetryAfter),
                OnRetry = _ =>
                {
                    statistics.CountRetry();
                    return ValueTask.CompletedTask;
                },
            });
        }

        _retries = builder.Build();
        _timeout = new ResiliencePipelineBuilder<ChatAnswer>().AddTimeout(options.CallTimeout).Build();
    }

    /// <param name="shown">The address as messages name it.</param>
    /// <exception cref="EndpointException">No try was answered.</exception>
    public async Task<ChatAnswer> RunAsync(Func<CancellationToken, Task<ChatAnswer>> call, string shown, CancellationToken cancel)
    {
        try
        {
            return await _retries.ExecuteAsync(
                async token => await WhenAllowedAsync(call, token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (StatusException e) when (e.IsDenied)
        {
            throw new EndpointDeniedException(
                $"{shown}: {e.Message} (the key is read from the environment variable {string.Join(" or ", EndpointOptions.KeyVariables)})");
        }
        catch (StatusException e) when (!e.IsTransient)
        {
            throw new EndpointRefusedException($"{shown}: {e.Message}");
        }
        catch (StatusException e)
        {
            throw new EndpointUnavailableException($"{shown}: {e.Message}{Waiting(e)}{Tries}");
        }
        catch (TimeoutRejectedException e) when (e.Timeout == _options.Deadline)
        {
            throw new EndpointUnavailableException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{shown}: no whole answer within {_options.Deadline.TotalSeconds:0.###} s, all tries together"));
        }
        catch (TimeoutRejectedException)
        {
            throw new EndpointUnavailableException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{shown}: no whole answer within {_options.CallTimeout.TotalSeconds:0.###} s{Tries}"));
        }
        catch (EndpointProtocolException e)
        {
            throw new EndpointProtocolException($"{shown}: {e.Message}", e.InnerException) { IsTooLong = e.IsTooLong };
        }
        catch (HttpRequestException e) when (IsTooLong(e))
        {
            throw new EndpointProtocolException($"{shown}: the answer's headers are longer than the limit") { IsTooLong = true };
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // The message may contain what the server sent (an invalid header).
            string message = _redact(e.Message);
            throw new EndpointUnavailableException($"{shown}: {message}{Tries}", message == e.Message ? e : null);
        }
    }

    private string Tries => _options.Retries == 0 ? "" : $" (after {_options.Retries} retries)";

    private string Waiting(StatusException e) => e.RetryAfter > _options.MaxRetryAfter
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"; it asks to wait {e.RetryAfter.Value.TotalSeconds:0} s, longer than the limit of {_options.MaxRetryAfter.TotalSeconds:0} s")
        : "";

    /// <summary>Garbage may come from a proxy, so it is retried; what is too long would be too long again.</summary>
    private bool IsTransient(Exception e) => e switch
    {
        StatusException status => status.IsTransient && !(status.RetryAfter > _options.MaxRetryAfter),
        EndpointProtocolException protocol => !protocol.IsTooLong,
        HttpRequestException http => !IsTooLong(http),
        IOException or TimeoutRejectedException => true,
        _ => false,
    };

    private static bool IsTooLong(HttpRequestException e) => e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded;

    private async Task<ChatAnswer> WhenAllowedAsync(Func<CancellationToken, Task<ChatAnswer>> call, CancellationToken cancel)
    {
        for (long wait; (wait = Volatile.Read(ref _notBefore) - Environment.TickCount64) > 0;)
            await Task.Delay(TimeSpan.FromMilliseconds(wait), cancel).ConfigureAwait(false);
        try
        {
            return await _timeout.ExecuteAsync(async token => await call(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (StatusException e) when (e.RetryAfter is { } after && after <= _options.MaxRetryAfter)
        {
            HoldBack(Environment.TickCount64 + (long)after.TotalMilliseconds);
            throw;
        }
    }

    private void HoldBack(long until)
    {
        for (long seen = Volatile.Read(ref _notBefore); seen < until;)
        {
            long before = Interlocked.CompareExchange(ref _notBefore, until, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
