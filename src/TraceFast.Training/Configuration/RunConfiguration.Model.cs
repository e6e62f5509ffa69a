using TraceFast.Training.Packing;

namespace TraceFast.Training.Configuration;

// The keys of group Model: what is trained, and on what.
public sealed partial class RunConfiguration
{
    [Key(KeyGroup.Model,
        null, "folder of the model: config.json, safetensors, tokenizer.json or tokenizer.model", Required = true, Compared = false)]
    public string ModelNameOrPath => Get<string>();

    [Key(KeyGroup.Model, "false", "start from random weights, sampled with seed, of the folder's config.json (finetuning_type: full)")]
    public bool TrainFromScratch => Get<bool>();

    [Key(KeyGroup.Model, null, "folder of a PEFT adapter to continue training", Compared = false)]
    public string? AdapterNameOrPath => Get<string?>();

    [Key(KeyGroup.Model, "lora", "train an adapter or all weights", Choices = ["lora", "full"])]
    private string FinetuningType => Get<string>();

    /// <summary>finetuning_type: lora; otherwise all weights are trained.</summary>
    public bool IsLora => FinetuningType == "lora";

    [Key(KeyGroup.Model, "8", "r of W + (alpha / r) B A", Min = 1, Max = 65536)]
    public int LoraRank => Get<int>();

    [Key(KeyGroup.Model, null, "alpha (default: twice lora_rank)", Min = 0, Above = true)]
    public double LoraAlpha => Get<double?>() ?? 2.0 * LoraRank;

    [Key(KeyGroup.Model, "0", "share of adapter inputs that are dropped in training", Min = 0, Max = 0.999999)]
    public double LoraDropout => Get<double>();

    [Key(KeyGroup.Model, "all", "module names that get an adapter, all, or a regular expression")]
    public IReadOnlyList<string> LoraTarget => List();

    [Key(KeyGroup.Model, "false", "scale by alpha / sqrt(r)")]
    public bool UseRslora => Get<bool>();

    [Key(KeyGroup.Model, null, "r by module name or regular expression, as PEFT")]
    public IReadOnlyDictionary<string, int> RankPattern => Pattern<int>(text => int.TryParse(text, out int r) && r > 0 ? r : null);

    [Key(KeyGroup.Model, null, "alpha by module name or regular expression, as PEFT")]
    public IReadOnlyDictionary<string, double> AlphaPattern => Pattern(PositiveNumber);

    [Key(KeyGroup.Model, null, "layer numbers that get an adapter (default: all)")]
    public IReadOnlyList<int> LayersToTransform => [.. List().Select(text => int.TryParse(text, out int layer) && layer >= 0
        ? layer : throw Wrong("layers_to_transform", text, "layer numbers"))];

    [Key(KeyGroup.Model, null, "modules trained and saved whole with the adapter (PEFT modules_to_save)")]
    public IReadOnlyList<string> AdditionalTarget => List();

    /// <summary>Recompute activations: set by gradient_checkpointing: true or disable_gradient_checkpointing: false.</summary>
    [Key(KeyGroup.Model, "false", "recompute activations in the backward pass", Compared = false)]
    public bool GradientCheckpointing => DisableGradientCheckpointing is bool off ? !off : Get<bool>();

    [Key(KeyGroup.Model, null, "false turns gradient_checkpointing on, true off", Compared = false)]
    private bool? DisableGradientCheckpointing => Get<bool?>();

    /// <summary>Whether the user set <see cref="GradientCheckpointing"/>, by either key.</summary>
    internal bool SaysWhatIsRecomputed => IsGiven("gradient_checkpointing") || IsGiven("disable_gradient_checkpointing");

    /// <summary>bfloat16 is allowed (bf16 or pure_bf16); the processor decides unless <see cref="ComputeDtype"/> forces a type.</summary>
    [Key(KeyGroup.Model, "false", "allow bfloat16 where the processor is faster in it", Compared = false)]
    public bool Bf16 => Get<bool>() || PureBf16;

    [Key(KeyGroup.Model, "false", "as bf16: trained weights stay float32 or better here", Compared = false)]
    private bool PureBf16 => Get<bool>();

    /// <summary>float32, bfloat16 or float64; null = by <see cref="Bf16"/> and the processor.</summary>
    [Key(KeyGroup.Model, "auto", "force a compute type", Choices = ["auto", "float32", "bfloat16", "float64"], Compared = false)]
    public string? ComputeDtype => Get<string>() is var type && type != "auto" ? type : null;

    /// <summary>auto, cpu or cuda.</summary>
    [Key(KeyGroup.Model, "auto", "where to compute", Choices = ["auto", "cpu", "cuda"], Compared = false)]
    public string Device => UseCpu ? "cpu" : Get<string>();

    [Key(KeyGroup.Model, "false", "compute on the CPU", Compared = false)]
    private bool UseCpu => Get<bool>();

    [Key(
        KeyGroup.Model, "0", "CPU threads; 0 = one per core, on several ranks one per core of the rank", Min = 0, Max = 4096,
        Compared = false)]
    public int Threads => Get<int>();

    [Key(KeyGroup.Model, "4096", "max tokens of one forward and backward pass", Min = 1)]
    public int TokenBudget => Get<int>();

    [Key(
        KeyGroup.Model, null, "memory that each process may take, for example 16GiB: token_budget and recomputed layers are chosen by it",
        Compared = false)]
    private string? MaxMemory => Get<string?>();

    /// <summary>Bytes that the process may take; null: no limit, and nothing is chosen by it.</summary>
    public double? MaxMemoryBytes => MaxMemory is not string text ? null
        : Quantity.Size.Read(text) ?? throw Wrong(
            "max_memory", text, $"a size such as 16GiB, in one of {string.Join(", ", Quantity.Size.Units.Select(u => u.Unit))}");

    [Key(KeyGroup.Model, "16", "min tokens at which x1 and x2 share their common prefix; 0 = never", Min = 0)]
    private int MinSharedPrefix => Get<int>();

    /// <summary>Budget and sharing, for <see cref="Packer"/>.</summary>
    public PackingOptions Packing => new(TokenBudget) { MinimumSharedPrefix = MinSharedPrefix };
}
