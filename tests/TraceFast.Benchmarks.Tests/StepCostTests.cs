using TraceFast.Benchmarks.Shapes;
using TraceFast.Benchmarks.Step;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Config;

namespace TraceFast.Benchmarks.Tests;

/// <summary>The formula of a step's operations against sums worked by hand.</summary>
public class StepCostTests
{
    private const string OneLayer =
        """
        {"model_type": "llama", "vocab_size": 10, "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 1,
         "num_attention_heads": 2, "num_key_value_heads": 1, "hidden_act": "silu", "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
        """;

    [Fact]
    public void A_pack_costs_what_its_operations_cost()
    {
        // Three tokens in a row, heads of width 2, LoRA of rank 1.
        TreeLayout layout = new([0], [3], [-1], [0]);
        DecoderConfig config = DecoderConfig.Parse(OneLayer, "test");

        // Linears, 2 N (I O + r (I + O)) forward and 2 N (I O + 2 r (I + O)) backward: 4 N I O + 6 N r (I + O).
        // q 4x4, k 4x2, v 4x2, o 4x4, gate 4x6, up 4x6, down 6x4: sum of I O = 16+8+8+16+24+24+24 = 120, of I + O = 8+6+6+8+10+10+10 = 58.
        double linears = (4.0 * 3 * 120) + (6.0 * 3 * 58);
        // Attention: pairs 1 + 2 + 3 = 6, two heads: forward 4 D + 4 = 12, backward 10 D + 8 = 28.
        double attention = 6 * 2 * (12 + 28);
        // SwiGLU: 18 elements, 5 forward and 10 backward.
        double swiGlu = 18 * 15;
        // Rotation: 3 tokens, 2 + 1 heads, 1 angle, 6 operations, forward and backward.
        double rotation = 2 * 6 * 3 * 3;
        // Norms, three of them (two of the layer, the final one): 13 an element, 6 a row.
        double norms = 3 * ((13.0 * 3 * 4) + (6 * 3));
        // Head, 2 labels: 4 H + 5 a logit.
        double head = 2 * 10 * ((4 * 4) + 5);

        Assert.Equal(
            linears + attention + swiGlu + rotation + norms + head, StepCost.OfPack(config, layout, 2, 1, torch.ScalarType.Float32).Flops);
    }

    /// <summary>Beside the frozen layers' cost, without LoRA: dW of every linear, and of the head with its logits once more.</summary>
    [Fact]
    public void Trained_weights_cost_two_products_more()
    {
        DecoderConfig config = DecoderConfig.Parse(OneLayer, "test");
        TreeLayout layout = new([0], [3], [-1], [0]);
        double adapter = StepCost.OfPack(config, layout, 2, 1, torch.ScalarType.Float32).Flops - (6.0 * 3 * 58);
        Assert.Equal(
            adapter + (2.0 * 3 * 120) + (2 * 2.0 * 2 * 10 * 4), StepCost.OfPack(config, layout, 2, 0, torch.ScalarType.Float32).Flops);
        // Embedding 40, linears 120, norms 3 x 4.
        Assert.Equal(15.0 * 172, StepCost.Optimizer(config, 0, torch.ScalarType.BFloat16).Flops);
    }

    [Fact]
    public void A_prompt_with_two_responses_counts_each_token_once_and_no_pair_across_siblings()
    {
        DecoderConfig config = DecoderConfig.Parse(OneLayer, "test");
        // A prompt of 2, responses of 1 and 2: pairs 1 + 2, 3, 3 + 4 = 13 over 5 tokens.
        TreeLayout tree = new([0, 2, 3], [2, 1, 2], [-1, 0, 0], [0, 2, 2]);
        TreeLayout row = new([0], [5], [-1], [0]); // 15 pairs over 5 tokens
        double difference = StepCost.OfPack(config, row, 3, 1, torch.ScalarType.Float32).Flops
            - StepCost.OfPack(config, tree, 3, 1, torch.ScalarType.Float32).Flops;
        Assert.Equal(2 * 2 * (12 + 28), difference);
    }

    [Fact]
    public void The_update_costs_15_operations_a_parameter_of_the_adapter()
    {
        // Rank 2: 2 x 58 parameters in the one layer.
        Assert.Equal(15.0 * 2 * 58, StepCost.Optimizer(DecoderConfig.Parse(OneLayer, "test"), 2, torch.ScalarType.BFloat16).Flops);
    }

    [Fact]
    public void The_published_shape_needs_four_operations_a_weight_and_token()
    {
        // 106,168,320 weights in the layers' matrices; LoRA adds 6 r (I + O) per 4 I O, 3.5 %, and the pairs of 100 tokens 2.9 %.
        DecoderConfig config = ModelShape.Configuration("smollm2-135m");
        double flops = StepCost.OfPack(config, new TreeLayout([0], [100], [-1], [0]), 0, 8, torch.ScalarType.Float32).Flops;
        Assert.InRange(flops / (4.0 * 100 * 106_168_320), 1.064, 1.075);
    }
}
