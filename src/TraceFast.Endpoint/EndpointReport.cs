using System.Globalization;
using System.Text;

namespace TraceFast.Endpoint;

/// <summary>
/// What calls took so far. Tokens and price are those of answers that the server gave in this run; what came from the cache cost nothing.
/// </summary>
/// <param name="Answered">Calls that the server answered.</param>
/// <param name="FromCache">Calls answered by the cache, or by a call of the same request under way.</param>
/// <param name="Failed">Calls without an answer after their last try.</param>
/// <param name="Retries">Tries after a call's first.</param>
/// <param name="PromptTokens">Sum of usage.prompt_tokens.</param>
/// <param name="CompletionTokens">Sum of usage.completion_tokens.</param>
/// <param name="WithoutUsage">Answers that did not say their tokens; not in the sums.</param>
/// <param name="Elapsed">From the first try's start to the last answer.</param>
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
            text.Append(CultureInfo.InvariantCulture, $" ({WithoutUsage} answers did not say theirs)");
        text.Append(CultureInfo.InvariantCulture, $"; {CallsPerSecond:0.##} calls/s");
        if (Cost is { } cost)
            text.Append(CultureInfo.InvariantCulture, $"; cost {cost:0.####}");
        return text.ToString();
    }
}
