using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;

namespace TraceFast.Cli;

/// <summary>The options of commands that decode: model, sampling, device.</summary>
internal sealed class GenerationOptions
{
    private readonly Option<string?> _model = new("--model")
    {
        Description = "folder of a model: exported as ONNX, Hugging Face, or a PEFT adapter that names "
            + "its base; if needed it is exported once, into a cache",
    };
    private readonly Option<string?> _adapter = new("--adapter") { Description = "folder of a PEFT adapter, merged into the model" };
    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "replace existing outputs: start the file of responses over, and overwrite the others",
    };
    private readonly Option<int> _maxNewTokens;
    private readonly Option<int> _batch = NumberOptions.Whole("--batch", "most prompts decoded at once", 32, least: 1, most: 4096);
    private readonly Option<string> _precision = new("--precision")
    {
        Description = "of the export: float32, float16, bfloat16, int8 or int4; auto is float32, or what an exported folder has",
        DefaultValueFactory = _ => "auto",
    };
    private readonly Option<double> _temperature;
    private readonly Option<int> _topK = NumberOptions.Whole(
        "--top-k", "keep the most probable tokens; 0: all", 0, least: 0, most: int.MaxValue);
    private readonly Option<double> _topP = NumberOptions.Positive(
        "--top-p", "keep the most probable tokens with this total probability", 1, most: 1);
    private readonly Option<double> _minP = NumberOptions.Share("--min-p", "least probability, as a share of the most probable token's", 0);
    private readonly Option<double> _penalty = NumberOptions.Positive("--repetition-penalty", "1: none", 1);
    private readonly Option<int> _seed = NumberOptions.Whole(
        "--seed", "of sampling; a line's text does not depend on the other lines", 0, least: 0);
    private readonly Option<string[]> _stop = new("--stop")
    {
        Description = "a text that ends an answer and is left out of it; may be repeated",
    };
    private readonly Option<string?> _template = new("--template")
    {
        Description = "a LLaMA-Factory template name for conversations, instead of the model's own",
    };
    private readonly Option<int> _chunk = NumberOptions.Whole("--chunk", "most prompt tokens computed at once", 512, least: 1);
    private readonly Option<string> _device = new("--device") { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
    private readonly Option<int> _threads = NumberOptions.Threads();

    public GenerationOptions(bool modelRequired, int maxNewTokens, double temperature = 0)
    {
        _model.Required = modelRequired;
        _temperature = NumberOptions.Real("--temperature", "0 takes the most probable token", temperature, least: 0);
        _maxNewTokens = NumberOptions.Whole("--max-new-tokens", "most new tokens of a prompt", maxNewTokens, least: 1);
        _precision.AcceptOnlyFromAmong(PrecisionChoice.Names);
    }

    private IEnumerable<Option> WithoutModel =>
        [_adapter,
            _maxNewTokens, _batch, _precision, _temperature, _topK, _topP, _minP, _penalty, _seed, _stop, _template, _chunk, _device,
            _threads];

    public void AddTo(Command command)
    {
        foreach (Option option in WithoutModel.Prepend(_overwrite).Prepend(_model))
            command.Options.Add(option);
    }

    /// <summary>Whether existing outputs may be replaced.</summary>
    public bool Overwrites(ParseResult parsed) => parsed.GetValue(_overwrite);

    /// <summary>The model and how it decodes; null: no model is named.</summary>
    /// <exception cref="InputException">A value is outside its range, or options belong to a model that is not named.</exception>
    /// <param name="processors">Threads where --threads is 0.</param>
    public ModelChoice? Read(ParseResult parsed, int processors)
    {
        if (parsed.GetValue(_model) is not { } model)
        {
            string[] given = [.. WithoutModel.Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name)];
            return given.Length == 0
                ? null : throw new InputException(
                    $"{string.Join(", ", given)}: expected only with --model, which names the model that decodes");
        }

        GenerationSettings settings = new()
        {
            Named = Named(parsed),
            MaxNewTokens = parsed.GetValue(_maxNewTokens),
            StopStrings = parsed.GetValue(_stop) ?? [],
            Sampling = new SamplingOptions
            {
                Temperature = parsed.GetValue(_temperature),
                TopK = parsed.GetValue(_topK),
                TopP = parsed.GetValue(_topP),
                MinP = parsed.GetValue(_minP),
                RepetitionPenalty = parsed.GetValue(_penalty),
                Seed = (ulong)parsed.GetValue(_seed),
            },
        };
        settings.Sampling.Validate();
        if (settings.StopStrings.Contains(""))
            throw new InputException("--stop: found an empty text, expected at least one character");
        SessionSettings session = SessionSettings.OnDevice(
            parsed.GetValue(_device)!, parsed.GetValue(_threads) is > 0 and int asked ? asked : processors);
        return new ModelChoice
        {
            Model = model,
            Adapter = parsed.GetValue(_adapter),
            Precision = PrecisionChoice.Parse(parsed.GetValue(_precision)!),
            Template = parsed.GetValue(_template),
            Settings = settings,
            Session = session,
            Device = parsed.GetValue(_device)!,
            Options = new DecodeOptions { Batch = parsed.GetValue(_batch), ChunkLength = parsed.GetValue(_chunk),
                Threads = session.Threads ?? processors },
            Overwrite = parsed.GetValue(_overwrite),
        };
    }

    private NamedSettings Named(ParseResult parsed) =>
        new (Option Option, NamedSettings Setting)[]
        {
            (_maxNewTokens, NamedSettings.MaxNewTokens), (_stop, NamedSettings.StopStrings), (_temperature, NamedSettings.Temperature),
            (_topK, NamedSettings.TopK),
            (_topP, NamedSettings.TopP), (_minP, NamedSettings.MinP), (_penalty, NamedSettings.RepetitionPenalty),
        }.Where(o => parsed.GetResult(o.Option) is { Implicit: false }).Aggregate(NamedSettings.None, (all, o) => all | o.Setting);
}
