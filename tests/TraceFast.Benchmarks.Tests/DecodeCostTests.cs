using TraceFast.Benchmarks.Decode;
using TraceFast.Kernels;
using TraceFast.Models.Config;

namespace TraceFast.Benchmarks.Tests;

/// <summary>The formula of decoding's operations against sums worked by hand.</summary>
public class DecodeCostTests
{
    private const string OneLayer =
        """
        {"model_type": "llama", "vocab_size": 10, "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 1,
         "num_attention_heads": 2, "num_key_value_heads": 1, "hidden_act": "silu", "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
        """;

    [Fact]
    public void Three_requests_of_four_and_two_tokens_cost_what_their_operations_cost()
    {
        DecoderConfig config = DecoderConfig.Parse(OneLayer, "test");
        Cost found = DecodeCost.Of(config, 3, new DecodeLength(4, 2), torch.ScalarType.Float32);

        // Tokens: 3 x 3 are prefilled, 3 x 2 computed in steps. Linears 2 I O with Σ I O = 120 (StepCostTests), SwiGLU 5 of 6 elements,
        // rotation 6 for each of 3 heads' one angle, three norms of 4 wide: 4 an element and 3 a row.
        double tokens = (9 + 6) * ((2 * 120) + (5 * 6) + (6 * 3) + (3 * 19));
        // Attention, 4 D + 4 = 12 a pair and head, two heads: pairs of a triangle of 3 are 6; a row of the steps sees 4 and 5 tokens.
        double attention = 3 * 2 * 12 * (6 + 4 + 5);
        // Head: 2 V H for each row of the two steps.
        double head = 2 * 3 * 2 * 10 * 4;
        Assert.Equal(tokens + attention + head, found.Flops);

        // One more new token: a step whose three rows see 6 tokens.
        Cost longer = DecodeCost.Of(config, 3, new DecodeLength(4, 3), torch.ScalarType.Float32);
        Assert.Equal((tokens * 3 / 15) + (3 * 2 * 12 * 6) + (head / 2), longer.Flops - found.Flops, 6);
    }
}
