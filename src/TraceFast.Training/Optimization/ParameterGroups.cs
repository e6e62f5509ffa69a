using System.Text.RegularExpressions;

namespace TraceFast.Training.Optimization;

/// <summary>How the optimizer treats a parameter, by its name and shape.</summary>
public static partial class ParameterGroups
{
    /// <summary>A parameter with fewer elements keeps moments of 32 bits: bitsandbytes' min_8bit_size.</summary>
    public const int LeastIn8Bits = 4096;

    /// <summary>
    /// Whether optim: adamw_8bit keeps moments in 8 bits. Not of an embedding, whose gradients are sparse and uneven, nor of a head that is
    /// tied to it. Source: transformers 4.57, Trainer.create_optimizer, which sets 32 bits for every nn.Embedding.
    /// </summary>
    public static bool HasMomentsIn8Bits(string parameter, torch.Tensor value) =>
        value.numel() >= LeastIn8Bits && !parameter.EndsWith("embed_tokens.weight", StringComparison.Ordinal);

    /// <summary>
    /// Whether LoRA+ (Hayou et al. 2024, arXiv 2402.12354) multiplies the learning rate: matrices B, and vectors. Source: PEFT 0.17,
    /// create_loraplus_optimizer, and LLaMA-Factory 0.9, _create_loraplus_optimizer.
    /// </summary>
    public static bool IsFastInLoraPlus(string parameter, torch.Tensor value) =>
        parameter.Contains("lora_B", StringComparison.Ordinal) || value.dim() == 1;

    /// <summary>
    /// Whether AdamW decays it: all but biases and norm weights, by name.
    /// Source: transformers 4.57, Trainer.get_decay_parameter_names.
    /// </summary>
    public static bool IsDecayed(string parameter) => !NotDecayed().IsMatch(parameter);

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotDecayed();
}
