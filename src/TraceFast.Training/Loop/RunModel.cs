using TraceFast.Data.Progress;
using TraceFast.Models.Lora;
using TraceFast.Models;
using TraceFast.Training.Configuration;

namespace TraceFast.Training.Loop;

/// <summary>The policy of a run as it starts: model and adapter loaded or created by the configuration.</summary>
internal sealed class RunModel : IDisposable
{
    private RunModel(Decoder decoder, LoraAdapter? adapter, bool newAdapter) =>
        (Decoder, Adapter, HasNewAdapter) = (decoder, adapter, newAdapter);

    public Decoder Decoder { get; }

    public LoraAdapter? Adapter { get; }

    /// <summary>Whether the adapter was made for this run (B = 0), so that the policy starts as the base model.</summary>
    public bool HasNewAdapter { get; }

    /// <exception cref="InputException">The model or adapter does not load, or a target names no module.</exception>
    public static RunModel Load(RunConfiguration configuration, DecoderOptions options, IRunLog log)
    {
        options = options with { TrainAll = !configuration.IsLora };
        Decoder decoder = configuration.TrainFromScratch
            ? Decoder.Random(configuration.ModelNameOrPath, configuration.Seed, options)
            : Decoder.Load(configuration.ModelNameOrPath, options);
        try
        {
            LoraAdapter? adapter = !configuration.IsLora ? null
                : configuration.AdapterNameOrPath is string folder ? LoraAdapter.Load(folder, decoder, configuration.Seed)
                : LoraAdapter.Create(Settings(configuration), decoder, configuration.Seed);
            if (adapter is not null)
                decoder.Attach(adapter);
            RunModel model = new(decoder, adapter, adapter is not null && configuration.AdapterNameOrPath is null);
            log.Line(model.Describe(configuration));
            return model;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Adapter?.Dispose();
        Decoder.Dispose();
    }

    private static LoraConfig Settings(RunConfiguration c) => new()
    {
        Rank = c.LoraRank,
        Alpha = c.LoraAlpha,
        Dropout = c.LoraDropout,
        UseRsLora = c.UseRslora,
        Targets = c.LoraTarget is [string only] && LooksLikePattern(only)
            ? new ModuleSelector.Pattern(only) : LoraConfig.ParseTargets(string.Join(',', c.LoraTarget)),
        RankPattern = [.. c.RankPattern],
        AlphaPattern = [.. c.AlphaPattern],
        LayersToTransform = c.LayersToTransform is { Count: > 0 } layers ? layers : null,
        ModulesToSave = c.AdditionalTarget,
        BaseModel = c.ModelNameOrPath,
    };

    /// <summary>Module names hold letters, digits, underscores and dots; anything else is a regular expression.</summary>
    private static bool LooksLikePattern(string target) => !target.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');

    private string Describe(RunConfiguration configuration)
    {
        long trained = Decoder.TrainableParameters.Sum(p => p.Parameter.shape.Aggregate(1L, (a, b) => a * b));
        long all = Decoder.ParameterShapes.Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b)) + (Adapter is null ? 0 : trained);
        string adapter = Adapter is null
            ? configuration.TrainFromScratch ? $"all weights, randomly initialized (seed {configuration.Seed})" : "all weights"
            : HasNewAdapter
            ? string.Create(CultureInfo.InvariantCulture, $"a new LoRA adapter, rank {Adapter.Config.Rank}, alpha {Adapter.Config.Alpha}")
            : $"the LoRA adapter {configuration.AdapterNameOrPath}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"model: {configuration.ModelNameOrPath}; training {adapter}: {trained:N0} of {all:N0} parameters "
                + $"({(double)trained / all:P2})");
    }
}
