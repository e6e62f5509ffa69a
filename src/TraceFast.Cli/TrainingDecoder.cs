using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;
using TraceFast.Models;
using TraceFast.Models.Config;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Configuration;

namespace TraceFast.Cli;

/// <summary>Decodes with the policy while it is trained, as the run's configuration says: what evaluations and rollouts share.</summary>
internal sealed class TrainingDecoder
{
    private const string WorkFolder = ".decoding";

    private readonly Decoder _model;
    private readonly ChatFormat? _chat;
    private readonly PolicyDecoder _decoder;
    private readonly int _threads;

    /// <summary>Stage grpo refuses prompts that are cut.</summary>
    private readonly bool _mayTruncate;

    /// <param name="model">The policy.</param>
    /// <param name="chat">Its tokens that end an answer end one here; null: those of the model alone do.</param>
    /// <param name="process">For decoding in a process of its own, where the configuration or the device asks for it
    /// (decode_process).</param>
    /// <param name="settings">What requests say, for the line on what generation_config.json says else.</param>
    /// <param name="reason">Of that line.</param>
    public TrainingDecoder(
        RunConfiguration configuration, Decoder model, ChatFormat? chat, DecodingProcess process, GenerationSettings settings,
        string reason, Action<string> log)
    {
        (_model, _chat, _mayTruncate) = (model, chat, configuration.Stage != Stage.Grpo);
        _threads = configuration.Threads > 0 ? configuration.Threads : Environment.ProcessorCount;
        bool onCard = model.Options.Device.type == DeviceType.CUDA;
        SessionSettings session = new() { Device = onCard ? InferenceDevice.Cuda : InferenceDevice.Cpu, Threads = _threads };
        bool own = configuration.DecodeProcess == "own" || (configuration.DecodeProcess == "auto" && onCard);
        GenerationDefaults.LogIgnored(
            GenerationConfig.Read(configuration.ModelNameOrPath, model.Config.VocabularySize), settings, reason, log);
        _decoder = new PolicyDecoder(
            configuration.ModelNameOrPath, Path.Combine(Path.GetFullPath(configuration.OutputDir), WorkFolder), session,
            own ? process : null, log);
    }

    /// <summary>Decodes with the model as it is; answers end where the model or the chat format ends them.</summary>
    /// <param name="prompts">Token ids; the number of each is the stream of its random numbers.</param>
    /// <param name="origins">Of each prompt.</param>
    /// <param name="batch">Most rows of one step.</param>
    /// <returns>One for each prompt, in order.</returns>
    /// <exception cref="InputException">A prompt fills the model's context, or the model cannot be exported.</exception>
    public IReadOnlyList<DecodeResult> Decode(
        IReadOnlyList<int[]> prompts, IReadOnlyList<SourceLocation> origins, int maxNewTokens, SamplingOptions sampling, int batch,
        CancellationToken cancellation)
    {
        DecodeOptions options = new() { Batch = batch, Threads = _threads };
        return _decoder.Decode(_model, Requests, options, cancellation);

        DecodeRequest[] Requests(ITextGenerator text)
        {
            HashSet<int> stops = [.. text.StopIds, .. _chat?.StopTokenIds ?? []];
            return [.. prompts.Select((tokens, i) =>
            {
                RequireFits(tokens, text.ContextLength, origins[i]);
                return new DecodeRequest(tokens, maxNewTokens) { Index = i, Sampling = sampling, StopIds = stops };
            })];
        }
    }

    /// <summary>An answer to a prompt must have room for one token.</summary>
    /// <exception cref="InputException">It has none, or the model cannot be exported.</exception>
    public void RequireFits(int[] prompt, SourceLocation origin) => RequireFits(prompt, _decoder.ContextLength(_model), origin);

    private void RequireFits(int[] prompt, int context, SourceLocation origin)
    {
        if (prompt.Length >= context)
            throw new InputException(
                $"{origin}: the prompt has {prompt.Length} tokens, and the model's context {context}; leave the record out"
                    + (_mayTruncate ? ", or truncate it (overflow: truncate)" : ""));
    }
}
