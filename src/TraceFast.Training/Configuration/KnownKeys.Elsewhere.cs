namespace TraceFast.Training.Configuration;

// Keys that have no counterpart here and whose absence changes no result.
public static partial class KnownKeys
{
    private static ConfigurationKey[] ElsewhereKeys =>
    [
        .. Elsewhere("work is spread over devices with torchrun's environment variables, without DeepSpeed, FSDP or Megatron",
            "deepspeed", "fsdp", "fsdp_config", "fsdp_min_num_params", "fsdp_transformer_layer_cls_to_wrap", "accelerator_config", "parallelism_config",
            "ddp_timeout", "ddp_backend", "ddp_find_unused_parameters", "ddp_bucket_cap_mb", "ddp_broadcast_buffers", "local_rank", "tpu_num_cores",
            "tpu_metrics_debug", "ray_scope", "ray_run_name", "ray_storage_path", "ray_num_workers", "resources_per_worker", "placement_strategy",
            "average_tokens_across_devices", "save_on_each_node", "log_on_each_node", "use_mca"),
        .. Elsewhere("records are read and tokenized in one pass, without worker processes or a cache",
            "preprocessing_num_workers", "preprocessing_batch_size", "overwrite_cache", "cache_dir", "dataloader_num_workers", "dataloader_prefetch_factor",
            "dataloader_pin_memory", "dataloader_persistent_workers", "tokenized_path", "data_shared_file_system", "remove_unused_columns", "buffer_size",
            "ignore_pad_token_for_loss", "length_column_name", "label_names", "past_index", "media_dir", "reserved_label_len"),
        .. Elsewhere("one set of kernels serves every device",
            "flash_attn", "enable_liger_kernel", "use_liger_kernel", "liger_kernel_config", "torch_compile", "torch_compile_backend", "torch_compile_mode",
            "torchdynamo", "jit_mode_eval", "use_ipex", "use_v1_kernels", "tf32", "use_reentrant_gc", "gradient_checkpointing_kwargs", "use_unsloth_gc",
            "low_cpu_mem_usage", "offload_folder", "torch_empty_cache_steps", "use_mps_device", "no_cuda", "use_cache", "use_kv_cache"),
        .. Elsewhere("norms, log-sum-exp and sums of log-probabilities are always float32 or better",
            "upcast_layernorm", "upcast_lmhead_output", "fp16_opt_level", "fp16_backend", "half_precision_backend", "bf16_full_eval", "fp16_full_eval"),
        .. Elsewhere("tokenizer.json (or tokenizer.model as its fast tokenizer) is always read",
            "use_fast_tokenizer", "trust_remote_code"),
        .. Elsewhere("models are local folders; nothing is downloaded or uploaded",
            "model_revision", "hf_hub_token", "ms_hub_token", "om_hub_token", "push_to_hub", "push_to_hub_model_id", "push_to_hub_organization", "push_to_hub_token",
            "hub_model_id", "hub_strategy", "hub_token", "hub_private_repo", "hub_always_push", "hub_revision", "adapter_folder", "print_param_status"),
        .. Elsewhere("it belongs to generation, which has its own command",
            "infer_backend", "infer_dtype", "generation_max_length", "generation_num_beams", "generation_config", "eval_num_beams",
            "max_length", "num_beams", "length_penalty", "skip_special_tokens",
            "vllm_maxlen", "vllm_gpu_util", "vllm_enforce_eager", "vllm_max_lora_rank", "vllm_config", "sglang_maxlen", "sglang_mem_fraction", "sglang_tp_size",
            "sglang_config", "sglang_lora_backend", "tool_format"),
        .. Elsewhere("merging and exporting are commands of their own",
            "export_dir", "export_size", "export_device", "export_quantization_bit", "export_quantization_dataset", "export_quantization_nsamples",
            "export_quantization_maxlen", "export_legacy_format", "export_hub_model_id"),
        .. Elsewhere("every optimizer step is in metrics.jsonl, whatever is printed",
            "run_name", "logging_strategy", "logging_first_step", "logging_nan_inf_filter", "log_level", "log_level_replica", "disable_tqdm", "debug",
            "skip_memory_metrics", "include_inputs_for_metrics", "include_for_metrics", "include_tokens_per_second", "include_num_input_tokens_seen",
            "include_effective_tokens_per_second", "compute_accuracy", "prediction_loss_only", "eval_accumulation_steps", "eval_do_concat_batches",
            "batch_eval_metrics", "eval_use_gather_object", "swanlab_project", "swanlab_workspace", "swanlab_run_name", "swanlab_mode", "swanlab_api_key",
            "swanlab_logdir", "swanlab_lark_webhook_url", "swanlab_lark_secret", "project", "trackio_space_id"),
        .. Elsewhere("a checkpoint always holds all that resuming needs, as safetensors",
            "save_only_model", "save_safetensors", "restore_callback_states_from_checkpoint", "full_determinism"),
        .. Elsewhere("it sets a method that is not in use",
            "quantization_method", "quantization_type", "double_quantization", "quantization_device_map", "fp8_backend",
            "fp8_enable_fsdp_float8_all_gather", "pissa_iter", "pissa_convert", "loraplus_lr_embedding", "freeze_trainable_layers", "freeze_trainable_modules",
            "freeze_extra_modules", "freeze_vision_tower", "freeze_multi_modal_projector", "freeze_language_model", "train_mm_proj_only", "oft_rank",
            "oft_block_size", "oft_target", "module_dropout", "kto_chosen_weight", "kto_rejected_weight", "ppo_buffer_size", "ppo_epochs", "ppo_score_norm",
            "ppo_target", "ppo_whiten_rewards", "reward_model_quantization_bit", "reward_model_type", "galore_target", "galore_rank", "galore_update_interval",
            "galore_scale", "galore_proj_type", "galore_layerwise", "apollo_target", "apollo_rank", "apollo_update_interval", "apollo_scale", "apollo_proj",
            "apollo_proj_type", "apollo_scale_type", "apollo_layerwise", "apollo_scale_front", "badam_mode", "badam_start_block", "badam_switch_mode",
            "badam_switch_interval", "badam_update_ratio", "badam_mask_mode", "badam_verbose", "optim_args", "optim_target_modules",
            "moe_aux_loss_coef", "image_max_pixels", "image_min_pixels", "image_resolution", "image_do_pan_and_scan", "crop_to_patches", "video_max_pixels", "video_min_pixels",
            "video_resolution", "video_fps", "video_maxlen", "use_audio_in_video", "audio_sampling_rate", "init_special_tokens", "visual_inputs"),
    ];

    private static IEnumerable<ConfigurationKey> Elsewhere(string reason, params string[] names) =>
        names.Select(name => new ConfigurationKey(name, KeyKind.Any, null, KeyUse.DoesNotApply, reason));
}
