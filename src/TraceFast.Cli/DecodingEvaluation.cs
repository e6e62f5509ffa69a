using System.Diagnostics;
using TraceFast.Evaluation;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Config;
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
    private const string WorkFolder = ".decoding";

    private readonly RunConfiguration _configuration;
    private readonly EvaluatedModel _model;
    private readonly EvaluationPrompts _heldOut;
    private readonly PolicyDecoder _decoder;
    private readonly int _threads;

    private DecodingEvaluation(RunConfiguration configuration, EvaluatedModel model, DecodingProcess process, Action<string> log)
    {
        (_configuration, _model) = (configuration, model);
        _heldOut = EvaluationPrompts.Of(model, configuration.Where("predict_with_generate"), log);
        _threads = configuration.Threads > 0 ? configuration.Threads : Environment.ProcessorCount;
        bool onCard = model.Model.Options.Device.type == DeviceType.CUDA;
        SessionSettings session = new() { Device = onCard ? InferenceDevice.Cuda : InferenceDevice.Cpu, Threads = _threads };
        bool own = configuration.DecodeProcess == "own" || (configuration.DecodeProcess == "auto" && onCard);
        GenerationDefaults.LogIgnored(
            GenerationConfig.Read(configuration.ModelNameOrPath, model.Model.Config.VocabularySize), Settings(),
            "evaluation decodes as the configuration says", log);
        _decoder = new PolicyDecoder(
            configuration.ModelNameOrPath, Path.Combine(Path.GetFullPath(configuration.OutputDir), WorkFolder), session,
            own ? process : null, log);
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
        DecodeOptions options = new() { Batch = _configuration.PerDeviceEvalBatchSize, Threads = _threads };
        IReadOnlyList<DecodeResult> results = _decoder.Decode(context.Model, Requests, options, cancellation);
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

    private DecodeRequest[] Requests(ITextGenerator text)
    {
        HashSet<int> stops = [.. text.StopIds, .. _model.Chat?.StopTokenIds ?? []];
        SamplingOptions sampling = Settings().Sampling;
        return [.. _heldOut.Tokens.Select((tokens, i) => tokens.Length < text.ContextLength
            ? new DecodeRequest(tokens, _configuration.MaxNewTokens) { Index = i, Sampling = sampling, StopIds = stops }
            : throw new InputException(
                $"{_heldOut.Origins[i]}: the prompt has {tokens.Length} tokens, and the model's context {text.ContextLength}; leave the "
                    + "record out, or truncate it (overflow: truncate)"))];
    }
}
