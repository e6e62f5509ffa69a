using System.Diagnostics;
using System.Globalization;
using System.Text;

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

/// <summary>
/// Usage of the calls so far. Tokens and cost are of answers that the server gave in this run; cached ones cost nothing.
/// </summary>
/// <param name="Answered">Calls that the server answered.</param>
/// <param name="FromCache">Calls answered by the cache, or by a concurrent call with the same request.</param>
/// <param name="Failed">Calls without an answer after their last try.</param>
/// <param name="Retries">Tries after a call's first.</param>
/// <param name="WithoutUsage">Answers that did not report their tokens; not in the sums.</param>
/// <param name="Elapsed">From the start of the first try to the last answer.</param>
/// <param name="Cost">Tokens times price; null where no price is known.</param>
public sealed record EndpointReport(
    long Answered, long FromCache, long Failed, long Retries, long PromptTokens, long CompletionTokens, long WithoutUsage, TimeSpan Elapsed,
    double? Cost)
{
    public double CallsPerSecond => Answered == 0 || Elapsed <= TimeSpan.Zero ? 0 : Answered / Elapsed.TotalSeconds;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Answered} calls answered, {FromCache} from the cache, {Failed} failed, "
                + $"{Retries} retries; {PromptTokens} prompt and {CompletionTokens} completion tokens");
        if (WithoutUsage > 0)
            text.Append(CultureInfo.InvariantCulture, $" ({WithoutUsage} answers did not report theirs)");
        text.Append(CultureInfo.InvariantCulture, $"; {CallsPerSecond:0.##} calls/s");
        if (Cost is { } cost)
            text.Append(CultureInfo.InvariantCulture, $"; cost {cost:0.####}");
        return text.ToString();
    }
}
