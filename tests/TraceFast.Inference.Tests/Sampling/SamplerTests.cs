using TraceFast.Data;
using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Tests.Sampling;

public class SamplerTests
{
    /// <summary>The known answers of Random123's kat_vectors for philox4x32 with 10 rounds.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(
        0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_known_answers(uint a, uint b, uint c, uint d, uint k0, uint k1, uint w, uint x, uint y, uint z) =>
        Assert.Equal((w, x, y, z), Philox.Block((a, b, c, d), (k0, k1)));

    [Fact]
    public void Draws_follow_the_processed_probabilities()
    {
        float[] logits = [1.5f, -0.3f, 0.2f, 2.1f, -4f, 0.9f, 1.1f];
        SamplingOptions options = new() { Temperature = 0.8, TopK = 5, TopP = 0.95, MinP = 0.05, Seed = 7 };
        float[] processed = [.. logits];
        foreach (ILogitsProcessor processor in Sampler.Processors(options))
            processor.Process(processed, []);
        double total = processed.Sum(l => Math.Exp(l));
        Sampler sampler = new(options);
        const int draws = 200_000;
        int[] counts = new int[logits.Length];
        for (int step = 0; step < draws; step++)
            counts[sampler.Next([.. logits], [], stream: 3, step)]++;
        for (int id = 0; id < logits.Length; id++)
        {
            double p = Math.Exp(processed[id]) / total;
            Assert.Equal(p, (double)counts[id] / draws, 5 * Math.Sqrt(p * (1 - p) / draws));
            Assert.True(p > 0 || counts[id] == 0);
        }
    }

    [Fact]
    public void Streams_of_one_seed_and_seeds_of_one_stream_differ()
    {
        double[] values = [
            .. from seed in new ulong[] { 0, 1,
                1UL << 40 } from stream in new ulong[] { 0, 1, 1UL << 33 } from step in new ulong[] { 0, 1,
                    2 } select Philox.Uniform(seed, stream, step)];
        Assert.Equal(values.Length, values.Distinct().Count());
        Assert.All(values, v => Assert.InRange(v, 0, 1));
    }

    /// <summary>Against a plain sort, on logits with many equal values and on a vocabulary of real size.</summary>
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(31, 0.7)]
    [InlineData(1000, 0.01)]
    [InlineData(49152, 0.95)]
    [InlineData(49152, 0.3)]
    public void Top_p_keeps_what_a_sort_keeps(int vocabulary, double p)
    {
        Random random = new(vocabulary);
        foreach (float spread in new[] { 0f, 0.001f, 3f, 60f })
        {
            float[] logits = [.. Enumerable.Range(0, vocabulary).Select(_ => MathF.Round((float)random.NextDouble() * 40) / 40 * spread)];
            float[] actual = [.. logits];
            new TopP(p).Process(actual, []);
            (float Logit, int Id)[] ascending = [.. logits.Select((l, i) => (l, i)).Order()];
            double max = logits.Max(), total = logits.Sum(l => Math.Exp(l - max)), below = 0;
            HashSet<int> left = [];
            foreach ((float logit, int id) in ascending[..^1])
            {
                below += Math.Exp(logit - max);
                if (below > (1 - p) * total)
                    break;
                left.Add(id);
            }
            int found = actual.Count(float.IsNegativeInfinity);
            // The two sum in another order: at the very edge they may differ by one token.
            Assert.InRange(found, left.Count - 1, left.Count + 1);
            Assert.Equal(found, actual.Where((l, i) => float.IsNegativeInfinity(l) && (left.Contains(i) || left.Count < found)).Count());
        }
    }

    [Fact]
    public void Equal_logits_stay_together_in_top_k()
    {
        float[] logits = [1, 3, 2, 2, 0, 2];
        new TopK(2).Process(logits, []);
        Assert.Equal([float.NegativeInfinity, 3, 2, 2, float.NegativeInfinity, 2], logits);
    }

    [Fact]
    public void Greedy_takes_the_lowest_of_equal_ids_after_the_penalty()
    {
        Assert.Equal(1, new Sampler(new SamplingOptions()).Next([0, 5, 5, 1], [], 0, 0));
        Assert.Equal(2, new Sampler(new SamplingOptions { RepetitionPenalty = 1.1 }).Next([0, 5, 5, 1], [1, 1, 900], 0, 0));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_numbers_give_no_token(float bad)
    {
        Assert.Equal(Sampler.NoToken, new Sampler(new SamplingOptions()).Next([0, bad, 1], [], 0, 0));
        Assert.Equal(Sampler.NoToken, new Sampler(new SamplingOptions { Temperature = 1, TopP = 0.9 }).Next([0, bad, 1], [], 0, 0));
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        SamplingOptions[] wrong =
        [
            new() { Temperature = -1 }, new() { Temperature = double.NaN }, new() { TopK = -1 }, new() { TopP = 0 }, new() { TopP = 1.1 },
            new() { MinP = -0.1 }, new() { MinP = 2 }, new() { RepetitionPenalty = 0 },
        ];
        Assert.All(
            wrong, o => Assert.Contains("expected", Assert.Throws<InputException>(() => new Sampler(o)).Message, StringComparison.Ordinal));
    }
}
