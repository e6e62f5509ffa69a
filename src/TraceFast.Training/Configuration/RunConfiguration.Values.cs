using TraceFast.Data;
using TraceFast.Data.Sampling;
using TraceFast.Tokenization;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Configuration;

/// <summary>When something is done during training.</summary>
public enum IntervalStrategy
{
    No,
    Steps,
    Epoch,
}

/// <summary>What is compared in a quad; the objectives have the formulas.</summary>
public enum QuadPreference
{
    Iopo,
    Dpo,
    DpoSymmetric,
    Input,
    InputSymmetric,
}

// The values by their names in code. Each says only what its key's meaning does not.
public sealed partial class RunConfiguration
{
    /// <summary>What the rewards of a quad's sequences were called before.</summary>
    private static readonly Dictionary<string, string> FormerMetricNames = new()
    {
        ["rewards/c1"] = "rewards/x1y1",
        ["rewards/r1"] = "rewards/x1y2",
        ["rewards/c2"] = "rewards/x2y2",
        ["rewards/r2"] = "rewards/x2y1",
    };

    public string ModelNameOrPath => TextOf("model_name_or_path")!;

    public string? AdapterNameOrPath => TextOf("adapter_name_or_path");

    /// <summary>finetuning_type: lora; otherwise all weights are trained.</summary>
    public bool IsLora => TextOf("finetuning_type") == "lora";

    public int LoraRank => IntegerOf("lora_rank");

    public double LoraAlpha => NumberOrNull("lora_alpha") ?? 2.0 * LoraRank;

    public double LoraDropout => NumberOf("lora_dropout");

    public IReadOnlyList<string> LoraTarget => ListOf("lora_target");

    /// <summary>Start from random weights of the model's config.json.</summary>
    public bool TrainFromScratch => IsOn("train_from_scratch");

    public bool UseRslora => IsOn("use_rslora");

    public IReadOnlyDictionary<string, int> RankPattern => Pattern<int>("rank_pattern", text => int.TryParse(text, out int r) && r > 0 ? r : null);

    public IReadOnlyDictionary<string, double> AlphaPattern => Pattern("alpha_pattern", PositiveNumber);

    public IReadOnlyList<int> LayersToTransform => [.. ListOf("layers_to_transform").Select(text => int.TryParse(text, out int layer) && layer >= 0 ? layer : throw Wrong("layers_to_transform", text, "layer numbers"))];

    public IReadOnlyList<string> AdditionalTarget => ListOf("additional_target");

    /// <summary>Recompute activations: asked for by gradient_checkpointing: true or disable_gradient_checkpointing: false.</summary>
    public bool GradientCheckpointing => values.Value("disable_gradient_checkpointing") is bool off ? !off : IsOn("gradient_checkpointing");

    /// <summary>bfloat16 is allowed (bf16 or pure_bf16); the processor decides unless <see cref="ComputeDtype"/> forces a type.</summary>
    public bool Bf16 => IsOn("bf16") || IsOn("pure_bf16");

    /// <summary>float32, bfloat16 or float64; null = by <see cref="Bf16"/> and the processor.</summary>
    public string? ComputeDtype => TextOf("compute_dtype") is string type && type != "auto" ? type : null;

    /// <summary>auto, cpu or cuda.</summary>
    public string Device => IsOn("use_cpu") ? "cpu" : TextOf("device")!;

    /// <summary>0 = one per core.</summary>
    public int Threads => IntegerOf("threads");

    public int TokenBudget => IntegerOf("token_budget");

    /// <summary>Budget and sharing, for <see cref="Packer"/>.</summary>
    public PackingOptions Packing => new(TokenBudget) { MinimumSharedPrefix = IntegerOf("min_shared_prefix") };

    public IReadOnlyList<string> Dataset => ListOf("dataset");

    public IReadOnlyList<string> EvalDataset => ListOf("eval_dataset");

    public string DatasetDir => TextOf("dataset_dir")!;

    public string? Template => TextOf("template");

    /// <summary>What the chat format is told beside its template.</summary>
    public ChatSettings Chat => new()
    {
        SplitSpecialTokens = IsOn("split_special_tokens"),
        Thinking = !IsGiven("enable_thinking") ? Thinking.Unsaid : TextOf("enable_thinking") switch
        {
            "true" => Thinking.On,
            "false" => Thinking.Off,
            _ => Thinking.AsGiven,
        },
        PreserveThinking = (bool?)values.Value("preserve_thinking"),
    };

    public int CutoffLen => IntegerOf("cutoff_len");

    public OverflowRule Overflow => (TextOf("overflow"), TextOf("truncate")) switch
    {
        (_, "published") => OverflowRule.TruncatePublished,
        (_, "balanced") or ("truncate", _) => OverflowRule.TruncateBalanced,
        ("drop", _) => OverflowRule.Drop,
        _ => OverflowRule.Error,
    };

    /// <summary>Limit and labels of the encoder.</summary>
    /// <param name="vocabularySize">Rows of the model's embedding.</param>
    public EncodingOptions EncodingFor(int vocabularySize) => new(CutoffLen, Overflow)
    {
        MaskHistory = MaskHistory,
        TrainOnPrompt = TrainOnPrompt,
        SkipBadRecords = SkipBadRecords,
        VocabularySize = vocabularySize,
    };

    /// <summary>on_bad_record: skip.</summary>
    public bool SkipBadRecords => TextOf("on_bad_record") == "skip";

    public int? MaxSamples => IntegerOrNull("max_samples");

    public MixStrategy MixStrategy => TextOf("mix_strategy") switch
    {
        "interleave_under" => MixStrategy.InterleaveUnder,
        "interleave_over" => MixStrategy.InterleaveOver,
        _ => MixStrategy.Concat,
    };

    public IReadOnlyList<double> InterleaveProbs => [.. ListOf("interleave_probs").Select(text => PositiveNumber(text) ?? throw Wrong("interleave_probs", text, "positive numbers"))];

    /// <summary>0 = none, below 1 a share of the records, from 1 on a number of records.</summary>
    public double ValSize => NumberOf("val_size");

    public bool MaskHistory => IsOn("mask_history");

    public bool TrainOnPrompt => IsOn("train_on_prompt");

    /// <summary>Visit records in the sampler's random order; otherwise in file order.</summary>
    public bool Shuffle => IsOn("shuffle") && values.Value("disable_shuffling") is not true;

    public int Seed => IntegerOf("seed");

    /// <summary>Seed of the sampler's order.</summary>
    public int SamplerSeed => IntegerOrNull("data_seed") ?? Seed;

    public bool DropLast => IsOn("dataloader_drop_last");

    public Stage Stage => TextOf("stage") switch
    {
        "dpo" => Stage.Dpo,
        "iopo" => Stage.Iopo,
        _ => Stage.Sft,
    };

    public string PrefLoss => TextOf("pref_loss")!;

    public double PrefBeta => NumberOf("pref_beta");

    public double PrefFtx => NumberOf("pref_ftx");

    public QuadPreference QuadPreference => TextOf("pref_quads") switch
    {
        "iopo" => QuadPreference.Iopo,
        "dpo" => QuadPreference.Dpo,
        "dpo_symmetric" => QuadPreference.DpoSymmetric,
        "input" => QuadPreference.Input,
        "input_symmetric" => QuadPreference.InputSymmetric,
        _ => Stage == Stage.Iopo ? QuadPreference.Iopo : QuadPreference.Dpo,
    };

    /// <summary>The label smoothing of the stage: iopo_label_smoothing in stage iopo, dpo_label_smoothing in stage dpo.</summary>
    public double LabelSmoothing => Stage == Stage.Iopo ? NumberOf("iopo_label_smoothing") : NumberOf("dpo_label_smoothing");

    public double SimpoGamma => NumberOf("simpo_gamma");

    public double AlphaPoAlpha => NumberOf("alphapo_alpha");

    public double CpoAlpha => NumberOf("cpo_alpha");

    public double DiscoPopTau => NumberOf("discopop_tau");

    public bool ReferenceFree => IsOn("reference_free");

    /// <summary>reverse_kl, js_divergence or alpha_divergence.</summary>
    public string FDivergenceType => TextOf("f_divergence_type")!;

    public double FAlphaDivergenceCoef => NumberOf("f_alpha_divergence_coef");

    /// <summary>start, base, or the folder of a model or an adapter (ref_model is the same setting).</summary>
    public string Reference => TextOf("ref_model") ?? TextOf("reference")!;

    /// <summary>Adapter on the reference model.</summary>
    public string? RefModelAdapters => TextOf("ref_model_adapters");

    public LossReduction LossReduction => TextOf("loss_reduction") switch
    {
        "microbatch" => LossReduction.Microbatch,
        "published" => LossReduction.Published,
        _ => LossReduction.Records,
    };

    public SftLossReduction SftLossReduction =>
        TextOf("sft_loss_reduction") == "mean_of_means" ? SftLossReduction.MeanOfMeans : SftLossReduction.Token;

    public int PerDeviceTrainBatchSize => IntegerOf("per_device_train_batch_size");

    public int PerDeviceEvalBatchSize => IntegerOf("per_device_eval_batch_size");

    public int GradientAccumulationSteps => IntegerOf("gradient_accumulation_steps");

    public double LearningRate => NumberOf("learning_rate");

    public double WeightDecay => NumberOf("weight_decay");

    public double AdamBeta1 => NumberOf("adam_beta1");

    public double AdamBeta2 => NumberOf("adam_beta2");

    public double AdamEpsilon => NumberOf("adam_epsilon");

    /// <summary>0 = no clipping.</summary>
    public double MaxGradNorm => NumberOf("max_grad_norm");

    public double NumTrainEpochs => NumberOf("num_train_epochs");

    /// <summary>Positive overrides the epochs.</summary>
    public int MaxSteps => IntegerOf("max_steps");

    public string LrSchedulerType => TextOf("lr_scheduler_type")!;

    public double WarmupRatio => NumberOf("warmup_ratio");

    /// <summary>Steps, or below 1 a share of the run, as in transformers 5.</summary>
    public double WarmupSteps => NumberOf("warmup_steps");

    public IntervalStrategy EvalStrategy => Interval("eval_strategy");

    /// <summary>Steps, or below 1 a share of the run: see <see cref="StepsOf"/>.</summary>
    public double EvalSteps => NumberOrNull("eval_steps") ?? LoggingSteps;

    /// <summary>Evaluate at the end of the run.</summary>
    public bool DoEval => IsOn("do_eval") || EvalStrategy != IntervalStrategy.No;

    /// <summary>Decode the held-out prompts at each evaluation and score the answers.</summary>
    public bool PredictWithGenerate => IsOn("predict_with_generate");

    /// <summary>auto, same or own.</summary>
    public string DecodeProcess => TextOf("decode_process")!;

    public int MaxNewTokens => IntegerOf("max_new_tokens");

    public bool DoSample => IsOn("do_sample");

    public double Temperature => NumberOf("temperature");

    public int TopK => IntegerOf("top_k");

    public double TopP => NumberOf("top_p");

    public double RepetitionPenalty => NumberOf("repetition_penalty");

    public int? EarlyStoppingPatience => IntegerOrNull("early_stopping_patience");

    public double EarlyStoppingThreshold => NumberOf("early_stopping_threshold");

    public string OutputDir => TextOf("output_dir")!;

    public bool OverwriteOutputDir => IsOn("overwrite_output_dir");

    /// <summary>null = start afresh, "true" = the last checkpoint in output_dir, else a checkpoint folder.</summary>
    public string? ResumeFromCheckpoint => TextOf("resume_from_checkpoint") is string text && !text.Equals("false", StringComparison.OrdinalIgnoreCase)
        ? text.Equals("true", StringComparison.OrdinalIgnoreCase) ? "true" : text
        : null;

    public double LoggingSteps => NumberOf("logging_steps");

    public IntervalStrategy SaveStrategy => Interval("save_strategy");

    public double SaveSteps => NumberOf("save_steps");

    /// <summary>null = keep all.</summary>
    public int? SaveTotalLimit => IntegerOrNull("save_total_limit");

    public bool LoadBestModelAtEnd => IsOn("load_best_model_at_end");

    /// <summary>Without the prefix "eval_".</summary>
    public string MetricForBestModel
    {
        get
        {
            string metric = TextOf("metric_for_best_model") ?? "loss";
            metric = metric.StartsWith("eval_", StringComparison.Ordinal) ? metric["eval_".Length..] : metric;
            return FormerMetricNames.GetValueOrDefault(metric, metric);
        }
    }

    public bool GreaterIsBetter => values.Value("greater_is_better") is bool given ? given : !MetricForBestModel.EndsWith("loss", StringComparison.Ordinal);

    public bool PlotLoss => IsOn("plot_loss");

    public bool ReportMargins => IsOn("report_margins");

    public bool LogRecords => IsOn("log_records");

    internal IReadOnlyList<string> ReportTo => ListOf("report_to");

    public bool TensorBoard => ReportTo.Any(r => r is "tensorboard" or "all");

    public string? LoggingDir => TextOf("logging_dir");

    private IntervalStrategy Interval(string key) => TextOf(key) switch
    {
        "steps" => IntervalStrategy.Steps,
        "epoch" => IntervalStrategy.Epoch,
        _ => IntervalStrategy.No,
    };
}
