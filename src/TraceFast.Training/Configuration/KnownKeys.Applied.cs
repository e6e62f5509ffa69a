using TraceFast.Training.Schedules;

namespace TraceFast.Training.Configuration;

// The keys that are used. Defaults are LLaMA-Factory's and transformers' where the key is theirs.
public static partial class KnownKeys
{
    private static ConfigurationKey[] ModelKeys =>
    [
        Text("model_name_or_path", null, "folder of the model: config.json, safetensors, tokenizer.json or tokenizer.model"),
        Switch("train_from_scratch", "false", "start from random weights, drawn with seed, of the folder's config.json (finetuning_type: full)"),
        Text("adapter_name_or_path", null, "folder of a PEFT adapter to continue training"),
        Choice("finetuning_type", "lora", ["lora", "full"], "train an adapter or all weights"),
        Integer("lora_rank", "8", 1, "r of W + (alpha / r) B A", 65536),
        Number("lora_alpha", null, 0, "alpha (default: twice lora_rank)", above: true),
        Number("lora_dropout", "0", 0, "share of adapter inputs that are dropped in training", 0.999999),
        List("lora_target", "all", "module names that get an adapter, all, or a regular expression"),
        Switch("use_rslora", "false", "scale by alpha / sqrt(r)"),
        Map("rank_pattern", "r by module name or regular expression, as PEFT"),
        Map("alpha_pattern", "alpha by module name or regular expression, as PEFT"),
        List("layers_to_transform", null, "layer numbers that get an adapter (default: all)"),
        List("additional_target", null, "modules trained and saved whole beside the adapter (PEFT modules_to_save)"),
        Switch("gradient_checkpointing", "false", "recompute activations in the backward pass"),
        Switch("disable_gradient_checkpointing", null, "false asks for gradient_checkpointing, true forbids it"),
        Switch("bf16", "false", "allow bfloat16 where the processor does it well"),
        Switch("pure_bf16", "false", "as bf16: trained weights stay float32 or better here"),
        Choice("compute_dtype", "auto", ["auto", "float32", "bfloat16", "float64"], "force a compute type"),
        Choice("device", "auto", ["auto", "cpu", "cuda"], "where to compute"),
        Switch("use_cpu", "false", "compute on the CPU"),
        Integer("threads", "0", 0, "CPU threads; 0 = one per core", 4096),
        Integer("token_budget", "4096", 1, "most tokens of one forward and backward pass"),
        Integer("min_shared_prefix", "16", 0, "fewest tokens at which x1 and x2 share their common beginning; 0 = never"),
    ];

    private static ConfigurationKey[] DataKeys =>
    [
        List("dataset", null, "names in dataset_info.json, or files"),
        List("eval_dataset", null, "data sets to evaluate on"),
        Text("dataset_dir", "data", "folder of dataset_info.json"),
        Text("template", null, "LLaMA-Factory template name (default: the model's own chat_template)"),
        Text("enable_thinking", "true", "thoughts of answers: true trains an empty one where there is none, false leaves them out and puts the empty one into the prompt, null trains those that are there")
            with { Kind = KeyKind.BooleanOrNull },
        Switch("preserve_thinking", null, "keep the thoughts of earlier answers in a prompt (default: false)"),
        Switch("split_special_tokens", "false", "take special tokens that records spell as plain text; otherwise each becomes its one id"),
        Integer("cutoff_len", "2048", 1, "most tokens of a sequence"),
        Choice("overflow", "error", ["error", "drop", "truncate"], "what becomes of longer records"),
        Choice("truncate", null, ["balanced", "published"], "how overflow: truncate cuts (default: balanced)"),
        Choice("on_bad_record", "error", ["error", "skip"], "what becomes of records that cannot be read"),
        Integer("max_samples", null, 1, "first records of each data set"),
        Choice("mix_strategy", "concat", ["concat", "interleave_under", "interleave_over"], "how data sets are mixed"),
        List("interleave_probs", null, "a probability for each data set"),
        Number("val_size", "0", 0, "share (below 1) or number of records kept for evaluation"),
        Switch("mask_history", "false", "sft: train on the last turn only"),
        Switch("train_on_prompt", "false", "sft: prompts are labels too"),
        Switch("shuffle", "true", "visit records in random order"),
        Switch("disable_shuffling", null, "true = shuffle: false"),
        Integer("seed", "42", 0, "seed of initial weights, dropout and order"),
        Integer("data_seed", null, 0, "seed of the order (default: seed)"),
        Switch("dataloader_drop_last", "false", "leave out a last micro-batch that is not full"),
    ];

    private static ConfigurationKey[] MethodKeys =>
    [
        Choice("stage", "sft", ["sft", "dpo", "iopo"], "what is trained, and which records are read"),
        Choice(
            "pref_loss", "sigmoid",
            ["sigmoid", "hinge", "ipo", "robust", "exo_pair", "nca_pair", "sppo_hard", "aot", "aot_pair", "apo_zero", "apo_down", "discopop", "cpo", "simpo", "alphapo", "orpo"],
            "the preference loss")
            with
            {
                Unsupported = new Dictionary<string, string>
                {
                    ["kto_pair"] = "KTO needs mismatched prompt-response pairs beside each record, which no record layout has; use sigmoid or another pairwise loss",
                },
            },
        Number("pref_beta", "0.1", 0, "beta of the preference loss", above: true),
        Number("pref_ftx", "0", 0, "weight of the SFT term on preferred responses"),
        Choice("pref_quads", null, ["iopo", "dpo", "dpo_symmetric", "input", "input_symmetric"], "what is compared in a quad (default: iopo in stage iopo, dpo in stage dpo)"),
        Number("dpo_label_smoothing", "0", 0, "label smoothing in stage dpo", 0.499999),
        Number("iopo_label_smoothing", "0", 0, "label smoothing in stage iopo", 0.499999),
        Number("simpo_gamma", "0.5", 0, "target margin of simpo and alphapo"),
        Number("alphapo_alpha", "0.25", double.NegativeInfinity, "alpha of alphapo"),
        Number("cpo_alpha", "1", 0, "weight of cpo's own SFT term"),
        Number("discopop_tau", "0.05", 0, "temperature of discopop", 0.999999, above: true),
        Switch("reference_free", "false", "count the reference's log-probabilities as 0"),
        Choice("f_divergence_type", "reverse_kl", ["reverse_kl", "js_divergence", "alpha_divergence"], "the divergence that holds the policy to the reference"),
        Number("f_alpha_divergence_coef", "1", 0, "alpha of alpha_divergence", above: true),
        Text("reference", "start", "start (the policy before step 1), base (adapters off), or a model or adapter folder"),
        Text("ref_model", null, "folder of the reference model; as reference: FOLDER"),
        Text("ref_model_adapters", null, "folder of an adapter on the reference model"),
        Choice("loss_reduction", "records", ["records", "microbatch", "published"], "the weight of a record in its step"),
        Choice("sft_loss_reduction", "token", ["token", "mean_of_means"], "the weight of a token in its step"),
    ];

    private static ConfigurationKey[] TrainingKeys =>
    [
        Switch("do_train", "true", "train"),
        Integer("per_device_train_batch_size", "8", 1, "records of a micro-batch"),
        Integer("per_device_eval_batch_size", "8", 1, "records of an evaluation batch"),
        Integer("gradient_accumulation_steps", "1", 1, "micro-batches of an optimizer step"),
        Number("learning_rate", "5e-5", 0, "peak rate"),
        Number("weight_decay", "0", 0, "decoupled decay of all weights but biases and norms"),
        Number("adam_beta1", "0.9", 0, "decay of the first moment", 0.9999999999),
        Number("adam_beta2", "0.999", 0, "decay of the second moment", 0.9999999999),
        Number("adam_epsilon", "1e-8", 0, "added to the root of the second moment"),
        Number("max_grad_norm", "1", 0, "global norm at which gradients are clipped; 0 = never"),
        Number("num_train_epochs", "3", 0, "passes over the data, may be a fraction", above: true),
        Integer("max_steps", "-1", -1, "optimizer steps; positive overrides num_train_epochs"),
        Choice("lr_scheduler_type", "linear", [.. LearningRateSchedule.Names], "the schedule"),
        Map("lr_scheduler_kwargs", "settings of the schedule"),
        Number("warmup_ratio", "0", 0, "share of the steps over which the rate rises", 1),
        Number("warmup_steps", "0", 0, "steps over which the rate rises, or below 1 a share of all steps; positive overrides warmup_ratio", int.MaxValue),
        Choice("optim", "adamw_torch", ["adamw_torch", "adamw_torch_fused", "adamw_hf"], "the optimizer (all three are AdamW)"),
        Choice("eval_strategy", "no", ["no", "steps", "epoch"], "when to evaluate"),
        Number("eval_steps", null, 0, "steps between evaluations, or below 1 a share of the run (default: logging_steps)", above: true),
        Switch("do_eval", "false", "evaluate at the end"),
        Switch("predict_with_generate", "false", "evaluate by decoding, too: the share of stated constraints that the answers to held-out prompts obey"),
        Choice("decode_process", "auto", ["auto", "same", "own"], "predict_with_generate: decode in this process, or in one of its own; auto = its own where training is on a GPU"),
        Integer("max_new_tokens", "1024", 1, "most tokens of a decoded answer"),
        Switch("do_sample", "false", "draw the tokens of decoded answers, with seed; otherwise the most probable one is taken"),
        Number("temperature", "0.95", 0, "do_sample: divides the logits", above: true),
        Integer("top_k", "50", 0, "do_sample: most probable tokens that stay; 0 = all"),
        Number("top_p", "0.7", 0, "do_sample: probability that the tokens that stay have together", 1, above: true),
        Number("repetition_penalty", "1", 0, "penalty of tokens that stand there already; 1 = none", above: true),
        Integer("early_stopping_patience", null, 1, "evaluations without progress after which to stop"),
        Number("early_stopping_threshold", "0", 0, "smallest change that counts as progress"),
    ];

    private static ConfigurationKey[] OutputKeys =>
    [
        Alias("evaluation_strategy", "eval_strategy"),
        Alias("early_stopping_steps", "early_stopping_patience"),
        Alias("loss_normalisation", "loss_reduction"),
        Alias("sft_loss_normalisation", "sft_loss_reduction"),
        Text("output_dir", null, "folder of everything that is written"),
        Switch("overwrite_output_dir", "false", "allow an output_dir that is not empty"),
        Text("resume_from_checkpoint", null, "true (the last one in output_dir), or a checkpoint folder"),
        Number("logging_steps", "500", 0, "steps between lines on the console, or below 1 a share of the run", above: true),
        Choice("save_strategy", "steps", ["no", "steps", "epoch"], "when to save a checkpoint"),
        Number("save_steps", "500", 0, "steps between checkpoints, or below 1 a share of the run", above: true),
        Integer("save_total_limit", null, 1, "checkpoints that are kept"),
        Switch("load_best_model_at_end", "false", "end with the weights of the best evaluation"),
        Text("metric_for_best_model", null, "the metric that decides (default: loss)"),
        Switch("greater_is_better", null, "whether more of it is better (default: not for a loss)"),
        Switch("plot_loss", "false", "draw the loss at the end"),
        Switch("report_margins", "true", "write margins.jsonl: margin of every training record before and after; up to two more passes over them without gradients"),
        Switch("log_records", "false", "write records.jsonl: log-probabilities and loss of every record"),
        List("report_to", "tensorboard", "tensorboard, none or all"),
        Text("logging_dir", null, "folder of the TensorBoard files (default: in output_dir)"),
    ];
}
