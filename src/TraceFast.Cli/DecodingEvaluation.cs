using System.Diagnostics;
using TraceFast.Evaluation;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Training.Configuration;
using TraceFast.Training.Evaluation;

namespace TraceFast.Cli;

/// <summary>
/// predict_with_generate: decodes the held-out prompts with the policy as it is and scores the answers by the constraints that their
/// records state. Reports eval_constraint_level, eval_prompt_level, eval_mean (<see cref="ConstraintBench"/>), eval_response_tokens (mean
/// of an answer, its end token included) and eval_generation_seconds (export included).
/// </summary>
internal sealed class DecodingEvaluation : IEvaluation
{
    private readonly RunConfiguration _configuration;
    private readonly EvaluationPrompts _heldOut;
    private readonly TrainingDecoder _decoder;

    private DecodingEvaluation(RunConfiguration configuration, EvaluatedModel model, DecodingProcess process, Action<string> log)
    {
        _configuration = configuration;
        _heldOut = EvaluationPrompts.Of(model, configuration.Where("predict_with_generate"), log);
        _decoder = new TrainingDecoder(
            configuration, model.Model, model.Chat, process, Settings(), "evaluation decodes as the configuration says", log);
    }

    /// <summary>The evaluations that a configuration asks for besides the loss.</summary>
    /// <param name="process">For decoding in a process of its own, where the configuration or the device asks for it
    /// (decode_process).</param>
    /// <exception cref="InputException">No held-out record states constraints.</exception>
    public static IReadOnlyList<IEvaluation> For(
        RunConfiguration configuration, EvaluatedModel model, DecodingProcess process, Action<string> log) =>
        configuration.PredictWithGenerate ? [new DecodingEvaluation(configuration, model, process, log)] : [];

    public IReadOnlyDictionary<string, double> Evaluate(EvaluationContext context, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<DecodeResult> results = _decoder.Decode(
            _heldOut.Tokens, _heldOut.Origins, _configuration.MaxNewTokens, Settings().Sampling, _configuration.PerDeviceEvalBatchSize,
            cancellation);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        int cut = results.Count(r => r.FinishReason == FinishReason.Length);
        if (cut > 0)
            context.Log.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{cut} of {results.Count} decoded answers did not end within max_new_tokens ({_configuration.MaxNewTokens}) or the "
                        + $"model's context"));
        BenchResult scores = ConstraintBench.Score(_heldOut.Prompts, [.. results.Select(r => r.Text)], cancellation);
        Dictionary<string, double> metrics = scores.Metrics.ToDictionary(m => "eval_" + m.Name, m => m.Value);
        metrics["eval_response_tokens"] = results.Average(r => r.Ids.Length);
        metrics["eval_generation_seconds"] = seconds;
        return metrics;
    }

    private GenerationSettings Settings() => new()
    {
        MaxNewTokens = _configuration.MaxNewTokens,
        Sampling = new SamplingOptions
        {
            Temperature = _configuration.DoSample ? _configuration.Temperature : 0,
            TopK = _configuration.TopK,
            TopP = _configuration.TopP,
            RepetitionPenalty = _configuration.RepetitionPenalty,
            Seed = (ulong)_configuration.Seed,
        },
    };
}
