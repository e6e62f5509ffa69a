using System.Numerics.Tensors;

namespace TraceFast.Inference.Sampling;

/// <summary>
/// From logits to the next token: repetition penalty, bans, temperature, top-k, top-p, min-p (transformers' order), then a draw by the
/// inverse of the cumulative distribution in the order of the ids. The token is a function of logits, context, seed, stream and step alone.
/// </summary>
public sealed class Sampler
{
    /// <summary>What <see cref="Next"/> gives where the model's logits are not numbers, or every token is left out.</summary>
    public const int NoToken = -1;

    private readonly SamplingOptions _options;
    private readonly ILogitsProcessor[] _processors;

    /// <param name="promptLength">Tokens of the context that are no new ones.</param>
    /// <param name="stopIds">Ids that end a text; null: none.</param>
    /// <exception cref="InputException">An option is outside its range.</exception>
    public Sampler(SamplingOptions options, int promptLength = 0, IReadOnlySet<int>? stopIds = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _processors = [.. Processors(options, promptLength, stopIds)];
    }

    /// <summary>The processors that the options ask for, in order.</summary>
    public static IEnumerable<ILogitsProcessor> Processors(SamplingOptions options, int promptLength = 0, IReadOnlySet<int>? stopIds = null)
    {
        stopIds ??= new HashSet<int>();
        if (options.RepetitionPenalty != 1)
            yield return new RepetitionPenalty((float)options.RepetitionPenalty);
        if (options.NoRepeatNgramSize > 0)
            yield return new NoRepeatNgram(options.NoRepeatNgramSize);
        // As in transformers, a token that ends a text is never among them.
        IReadOnlyList<int>[] bad = [.. options.BadWords.Where(run => run.Count > 1 || !stopIds.Contains(run[0]))];
        if (bad.Length > 0)
            yield return new BadWords(bad);
        if (Math.Max(options.MinLength, promptLength + options.MinNewTokens) is var least && least > promptLength && stopIds.Count > 0)
            yield return new SuppressBefore(least, stopIds);
        if (options.SuppressTokens.Count > 0)
            yield return new SuppressTokens(options.SuppressTokens);
        if (options.BeginSuppressTokens.Count > 0)
            yield return new SuppressBefore(promptLength + 1, options.BeginSuppressTokens);
        if (options.IsGreedy)
            yield break;
        if (options.Temperature != 1)
            yield return new Temperature((float)options.Temperature);
        if (options.TopK > 0)
            yield return new TopK(options.TopK);
        if (options.TopP < 1)
            yield return new TopP(options.TopP);
        if (options.MinP > 0)
            yield return new MinP(options.MinP);
    }

    /// <summary>The next token, or <see cref="NoToken"/> where a logit is not a number, or all are infinite or left out.</summary>
    /// <param name="logits">[vocabulary]; overwritten.</param>
    /// <param name="stream">The request's number: requests with one seed draw different numbers.</param>
    public int Next(Span<float> logits, ReadOnlySpan<int> context, ulong stream, int step)
    {
        if (!float.IsFinite(TensorPrimitives.Max<float>(logits)))
            return NoToken;
        foreach (ILogitsProcessor processor in _processors)
            processor.Process(logits, context);
        int best = TensorPrimitives.IndexOfMax<float>(logits);
        if (logits[best] == float.NegativeInfinity)
            return NoToken;
        return _options.IsGreedy ? best : Sample(logits, logits[best], Philox.Uniform(_options.Seed, stream, (ulong)step));
    }

    /// <summary>The first id whose cumulative probability exceeds <paramref name="uniform"/>.</summary>
    private static int Sample(Span<float> logits, float largest, double uniform)
    {
        TensorPrimitives.Subtract(logits, largest, logits);
        TensorPrimitives.Exp(logits, logits);
        double total = 0;
        foreach (float weight in logits)
            total += weight;
        double target = uniform * total, sum = 0;
        int last = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (logits[id] == 0)
                continue;
            sum += logits[id];
            last = id;
            if (sum > target)
                break;
        }
        return last;
    }
}
