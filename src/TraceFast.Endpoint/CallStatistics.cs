using System.Diagnostics;

namespace TraceFast.Endpoint;

/// <summary>Counts calls from many threads.</summary>
internal sealed class CallStatistics(EndpointOptions options)
{
    private readonly Lock gate = new();
    private long answered, fromCache, failed, retries, promptTokens, completionTokens, withoutUsage;
    private long firstStart, lastEnd;

    public void Started()
    {
        lock (gate)
        {
            if (firstStart == 0)
                firstStart = Stopwatch.GetTimestamp();
        }
    }

    public void CountAnswer(TokenUsage usage)
    {
        lock (gate)
        {
            answered++;
            promptTokens += usage.PromptTokens ?? 0;
            completionTokens += usage.CompletionTokens ?? 0;
            if (usage.PromptTokens is null || usage.CompletionTokens is null)
                withoutUsage++;
            lastEnd = Stopwatch.GetTimestamp();
        }
    }

    public void CountCached() => Interlocked.Increment(ref fromCache);

    public void CountFailure() => Interlocked.Increment(ref failed);

    public void CountRetry() => Interlocked.Increment(ref retries);

    public EndpointReport Report()
    {
        lock (gate)
        {
            double? cost = options is { PromptPricePerMillion: null, CompletionPricePerMillion: null }
                ? null
                : ((promptTokens * (options.PromptPricePerMillion ?? 0)) + (completionTokens * (options.CompletionPricePerMillion ?? 0))) / 1e6;
            TimeSpan elapsed = lastEnd == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(firstStart, lastEnd);
            return new EndpointReport(answered, Interlocked.Read(ref fromCache), Interlocked.Read(ref failed), Interlocked.Read(ref retries), promptTokens, completionTokens, withoutUsage, elapsed, cost);
        }
    }
}
