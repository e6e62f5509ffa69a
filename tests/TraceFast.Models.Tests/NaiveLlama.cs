using TraceFast.Models.Config;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>
/// A llama as transformers and PEFT write it, on plain libtorch operations in one element type: what a user of those gets in bfloat16.
/// Norm and softmax inside in float32, everything else in the weights' type; LoRA in float32, added and rounded.
/// </summary>
internal sealed class NaiveLlama(Decoder weights, torch.ScalarType dtype)
{
    private readonly DecoderConfig _config = weights.Config;

    /// <summary>[T] -> log-probs [T - 1] of each token after the first, float32.</summary>
    public torch.Tensor TokenLogProbs(int[] tokens)
    {
        torch.Tensor ids = RandomTree.Ids(tokens);
        torch.Tensor x = W("model.embed_tokens.weight").index_select(0, ids);
        (torch.Tensor cos, torch.Tensor sin) = Rotary(tokens.Length);
        torch.Tensor mask = torch.full([tokens.Length, tokens.Length], double.NegativeInfinity, dtype: dtype).triu(1);
        for (int l = 0; l < _config.Layers.Count; l++)
        {
            string layer = $"model.layers.{l}";
            x += Attend(Norm(x, $"{layer}.input_layernorm"), $"{layer}.self_attn", cos, sin, mask);
            torch.Tensor h = Norm(x, $"{layer}.post_attention_layernorm");
            x += Project(
                torch.nn.functional.silu(Project(h, $"{layer}.mlp.gate_proj")) * Project(h, $"{layer}.mlp.up_proj"),
                $"{layer}.mlp.down_proj");
        }

        torch.Tensor logits = torch.matmul(
            Norm(x, "model.norm"), W(_config.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight").t());
        torch.Tensor logps = torch.nn.functional.log_softmax(logits.narrow(0, 0, tokens.Length - 1).to(torch.float32), -1);
        return logps.gather(1, ids.narrow(0, 1, tokens.Length - 1).unsqueeze(1)).squeeze(1);
    }

    private torch.Tensor Attend(torch.Tensor x, string module, torch.Tensor cos, torch.Tensor sin, torch.Tensor mask)
    {
        torch.Tensor q = Rotate(Heads(Project(x, $"{module}.q_proj"), _config.HeadCount), cos, sin);
        torch.Tensor k = Repeat(Rotate(Heads(Project(x, $"{module}.k_proj"), _config.KeyValueHeadCount), cos, sin));
        torch.Tensor v = Repeat(Heads(Project(x, $"{module}.v_proj"), _config.KeyValueHeadCount));
        torch.Tensor scores = (torch.matmul(q, k.transpose(1, 2)) * _config.AttentionScale) + mask;
        torch.Tensor p = torch.nn.functional.softmax(scores.to(torch.float32), -1).to(dtype);
        return Project(torch.matmul(p, v).transpose(0, 1).reshape(x.shape[0], -1), $"{module}.o_proj");
    }

    /// <summary>[T, heads * D] -> [heads, T, D].</summary>
    private torch.Tensor Heads(torch.Tensor x, int heads) => x.reshape(x.shape[0], heads, _config.HeadDim).transpose(0, 1);

    private torch.Tensor Repeat(torch.Tensor x) => x.repeat_interleave(_config.HeadCount / _config.KeyValueHeadCount, 0);

    private torch.Tensor Rotate(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        long half = _config.HeadDim / 2;
        torch.Tensor turned = torch.cat([-x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1);
        return (x * cos) + (turned * sin);
    }

    private (torch.Tensor Cos, torch.Tensor Sin) Rotary(int length)
    {
        torch.Tensor angles = torch.arange(length, dtype: torch.float32).unsqueeze(1)
            * torch.tensor(RopeFrequencies.Inverse<float>(_config.Ropes[0])).unsqueeze(0);
        torch.Tensor both = torch.cat([angles, angles], 1);
        return (both.cos().to(dtype), both.sin().to(dtype));
    }

    private torch.Tensor Norm(torch.Tensor x, string module)
    {
        torch.Tensor wide = x.to(torch.float32);
        torch.Tensor scaled = wide * torch.rsqrt(wide.pow(2).mean([-1], true) + _config.NormEpsilon);
        return W($"{module}.weight") * scaled.to(dtype);
    }

    private torch.Tensor Project(torch.Tensor x, string module)
    {
        torch.Tensor y = torch.matmul(x, W($"{module}.weight").t());
        if (weights.Adapter?.For(module) is not LoraWeights lora)
            return y;
        torch.Tensor update = torch.matmul(torch.matmul(x.to(torch.float32), lora.A.t()), lora.B.t()) * lora.Scaling;
        return (y.to(torch.float32) + update).to(dtype);
    }

    private torch.Tensor W(string name) => weights.Parameters.Single(p => p.Name == name).Value.to(dtype);
}
