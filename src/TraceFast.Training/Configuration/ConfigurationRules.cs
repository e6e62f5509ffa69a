using TraceFast.Data.Sampling;

namespace TraceFast.Training.Configuration;

/// <summary>Rules between values. All violations are reported together; settings without effect are noted.</summary>
internal static class ConfigurationRules
{
    private static readonly string[] s_smoothed = ["sigmoid", "robust", "exo_pair", "aot", "aot_pair", "cpo", "simpo", "alphapo"];
    private static readonly string[] s_ofMargin = ["sigmoid", "hinge", "ipo", "robust", "exo_pair", "discopop", "holder"];
    private static readonly string[] s_referenceFreeLosses = ["cpo", "simpo", "alphapo", "orpo"];
    private static readonly string[] s_reports = ["tensorboard", "none", "all"];

    /// <summary>Throws on violations; returns one line per setting without effect.</summary>
    /// <exception cref="InputException">One line per violation.</exception>
    public static List<string> Check(RunConfiguration c, ConfigurationValues values)
    {
        List<string> errors = new();
        List<string> notes = new();
        Required(c, errors);
        Model(c, errors, notes);
        Data(c, values, errors);
        Method(c, errors, notes);
        Run(c, errors, notes);
        Rounds(c, errors, notes);
        // Values inside lists and maps are read here, so that a mistake shows before anything is loaded.
        foreach (Func<object?> read in (Func<object?>[])[
            () => c.RankPattern, () => c.AlphaPattern, () => c.LayersToTransform, () => c.InterleaveProbs, () => c.MaxMemoryBytes,
            c.ScheduleOptions])
        {
            try
            {
                read();
            }
            catch (InputException e)
            {
                errors.Add(e.Message);
            }
        }
        if (errors.Count > 0)
            throw new InputException(errors);
        return notes;
    }

    private static void Required(RunConfiguration c, List<string> errors)
    {
        foreach (ConfigurationKey key in ConfigurationKeys.Applied.Where(k => k.Declared.Required && !c.IsGiven(k.Name)))
            errors.Add($"{key.Name} is missing; expected {key.Meaning} (in the file, or as {key.Name}=... on the command line)");
    }

    private static void Model(RunConfiguration c, List<string> errors, List<string> notes)
    {
        if (c.AdapterNameOrPath?.Contains(',', StringComparison.Ordinal) == true)
            errors.Add(
                $"{c.Where("adapter_name_or_path")}: adapter_name_or_path names several adapters; expected one "
                    + "(merge the others into the model first)");
        if (c.TrainFromScratch && c.IsLora)
            errors.Add(
                $"{c.Where("train_from_scratch")}: train_from_scratch needs finetuning_type: full; an "
                    + "adapter on random weights is useless");
        if (!c.IsLora)
        {
            if (c.IsGiven("adapter_name_or_path"))
                errors.Add(
                    $"{c.Where("adapter_name_or_path")}: adapter_name_or_path needs finetuning_type: lora; for full "
                        + "training merge the adapter into the model first");
            if (c.Reference == "base")
                errors.Add(
                    $"{c.Where("reference")}: reference: base is the model with its adapter off, which "
                        + "finetuning_type: full does not have; use start or a folder");
            if (c.IsGiven("loraplus_lr_ratio"))
                errors.Add(
                    $"{c.Where("loraplus_lr_ratio")}: loraplus_lr_ratio needs finetuning_type: lora; it is the rate of an adapter's B "
                        + "matrices (remove the key)");
            Unused(c,
                notes, "finetuning_type: full", "lora_rank", "lora_alpha", "lora_dropout", "lora_target", "use_rslora", "rank_pattern",
                "alpha_pattern", "layers_to_transform", "additional_target");
        }
        if (c.MomentsIn8Bits && c.ComputeDtype == "float64")
            errors.Add(
                $"{c.Where("optim")}: optim: {c.Optim} is for weights in float32 or bfloat16, and compute_dtype is float64; use "
                    + "adamw_torch");
        if (c.Optim == RunConfiguration.PagedAdamW8Bit)
            notes.Add($"{c.Where("optim")}: optim: {c.Optim} counts as adamw_8bit: moments are not paged between GPU and host here");
        if (c.IsGiven("pure_bf16"))
            notes.Add($"{c.Where("pure_bf16")}: pure_bf16 counts as bf16: trained weights and optimizer state stay float32 or better");
    }

    private static void Data(RunConfiguration c, ConfigurationValues values, List<string> errors)
    {
        if (c.ValSize > 0 && c.EvalDataset.Count > 0)
            errors.Add($"{c.Where("val_size")}: val_size and eval_dataset both name evaluation records; give one");
        if (c.ValSize >= 1 && c.ValSize != Math.Floor(c.ValSize))
            errors.Add(
                FormattableString.Invariant(
                    $"{c.Where("val_size")}: val_size is {c.ValSize}; expected a share below 1 or a whole number of records"));
        if (c.IsGiven("interleave_probs"))
        {
            if (c.MixStrategy == MixStrategy.Concat)
                errors.Add($"{c.Where("interleave_probs")}: interleave_probs needs mix_strategy: interleave_under or interleave_over");
            else if (((ConfigurationList)values.Value("interleave_probs")!).Items.Count != c.Dataset.Count)
                errors.Add(
                    $"{c.Where("interleave_probs")}: interleave_probs "
                        + $"names {((ConfigurationList)values.Value("interleave_probs")!).Items.Count} probabilities "
                        + $"for {c.Dataset.Count} data sets; expected one each");
        }
        if (c.MaskHistory && c.TrainOnPrompt)
            errors.Add($"{c.Where("mask_history")}: mask_history and train_on_prompt contradict each other; give one");
        if (values.IsGiven("truncate") && values.IsGiven("overflow") && (string)values.Value("overflow")! != "truncate")
            errors.Add($"{c.Where("truncate")}: truncate needs overflow: truncate; {c.Where("overflow")} says {values.Value("overflow")}");
    }

    private static void Method(RunConfiguration c, List<string> errors, List<string> notes)
    {
        string with = $"stage: {c.Stage.ToString().ToLowerInvariant()}";
        OnlineRules.Check(c, errors, notes);
        if (c.Stage is Stage.Sft or Stage.Grpo)
        {
            Unused(c,
                notes, with, "pref_loss", "pref_beta", "pref_ftx", "pref_calibrate", "pref_calibrate_decay", "pref_quads",
                "verified_iopo_weight", "verified_failure_weight", "dpo_label_smoothing", "iopo_label_smoothing",
                "simpo_gamma", "alphapo_alpha", "cpo_alpha", "discopop_tau", "holder_gamma", "reference_free", "f_divergence_type",
                "f_alpha_divergence_coef", "reference", "ref_model", "ref_model_adapters");
            return;
        }
        Unused(c, notes, with, "mask_history", "train_on_prompt", "sft_loss_reduction");
        Unused(c, notes, with, c.Stage == Stage.Iopo ? "dpo_label_smoothing" : "iopo_label_smoothing");
        Loss(c, errors, notes);
        if (c.IsGiven("ref_model") && c.IsGiven("reference"))
            errors.Add($"{c.Where("ref_model")}: ref_model and reference ({c.Where("reference")}) are the same setting; give one");
        if (c.IsGiven("ref_model_adapters") && !c.IsGiven("ref_model"))
            errors.Add(
                $"{c.Where("ref_model_adapters")}: ref_model_adapters needs ref_model; for an adapter on "
                    + $"the trained model write reference: {c.RefModelAdapters}");
    }

    private static void Loss(RunConfiguration c, List<string> errors, List<string> notes)
    {
        string loss = c.PrefLoss;
        string with = $"pref_loss: {loss}";
        bool verified = c.QuadPreference == QuadPreference.IopoVerified;
        bool ofOneMargin = verified || c.QuadPreference == QuadPreference.Iopo;
        if (ofOneMargin && (verified || c.Stage == Stage.Iopo) && !s_ofMargin.Contains(loss))
            errors.Add(
                $"{c.Where("pref_loss")}: pref_loss: {loss} is not a loss of the one margin that {(verified ? "iopo_verified" : "iopo")} "
                    + $"has; expected one of {string.Join(", ", s_ofMargin)}, or pref_quads: dpo_symmetric");
        if (c.LabelSmoothing > 0 && !s_smoothed.Contains(loss))
            errors.Add(
                $"{c.Where(c.Stage == Stage.Iopo ? "iopo_label_smoothing" : "dpo_label_smoothing")}: label smoothing is not defined "
                    + $"for pref_loss: {loss}; expected one of {string.Join(", ", s_smoothed)}");
        bool divergence = c.FDivergenceType != "reverse_kl";
        if (divergence && (!s_ofMargin.Contains(loss) || ofOneMargin))
            errors.Add(
                $"{c.Where("f_divergence_type")}: f_divergence_type: {c.FDivergenceType} is defined for pairwise "
                    + $"comparisons with {string.Join(", ", s_ofMargin)} only; use reverse_kl");
        if (c.ReferenceFree && (!s_ofMargin.Contains(loss) || ofOneMargin || divergence))
            errors.Add(
                $"{c.Where("reference_free")}: reference_free is defined for pairwise "
                    + $"comparisons with {string.Join(", ", s_ofMargin)} and reverse_kl only");
        if (!verified)
            Unused(c, notes, "no pref_quads: iopo_verified", "verified_iopo_weight", "verified_failure_weight");
        else if (c.VerifiedIopoWeight == 0 && c.VerifiedFailureWeight == 0 && c.PrefFtx == 0)
            errors.Add(
                $"{c.Where("verified_iopo_weight")}: verified_iopo_weight, verified_failure_weight and pref_ftx are all 0; expected one "
                    + "above 0, or nothing is trained");
        if (verified && c.PrefCalibrate && c.VerifiedIopoWeight == 0 && c.VerifiedFailureWeight == 0)
            errors.Add(
                $"{c.Where("pref_calibrate")}: pref_calibrate scales comparisons, and verified_iopo_weight and verified_failure_weight are "
                    + "both 0; expected one above 0");
        if (loss is not ("simpo" or "alphapo"))
            Unused(c, notes, with, "simpo_gamma");
        if (loss != "alphapo")
            Unused(c, notes, with, "alphapo_alpha");
        if (loss != "cpo")
            Unused(c, notes, with, "cpo_alpha");
        if (loss != "discopop")
            Unused(c, notes, with, "discopop_tau");
        if (loss != "holder")
            Unused(c, notes, with, "holder_gamma");
        if (c.PrefCalibrate && loss is ("aot" or "aot_pair"))
            errors.Add(
                $"{c.Where("pref_calibrate")}: pref_calibrate scales the gradients of each record, and pref_loss: {loss} compares records "
                    + "with each other; use another pref_loss");
        if (!c.PrefCalibrate)
            Unused(c, notes, "pref_calibrate: false", "pref_calibrate_decay");
        if (c.FDivergenceType != "alpha_divergence")
            Unused(c, notes, $"f_divergence_type: {c.FDivergenceType}", "f_alpha_divergence_coef");
        if (s_referenceFreeLosses.Contains(loss) || c.ReferenceFree)
            Unused(c, notes, c.ReferenceFree ? "reference_free: true" : with, "reference", "ref_model", "ref_model_adapters");
    }

    private static void Run(RunConfiguration c, List<string> errors, List<string> notes)
    {
        if (!c.DoTrain)
            errors.Add($"{c.Where("do_train")}: do_train is false; this command trains (remove the key)");
        bool evaluates = c.EvalStrategy != IntervalStrategy.No;
        if (c.DoEval && c.ValSize == 0 && c.EvalDataset.Count == 0)
            errors.Add(
                $"{c.Where(evaluates ? "eval_strategy" : "do_eval")}: evaluation is asked for without records to evaluate "
                    + "on; set val_size or eval_dataset");
        if (c.LoadBestModelAtEnd && (!evaluates || c.SaveStrategy != c.EvalStrategy))
            errors.Add(
                $"{c.Where("load_best_model_at_end")}: load_best_model_at_end needs eval_strategy and "
                    + "save_strategy to be the same and not 'no'");
        if (c.LoadBestModelAtEnd && c.EvalStrategy == IntervalStrategy.Steps && c.SaveStrategy == IntervalStrategy.Steps
            && !IsMultiple(c.SaveSteps, c.EvalSteps))
            errors.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"{c.Where("save_steps")}: load_best_model_at_end needs save_steps ({c.SaveSteps}) to be a multiple of "
                        + $"eval_steps ({c.EvalSteps})"));
        if (c.EarlyStoppingPatience != null && !evaluates)
            errors.Add($"{c.Where("early_stopping_patience")}: early stopping needs eval_strategy: steps or epoch");
        if (c.PredictWithGenerate && !c.DoEval)
            errors.Add(
                $"{c.Where("predict_with_generate")}: predict_with_generate decodes at each evaluation, and nothing is evaluated; set "
                    + "eval_strategy: steps or epoch, or do_eval: true");
        if (!c.PredictWithGenerate)
            Unused(c,
                notes, "predict_with_generate: false", [
                    .. c.Stage == Stage.Grpo ? (string[])[] : ["decode_process"],
                    "max_new_tokens", "do_sample", "temperature", "top_k", "top_p", "repetition_penalty"]);
        else if (!c.DoSample)
            Unused(c, notes, "do_sample: false", "temperature", "top_k", "top_p");
        foreach (string key in (string[])["logging_steps", "save_steps", "eval_steps", "warmup_steps"])
            if (c.ValueOf(key) is double steps && steps >= 1 && steps != Math.Floor(steps))
                errors.Add(
                    FormattableString.Invariant($"{c.Where(key)}: {key} is {steps}; expected a whole number of steps, or a share below 1"));
        foreach (string target in c.ReportTo.Where(t => !s_reports.Contains(t)))
            notes.Add($"{c.Where("report_to")}: report_to: {target} does not apply here: reports are TensorBoard files and metrics.jsonl");
        if (c.MaxSteps > 0)
            Unused(c, notes, $"max_steps: {c.MaxSteps}", "num_train_epochs");
        if (c.WarmupSteps > 0)
            Unused(c, notes, FormattableString.Invariant($"warmup_steps: {c.WarmupSteps}"), "warmup_ratio");
        if (c.LrSchedulerType == "constant")
            Unused(c, notes, "lr_scheduler_type: constant", "warmup_ratio", "warmup_steps");
    }

    private static void Rounds(RunConfiguration c, List<string> errors, List<string> notes)
    {
        string where = c.Where("rounds");
        if (c.Rounds == 0)
        {
            Unused(
                c, notes, "rounds: 0", "round_samples", "round_temperature", "round_max_new_tokens", "round_batch_size", "round_prompts",
                "round_fallback", "round_learning_rate_factor");
            return;
        }
        bool pairs = c.Stage == Stage.Dpo && !c.IsGiven("pref_quads");
        if (!pairs && !(c.Stage is Stage.Dpo or Stage.Iopo && c.QuadPreference == QuadPreference.IopoVerified))
            errors.Add(
                $"{where}: rounds trains on the model's own failing answers, as pairs or as further cells of quads; expected stage: dpo "
                    + "without pref_quads, or pref_quads: iopo_verified");
        if (!pairs)
            Unused(c, notes, "quads, whose own answers are preferred,", "round_fallback");
        if (c.MixStrategy != MixStrategy.Concat)
            errors.Add($"{where}: rounds reads the prompts of all data sets one after the other; expected mix_strategy: concat");
        if (c.TrainFromScratch)
            errors.Add(
                $"{where}: rounds samples answers of the model before its first step, which is random with train_from_scratch: true");
        if (c.ResumeFromCheckpoint is { } folder and not "true")
            errors.Add(
                $"{c.Where("resume_from_checkpoint")}: resume_from_checkpoint is '{folder}'; with rounds expected true, which finds the "
                    + "round and its checkpoint");
    }

    private static bool IsMultiple(double steps, double of) => Math.Abs(steps / of - Math.Round(steps / of)) < 1e-9;

    internal static void Unused(RunConfiguration c, List<string> notes, string with, params string[] keys)
    {
        foreach (string key in keys.Where(c.IsGiven))
            notes.Add($"{c.Where(key)}: {key} has no effect with {with}");
    }
}
