using TraceFast.Inference.Decoding;

namespace TraceFast.Benchmarks.Decode;

/// <summary>One measurement of decoding.</summary>
/// <param name="Batch">Most rows of a step.</param>
/// <param name="Batching">How places are taken again.</param>
/// <param name="Requests">Prompts decoded.</param>
/// <param name="Statistics">Tokens, steps and where the time went.</param>
/// <param name="Seconds">From the first prompt to the last new token.</param>
/// <param name="ProcessorSeconds">Of all threads of this process meanwhile: what to compare by on a machine that others use, with one
/// thread.</param>
public sealed record DecodeMeasurement(
    int Batch, Batching Batching, int Requests, DecodeStatistics Statistics, double Seconds, double ProcessorSeconds)
{
    /// <summary>New tokens of the whole run, prefill included.</summary>
    public double NewTokensPerSecond => Statistics.NewTokens / Seconds;

    /// <summary>New tokens by the time of steps and sampling alone, as llama.cpp and ONNX Runtime GenAI count.</summary>
    public double DecodeTokensPerSecond => Statistics.NewTokens / (Statistics.StepTime + Statistics.SamplingTime).TotalSeconds;

    public double PrefillTokensPerSecond => Statistics.PromptTokens / Statistics.PrefillTime.TotalSeconds;

    /// <summary>The share of a step's rows that gave a token.</summary>
    public double UsefulRows => (double)Statistics.NewTokens / Statistics.StepRows;
}
