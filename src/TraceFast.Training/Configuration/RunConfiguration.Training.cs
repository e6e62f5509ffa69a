using TraceFast.Training.Distributed;
using TraceFast.Training.Schedules;

namespace TraceFast.Training.Configuration;

/// <summary>When something is done during training.</summary>
public enum IntervalStrategy
{
    No,
    Steps,
    Epoch,
}

// The keys of group Training: batches, optimizer, schedule, evaluation.
public sealed partial class RunConfiguration
{
    [Key(KeyGroup.Training, "true", "train", Compared = false)]
    internal bool DoTrain => Get<bool>();

    [Key(KeyGroup.Training, "8", "records of a micro-batch", Min = 1)]
    public int PerDeviceTrainBatchSize => Get<int>();

    [Key(KeyGroup.Training, "8", "records of an evaluation batch", Min = 1)]
    public int PerDeviceEvalBatchSize => Get<int>();

    [Key(KeyGroup.Training, "1", "micro-batches of an optimizer step, on each rank", Min = 1, Max = 1 << 20, Compared = false)]
    public int GradientAccumulationSteps => Get<int>();

    [Key(
        KeyGroup.Training, "ordered",
        "how gradients of micro-batches are added: ordered = the same bits on any number of ranks; fast = in shared packs and by MPI")]
    public GradientReduction GradientReduction => Get<GradientReduction>();

    [Key(KeyGroup.Training, "5e-5", "peak rate", Min = 0)]
    public double LearningRate => Get<double>();

    /// <summary>Null: 1.</summary>
    [Key(
        KeyGroup.Training, null, "LoRA+: the adapter's B matrices and vectors are trained at this multiple of learning_rate (default: 1)",
        Min = 0, Above = true)]
    public double? LoraplusLrRatio => Get<double?>();

    [Key(KeyGroup.Training, "0", "decoupled decay of all weights but biases and norms", Min = 0)]
    public double WeightDecay => Get<double>();

    [Key(KeyGroup.Training, "0.9", "decay of the first moment", Min = 0, Max = 0.9999999999)]
    public double AdamBeta1 => Get<double>();

    [Key(KeyGroup.Training, "0.999", "decay of the second moment", Min = 0, Max = 0.9999999999)]
    public double AdamBeta2 => Get<double>();

    [Key(KeyGroup.Training, "1e-8", "added to the root of the second moment", Min = 0)]
    public double AdamEpsilon => Get<double>();

    /// <summary>0 = no clipping.</summary>
    [Key(KeyGroup.Training, "1", "global norm at which gradients are clipped; 0 = never", Min = 0)]
    public double MaxGradNorm => Get<double>();

    [Key(KeyGroup.Training, "3", "passes over the data, may be a fraction", Min = 0, Above = true)]
    public double NumTrainEpochs => Get<double>();

    /// <summary>Positive overrides the epochs.</summary>
    [Key(KeyGroup.Training, "-1", "optimizer steps; positive overrides num_train_epochs", Min = -1)]
    public int MaxSteps => Get<int>();

    [Key(KeyGroup.Training, "linear", "the schedule", ChoicesOf = typeof(LearningRateSchedule))]
    public string LrSchedulerType => Get<string>();

    [Key(KeyGroup.Training, null, "settings of the schedule")]
    private IReadOnlyDictionary<string, string> LrSchedulerKwargs => Map();

    [Key(KeyGroup.Training, "0", "share of the steps over which the rate rises", Min = 0, Max = 1)]
    public double WarmupRatio => Get<double>();

    /// <summary>Steps, or below 1 a share of the run, as in transformers 5.</summary>
    [Key(
        KeyGroup.Training, "0", "steps over which the rate rises, or below 1 a share of all steps; positive overrides warmup_ratio",
        Min = 0, Max = int.MaxValue)]
    public double WarmupSteps => Get<double>();

    [Key(
        KeyGroup.Training, "adamw_torch", "the optimizer, always AdamW; those named 8bit keep its moments in 8 bits, as bitsandbytes does",
        Choices = ["adamw_torch", "adamw_torch_fused", "adamw_hf", "adamw_8bit", "adamw_bnb_8bit", PagedAdamW8Bit])]
    public string Optim => Get<string>();

    internal const string PagedAdamW8Bit = "paged_adamw_8bit";

    public bool MomentsIn8Bits => Optim.EndsWith("_8bit", StringComparison.Ordinal);

    [Key(KeyGroup.Training, "no", "when to evaluate", Alias = "evaluation_strategy")]
    public IntervalStrategy EvalStrategy => Get<IntervalStrategy>();

    /// <summary>Steps, or below 1 a share of the run: see <see cref="StepsOf"/>.</summary>
    [Key(
        KeyGroup.Training, null, "steps between evaluations, or below 1 a share of the run (default: logging_steps)", Min = 0,
        Above = true)]
    public double EvalSteps => Get<double?>() ?? LoggingSteps;

    /// <summary>Evaluate at the end of the run.</summary>
    [Key(KeyGroup.Training, "false", "evaluate at the end")]
    public bool DoEval => Get<bool>() || EvalStrategy != IntervalStrategy.No;

    [Key(
        KeyGroup.Training, "false",
        "also evaluate by decoding: the share of stated constraints that the answers to held-out prompts obey")]
    public bool PredictWithGenerate => Get<bool>();

    /// <summary>auto, same or own.</summary>
    [Key(
        KeyGroup.Training, "auto",
        "predict_with_generate and grpo: decode in this process, or in one of its own; auto = its own where training is on a GPU",
        Choices = ["auto", "same", "own"], Compared = false)]
    public string DecodeProcess => Get<string>();

    [Key(KeyGroup.Training, "1024", "max tokens of a decoded answer", Min = 1)]
    public int MaxNewTokens => Get<int>();

    [Key(KeyGroup.Training, "false", "sample the tokens of decoded answers, with seed; otherwise the most probable one is taken")]
    public bool DoSample => Get<bool>();

    [Key(KeyGroup.Training, "0.95", "do_sample: divides the logits", Min = 0, Above = true)]
    public double Temperature => Get<double>();

    [Key(KeyGroup.Training, "50", "do_sample: keep the most probable tokens; 0 = all", Min = 0)]
    public int TopK => Get<int>();

    [Key(KeyGroup.Training, "0.7", "do_sample: keep tokens with this total probability", Min = 0, Max = 1, Above = true)]
    public double TopP => Get<double>();

    [Key(KeyGroup.Training, "1", "penalty of tokens that have occurred; 1 = none", Min = 0, Above = true)]
    public double RepetitionPenalty => Get<double>();

    [Key(KeyGroup.Training, null, "evaluations without progress after which to stop", Min = 1, Alias = "early_stopping_steps")]
    public int? EarlyStoppingPatience => Get<int?>();

    [Key(KeyGroup.Training, "0", "smallest change that counts as progress", Min = 0)]
    public double EarlyStoppingThreshold => Get<double>();
}
