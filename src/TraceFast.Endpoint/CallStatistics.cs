using System.Diagnostics;

namespace TraceFast.Endpoint;

/// <summary>Counts calls from many threads.</summary>
internal sealed class CallStatistics(EndpointOptions options)
{
    private readonly Lock _gate = new();
    private long _answered, _fromCache, _failed, _retries, _promptTokens, _completionTokens, _withoutUsage;
    private long _firstStart, _lastEnd;

    public void Started()
    {
        lock (_gate)
        {
            if (_firstStart == 0)
                _firstStart = Stopwatch.GetTimestamp();
        }
    }

    public void CountAnswer(TokenUsage usage)
    {
        lock (_gate)
        {
            _answered++;
            _promptTokens += usage.PromptTokens ?? 0;
            _completionTokens += usage.CompletionTokens ?? 0;
            if (usage.PromptTokens is null || usage.CompletionTokens is null)
                _withoutUsage++;
            _lastEnd = Stopwatch.GetTimestamp();
        }
    }

    public void CountCached() => Interlocked.Increment(ref _fromCache);

    public void CountFailure() => Interlocked.Increment(ref _failed);

    public void CountRetry() => Interlocked.Increment(ref _retries);

    public EndpointReport Report()
    {
        lock (_gate)
        {
            double? cost = options is { PromptPricePerMillion: null, CompletionPricePerMillion: null }
                ? null
                : ((_promptTokens * (options.PromptPricePerMillion ?? 0)) + (_completionTokens * (options.CompletionPricePerMillion ?? 0)))
                    / 1e6;
            TimeSpan elapsed = _lastEnd == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_firstStart, _lastEnd);
            return new EndpointReport(
                _answered, Interlocked.Read(ref _fromCache), Interlocked.Read(ref _failed), Interlocked.Read(ref _retries), _promptTokens,
                _completionTokens, _withoutUsage, elapsed, cost);
        }
    }
}
