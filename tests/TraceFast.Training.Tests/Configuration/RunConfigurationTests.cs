using TraceFast.Data;
using TraceFast.Training.Configuration;
using TraceFast.Training.Encoding;
using TraceFast.Training.Schedules;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Tests.Configuration;

public sealed class RunConfigurationTests
{
    private const string Least = "model_name_or_path: m\ndataset: d\noutput_dir: o\n";

    [Fact]
    public void The_published_iopo_configuration_runs_unchanged_but_for_paths()
    {
        RunConfiguration c = RunConfiguration.Load(
            Oracles.Require("preference", "qwen2_lora_iopo.yaml"), ["model_name_or_path=/models/tiny", "output_dir=/tmp/out"]);
        Assert.Equal("/models/tiny", c.ModelNameOrPath);
        Assert.Equal(Stage.Iopo, c.Stage);
        Assert.True(c.IsLora);
        Assert.Equal(["all"], c.LoraTarget);
        Assert.Equal((8, 16.0, 0.0), (c.LoraRank, c.LoraAlpha, c.LoraDropout));
        Assert.Equal(("sigmoid", 0.1, 0.0, 0.0), (c.PrefLoss, c.PrefBeta, c.PrefFtx, c.LabelSmoothing));
        Assert.Equal(QuadPreference.Iopo, c.QuadPreference);
        Assert.Equal(["trace_iopo"], c.Dataset);
        Assert.Equal(("qwen", 6000, 120000), (c.Template, c.CutoffLen, c.MaxSamples));
        Assert.Equal((100.0, 500.0, 500.0), (c.LoggingSteps, c.SaveSteps, c.EvalSteps));
        Assert.True(c.PlotLoss && c.OverwriteOutputDir && c.Bf16);
        Assert.Equal((1, 8, 5e-6, 3.0), (c.PerDeviceTrainBatchSize, c.GradientAccumulationSteps, c.LearningRate, c.NumTrainEpochs));
        Assert.Equal(("cosine", 0.1), (c.LrSchedulerType, c.WarmupRatio));
        Assert.Equal((0.1, 1, IntervalStrategy.Steps), (c.ValSize, c.PerDeviceEvalBatchSize, c.EvalStrategy));
        Assert.False(c.TensorBoard);
        string[] silent = ["deepspeed", "overwrite_cache", "preprocessing_num_workers", "ddp_timeout", "simpo_gamma"];
        Assert.Equal(silent.Length, c.Notes.Count);
        Assert.All(silent, key => Assert.Contains(c.Notes, n => n.Contains($": {key} ", StringComparison.Ordinal)));
        Assert.Contains(c.Notes, n => n.Contains("qwen2_lora_iopo.yaml:11: deepspeed does not apply here", StringComparison.Ordinal));
    }

    [Fact]
    public void Defaults_are_those_of_transformers_and_llama_factory()
    {
        RunConfiguration c = RunConfiguration.Parse(Least);
        Assert.Equal(
            (5e-5, 3.0, 8, 1, 1.0, 0.0, 42),
            (c.LearningRate, c.NumTrainEpochs, c.PerDeviceTrainBatchSize, c.GradientAccumulationSteps, c.MaxGradNorm, c.WeightDecay,
                c.Seed));
        Assert.Equal((0.9, 0.999, 1e-8), (c.AdamBeta1, c.AdamBeta2, c.AdamEpsilon));
        Assert.Equal(("linear", 0.0, 0.0), (c.LrSchedulerType, c.WarmupRatio, c.WarmupSteps));
        Assert.Equal((2048, OverflowRule.Error, Stage.Sft, "start"), (c.CutoffLen, c.Overflow, c.Stage, c.Reference));
        Assert.Equal((LossReduction.Records, SftLossReduction.Token), (c.LossReduction, c.SftLossReduction));
        Assert.Equal((500.0, 500.0, 500.0), (c.LoggingSteps, c.SaveSteps, c.EvalSteps));
        Assert.True(c.Shuffle);
        Assert.False(c.GradientCheckpointing);
        Assert.Null(c.ResumeFromCheckpoint);
        Assert.Equal(42, c.DataSeed);
        Assert.Empty(c.Notes);
    }

    /// <summary>transformers 5: below 1 warmup_steps is a share of the run, from 1 on a number of steps.</summary>
    [Theory]
    [InlineData("0.25", 40, 10)]
    [InlineData("0.01", 150, 2)]
    [InlineData("1", 40, 1)]
    [InlineData("7", 40, 7)]
    [InlineData("0", 40, 0)]
    public void Warmup_steps_are_steps_or_a_share(string value, int total, int expected)
    {
        RunConfiguration c = RunConfiguration.Parse($"{Least}warmup_steps: {value}\n");
        LearningRateSchedule schedule = c.Schedule(total);
        Assert.Equal(expected, schedule.WarmupSteps);
    }

    [Fact]
    public void A_share_of_warmup_steps_goes_before_the_ratio() =>
        Assert.Contains(
            RunConfiguration.Parse($"{Least}warmup_steps: 0.25\nwarmup_ratio: 0.1\n").Notes,
            n => n.Contains("warmup_ratio has no effect with warmup_steps: 0.25", StringComparison.Ordinal));

    [Theory]
    [InlineData("loss_normalisation: published", "loss_reduction: published")]
    [InlineData("stage: sft\nsft_loss_normalisation: mean_of_means", "stage: sft\nsft_loss_reduction: mean_of_means")]
    [InlineData(
        "val_size: 1\neval_strategy: steps\nmetric_for_best_model: eval_rewards/c1",
        "val_size: 1\neval_strategy: steps\nmetric_for_best_model: rewards/x1y1")]
    [InlineData("metric_for_best_model: rewards/r1", "metric_for_best_model: eval_rewards/x1y2")]
    [InlineData("metric_for_best_model: rewards/c2", "metric_for_best_model: eval_rewards/x2y2")]
    [InlineData("metric_for_best_model: rewards/r2", "metric_for_best_model: eval_rewards/x2y1")]
    public void Former_names_mean_what_the_present_ones_mean(string former, string present)
    {
        (RunConfiguration a, RunConfiguration b) = (RunConfiguration.Parse($"{Least}{former}\n"),
            RunConfiguration.Parse($"{Least}{present}\n"));
        Assert.Equal(
            (b.LossReduction, b.SftLossReduction, b.MetricForBestModel), (a.LossReduction, a.SftLossReduction, a.MetricForBestModel));
        RunConfiguration plain = RunConfiguration.Parse(
            $"{Least}{(former.Contains("stage", StringComparison.Ordinal) ? "stage: sft" : "")}\n");
        Assert.NotEqual(
            (plain.LossReduction, plain.SftLossReduction, plain.MetricForBestModel),
            (a.LossReduction, a.SftLossReduction, a.MetricForBestModel));
    }

    [Fact]
    public void Every_default_is_itself_a_valid_value()
    {
        foreach (ConfigurationKey key in ConfigurationKeys.Applied.Where(k => k.Declared.Default != null))
        {
            string effective = RunConfiguration.Parse($"{Least}{key.Name}: {key.Declared.Default}\n").Effective;
            Assert.Contains($"{key.Name}: ", effective, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("lerning_rate: 1", "c:4: 'lerning_rate' is not a known key; the nearest is 'learning_rate'")]
    [InlineData("wramup_ratio: 1", "the nearest is 'warmup_ratio'")]
    [InlineData("pref_losss: sigmoid", "the nearest is 'pref_loss'")]
    [InlineData("learning_rate: fast", "c:4: learning_rate is 'fast'; expected a number, at least 0")]
    [InlineData("learning_rate: -1", "learning_rate is '-1'; expected a number, at least 0")]
    [InlineData("learning_rate: .nan", "learning_rate is '.nan'")]
    [InlineData("learning_rate: [1, 2]", "learning_rate is a list of 2; expected a number")]
    [InlineData("cutoff_len: 0", "cutoff_len is '0'; expected a whole number, at least 1")]
    [InlineData("cutoff_len: 12.5", "expected a whole number")]
    [InlineData("cutoff_len: 99999999999", "expected a whole number")]
    [InlineData("bf16: maybe", "bf16 is 'maybe'; expected true or false")]
    [InlineData("stage: ppo", "stage is 'ppo'; expected one of sft, dpo, iopo")]
    [InlineData("stage: dpo\npref_loss: bco_pair", "c:5: pref_loss is 'bco_pair'; expected one of sigmoid, hinge")]
    [InlineData("stage: dpo\npref_loss: kto_pair", "c:5: pref_loss: kto_pair is not supported")]
    [InlineData("quantization_bit: 4", "c:4: quantization_bit is set to '4': quantized training is not supported")]
    [InlineData("use_dora: true", "use_dora is set to 'true': DoRA is not supported")]
    [InlineData("loraplus_lr_ratio: 0", "loraplus_lr_ratio is '0'; expected a number, above 0")]
    [InlineData("finetuning_type: full\nloraplus_lr_ratio: 16", "c:5: loraplus_lr_ratio needs finetuning_type: lora")]
    [InlineData("optim: adafactor", "optim is 'adafactor'; expected one of adamw_torch")]
    [InlineData("optim: adamw_8bit\ncompute_dtype: float64", "c:4: optim: adamw_8bit is for weights in float32 or bfloat16")]
    [InlineData("use_galore: true", "GaLore is not supported")]
    [InlineData("use_badam: true", "BAdam is not supported")]
    [InlineData("do_predict: true", "prediction is a command of its own")]
    [InlineData("do_train: false", "do_train is false; this command trains")]
    [InlineData("val_size: 1.5", "expected a share below 1 or a whole number of records")]
    [InlineData("val_size: 0.1\neval_dataset: e", "val_size and eval_dataset both name evaluation records")]
    [InlineData("eval_strategy: steps", "set val_size or eval_dataset")]
    [InlineData("mask_history: true\ntrain_on_prompt: true", "contradict each other")]
    [InlineData("interleave_probs: 0.5,0.5", "needs mix_strategy")]
    [InlineData("mix_strategy: interleave_under\ninterleave_probs: 0.5,0.5", "names 2 probabilities for 1 data sets")]
    [InlineData("mix_strategy: interleave_under\ninterleave_probs: often", "interleave_probs holds 'often'; expected positive numbers")]
    [InlineData("overflow: drop\ntruncate: published", "truncate needs overflow: truncate")]
    [InlineData("stage: iopo\npref_loss: simpo", "is not a loss of the one margin that iopo has")]
    [InlineData("stage: dpo\npref_loss: aot\npref_calibrate: true", "pref_loss: aot compares records with each other")]
    [InlineData(
        "stage: iopo\npref_quads: iopo_verified\npref_calibrate: true\nverified_iopo_weight: 0\nverified_failure_weight: 0\npref_ftx: 1",
        "pref_calibrate scales comparisons, and verified_iopo_weight and verified_failure_weight are both 0")]
    [InlineData("stage: sft\nrounds: 1", "expected stage: dpo without pref_quads, or pref_quads: iopo_verified")]
    [InlineData("stage: dpo\nrounds: 1\npref_quads: dpo", "expected stage: dpo without pref_quads")]
    [InlineData("stage: dpo\nrounds: 1\nmix_strategy: interleave_under", "expected mix_strategy: concat")]
    [InlineData("stage: dpo\nrounds: 1\nfinetuning_type: full\ntrain_from_scratch: true", "which is random with train_from_scratch: true")]
    [InlineData("stage: dpo\nrounds: 1\nresume_from_checkpoint: a/folder", "with rounds expected true")]
    [InlineData("stage: dpo\npref_loss: hinge\ndpo_label_smoothing: 0.1", "label smoothing is not defined for pref_loss: hinge")]
    [InlineData("stage: dpo\ndpo_label_smoothing: 0.5", "expected a number, 0 to 0.499999")]
    [InlineData("stage: dpo\nf_divergence_type: js_divergence\npref_loss: nca_pair", "is defined for pairwise comparisons")]
    [InlineData("finetuning_type: full\nadapter_name_or_path: a", "adapter_name_or_path needs finetuning_type: lora")]
    [InlineData("adapter_name_or_path: a,b", "names several adapters; expected one")]
    [InlineData("finetuning_type: full\nreference: base\nstage: dpo", "which finetuning_type: full does not have")]
    [InlineData("load_best_model_at_end: true", "needs eval_strategy and save_strategy to be the same")]
    [InlineData(
        "load_best_model_at_end: true\neval_strategy: steps\nval_size: 2\neval_steps: 3\nsave_steps: 10",
        "to be a multiple of eval_steps (3)")]
    [InlineData("predict_with_generate: true", "c:4: predict_with_generate decodes at each evaluation, and nothing is evaluated")]
    [InlineData("predict_with_generate: true\neval_strategy: steps", "set val_size or eval_dataset")]
    [InlineData("max_new_tokens: 0", "max_new_tokens is '0'; expected a whole number, at least 1")]
    [InlineData("temperature: 0", "temperature is '0'; expected a number, above 0")]
    [InlineData("top_p: 1.5", "top_p is '1.5'; expected a number, above 0 to 1")]
    [InlineData("early_stopping_patience: 2", "early stopping needs eval_strategy")]
    [InlineData("save_steps: 2.5", "expected a whole number of steps, or a share below 1")]
    [InlineData("warmup_steps: 2.5", "expected a whole number of steps, or a share below 1")]
    [InlineData("evaluation_strategy: steps\neval_strategy: epoch\nval_size: 1", "are the same setting with different values")]
    [InlineData(
        "lr_scheduler_kwargs: {num_cycles: 2}",
        "lr_scheduler_kwargs holds 'num_cycles'; expected no settings for lr_scheduler_type: linear")]
    [InlineData("lr_scheduler_type: cosine\nlr_scheduler_kwargs: {num_cycles: many}", "lr_scheduler_kwargs holds 'many'; expected numbers")]
    [InlineData("rank_pattern: {q_proj: -3}", "rank_pattern holds '-3'; expected positive numbers")]
    [InlineData("layers_to_transform: 0,last", "layers_to_transform holds 'last'; expected layer numbers")]
    [InlineData("stage: dpo\nref_model_adapters: a", "ref_model_adapters needs ref_model")]
    public void A_mistake_names_its_line_what_was_found_and_what_to_write(string line, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => RunConfiguration.Parse(Least + line + "\n", "c")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        string message = Assert.Throws<InputException>(
            () => RunConfiguration.Parse("cutoff_len: x\nlearning_rate: y\nbogus: 1\n", "c")).Message;
        Assert.Equal(["c:1", "c:2", "c:3"], message.Split(Environment.NewLine).Select(l => l[..3]));
        string missing = Assert.Throws<InputException>(() => RunConfiguration.Parse("")).Message;
        Assert.Equal(
            ["model_name_or_path is missing", "dataset is missing", "output_dir is missing"],
            missing.Split(Environment.NewLine).Select(l => l[..l.IndexOf(';', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("quantization_bit: null")]
    [InlineData("use_dora: false")]
    [InlineData("neftune_noise_alpha: 0")]
    [InlineData("fp16: no")]
    [InlineData("eval_delay: 0.0")]
    [InlineData("rope_scaling: none")]
    public void A_refused_key_that_is_switched_off_is_accepted(string line) => Assert.Empty(RunConfiguration.Parse(Least + line).Notes);

    [Theory]
    [InlineData("stage: iopo\ndpo_label_smoothing: 0.1", "c:5: dpo_label_smoothing has no effect with stage: iopo")]
    [InlineData("stage: dpo\nholder_gamma: 1", "c:5: holder_gamma has no effect with pref_loss: sigmoid")]
    [InlineData("stage: dpo\npref_calibrate_decay: 0.9", "c:5: pref_calibrate_decay has no effect with pref_calibrate: false")]
    [InlineData("stage: dpo\nround_samples: 2", "c:5: round_samples has no effect with rounds: 0")]
    [InlineData("stage: dpo\niopo_label_smoothing: 0.1", "iopo_label_smoothing has no effect with stage: dpo")]
    [InlineData("pref_beta: 0.3", "pref_beta has no effect with stage: sft")]
    [InlineData("stage: dpo\ntrain_on_prompt: true", "train_on_prompt has no effect with stage: dpo")]
    [InlineData("stage: dpo\npref_loss: simpo\nreference: base", "reference has no effect with pref_loss: simpo")]
    [InlineData("finetuning_type: full\nlora_rank: 4", "lora_rank has no effect with finetuning_type: full")]
    [InlineData("report_to: [wandb, tensorboard]", "report_to: wandb does not apply here")]
    [InlineData("max_steps: 5\nnum_train_epochs: 2", "num_train_epochs has no effect with max_steps: 5")]
    [InlineData("optim: paged_adamw_8bit", "c:4: optim: paged_adamw_8bit counts as adamw_8bit")]
    [InlineData("loraplus_lr_ratio: 16\nloraplus_lr_embedding: 1e-6", "loraplus_lr_embedding does not apply here: it is LoRA+'s rate")]
    [InlineData("deepspeed: {zero: {stage: 3}}", "deepspeed does not apply here")]
    [InlineData("flash_attn: fa2", "flash_attn does not apply here: one set of kernels serves every device")]
    public void A_setting_without_effect_is_named_in_one_line(string line, string expected) =>
        Assert.Contains(expected, Assert.Single(RunConfiguration.Parse(Least + line, "c").Notes), StringComparison.Ordinal);

    [Theory]
    [InlineData("adamw_torch", false)]
    [InlineData("adamw_8bit", true)]
    [InlineData("adamw_bnb_8bit", true)]
    [InlineData("paged_adamw_8bit", true)]
    public void The_optimizer_says_how_moments_are_kept(string optim, bool in8Bits) =>
        Assert.Equal(in8Bits, RunConfiguration.Parse($"{Least}optim: {optim}\n").MomentsIn8Bits);

    [Fact]
    public void Label_smoothing_is_the_stages_own()
    {
        const string Both = "dpo_label_smoothing: 0.1\niopo_label_smoothing: 0.2\n";
        Assert.Equal(0.1, RunConfiguration.Parse(Least + Both + "stage: dpo").LabelSmoothing);
        Assert.Equal(0.2, RunConfiguration.Parse(Least + Both + "stage: iopo").LabelSmoothing);
    }

    [Fact]
    public void Overrides_win_and_take_lists_and_maps()
    {
        RunConfiguration c = RunConfiguration.Parse(
            Least + "learning_rate: 1\nseed: 1\n", "c",
            ["learning_rate=2e-4",
                "lora_target=q_proj,v_proj", "lr_scheduler_type=cosine", "lr_scheduler_kwargs={num_cycles: 1.5}", "dataset=[a, b]",
                "output_dir=x=y", "seed=2", "seed=3"]);
        Assert.Equal((2e-4, 3, "x=y"), (c.LearningRate, c.Seed, c.OutputDir));
        Assert.Equal(["q_proj", "v_proj"], c.LoraTarget);
        Assert.Equal(["a", "b"], c.Dataset);
        Assert.Equal(1.5, c.ScheduleOptions().NumCycles);
        Assert.Equal(2048, RunConfiguration.Parse(Least + "cutoff_len: 7", "c", ["cutoff_len="]).CutoffLen);
        Assert.Contains(
            "command line: seed=x: seed is 'x'",
            Assert.Throws<InputException>(() => RunConfiguration.Parse(Least, "c", ["seed=x"])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "expected key=value", Assert.Throws<InputException>(() => RunConfiguration.Parse(Least, "c", ["--verbose"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "the nearest is 'seed'", Assert.Throws<InputException>(() => RunConfiguration.Parse(Least, "c", ["seeed=1"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_effective_form_reads_back_and_its_hash_ignores_how_it_was_written()
    {
        RunConfiguration c = RunConfiguration.Parse(
            Least + "learning_rate: 1.0e-4\nlora_target: q_proj, v_proj\ntemplate: 'a \"b\"\\c'\nlr_scheduler_type: cosine\n"
                + "lr_scheduler_kwargs: {num_cycles: 2}\nreference: null\n");
        RunConfiguration again = RunConfiguration.Parse(c.Effective);
        Assert.Equal(c.Effective, again.Effective);
        RunConfiguration odd = RunConfiguration.Parse(
            Least, "c",
            ["template=a\tb: \u0001 \u00e9 # c", "lora_target=[\"x, y\", '- z', 'null', '{1,2}']", "rank_pattern={'^a: b$': 3}"]);
        RunConfiguration back = RunConfiguration.Parse(odd.Effective);
        Assert.Equal("a\tb: \u0001 \u00e9 # c", back.Template);
        Assert.Equal(["x, y", "- z", "null", "{1,2}"], back.LoraTarget);
        Assert.Equal(3, back.RankPattern["^a: b$"]);
        RunConfiguration other = RunConfiguration.Parse(
            "# comment\noutput_dir: o\nlr_scheduler_kwargs:\n  num_cycles: 2\nlr_scheduler_type: cosine\ntemplate: 'a \"b\"\\c'\n"
                + "lora_target: [q_proj, v_proj]\nlearning_rate: 0.0001\ndataset: d\nmodel_name_or_path: m\nseed: 42\n");
        Assert.Equal(c.Effective, other.Effective);
        Assert.NotEqual(c.Effective, RunConfiguration.Parse(c.Effective, overrides: ["seed=43"]).Effective);
    }

    [Fact]
    public void Names_that_mean_the_same_are_one_setting()
    {
        Assert.Equal(IntervalStrategy.Epoch, RunConfiguration.Parse(Least + "evaluation_strategy: epoch\nval_size: 1").EvalStrategy);
        Assert.Equal(3, RunConfiguration.Parse(Least + "early_stopping_steps: 3\neval_strategy: epoch\nval_size: 1").EarlyStoppingPatience);
        Assert.False(RunConfiguration.Parse(Least + "disable_shuffling: true").Shuffle);
        Assert.True(RunConfiguration.Parse(Least + "disable_gradient_checkpointing: false").GradientCheckpointing);
        Assert.Equal("ref", RunConfiguration.Parse(Least + "stage: dpo\nref_model: ref").Reference);
        Assert.Equal(("f1", true), Best("metric_for_best_model: eval_f1"));
        Assert.Equal(("loss", false), Best("metric_for_best_model: eval_loss"));
        Assert.Equal(("f1", false), Best("metric_for_best_model: f1\ngreater_is_better: false"));

        static (string, bool) Best(string lines)
        {
            RunConfiguration c = RunConfiguration.Parse(Least + lines);
            return (c.MetricForBestModel, c.GreaterIsBetter);
        }
    }

    [Theory]
    [InlineData("overflow: truncate", OverflowRule.TruncateBalanced)]
    [InlineData("overflow: truncate\ntruncate: published", OverflowRule.TruncatePublished)]
    [InlineData("truncate: published", OverflowRule.TruncatePublished)]
    [InlineData("overflow: drop", OverflowRule.Drop)]
    public void Overflow_rules(string lines, OverflowRule expected) =>
        Assert.Equal(expected, RunConfiguration.Parse(Least + lines).Overflow);

    [Theory]
    [InlineData(100, 1000, 100)]
    [InlineData(0.1, 1000, 100)]
    [InlineData(0.1, 7, 1)]
    [InlineData(0.3, 7, 3)]
    public void Steps_below_one_are_a_share_of_the_run(double steps, int total, int expected) =>
        Assert.Equal(expected, RunConfiguration.StepsOf(steps, total));

    [Fact]
    public void An_output_folder_that_holds_something_needs_leave()
    {
        string folder = Directory.CreateTempSubdirectory("tracefast-output-").FullName;
        try
        {
            string yaml = $"model_name_or_path: m\ndataset: d\noutput_dir: {folder}\n";
            RunConfiguration.Parse(yaml).CheckOutputFolder();
            File.WriteAllText(Path.Combine(folder, "x"), "");
            Assert.Contains(
                "is not empty", Assert.Throws<InputException>(RunConfiguration.Parse(yaml).CheckOutputFolder).Message,
                StringComparison.Ordinal);
            RunConfiguration.Parse(yaml + "overwrite_output_dir: true").CheckOutputFolder();
            RunConfiguration.Parse(yaml + "resume_from_checkpoint: true").CheckOutputFolder();
            Assert.Contains(
                "is a file",
                Assert.Throws<InputException>(
                    RunConfiguration.Parse(yaml, overrides: [$"output_dir={folder}/x"]).CheckOutputFolder).Message,
                    StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
