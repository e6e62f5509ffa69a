using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Tests.Sampling;

/// <summary>What rules tokens out, against the definitions in transformers' logits_process.py written down plainly.</summary>
public sealed class BanTests
{
    private const int Vocabulary = 6;

    [Fact]
    public void No_ngram_comes_a_second_time()
    {
        Random random = new(1);
        for (int round = 0; round < 500; round++)
        {
            int n = 1 + random.Next(4);
            int[] context = Random(random, random.Next(1, 12));
            bool[] expected = new bool[Vocabulary];
            for (int id = 0; id < Vocabulary; id++)
            {
                string[] ngrams = [
                    .. Enumerable.Range(0, Math.Max(0, context.Length - n + 1)).Select(i => string.Join(' ', context.Skip(i).Take(n)))];
                int[] after = [.. context, id];
                expected[id] = after.Length >= n && ngrams.Contains(string.Join(' ', after[^n..]));
            }
            Assert.Equal(expected, Banned(new SamplingOptions { NoRepeatNgramSize = n }, context, 1));
        }
    }

    [Fact]
    public void Bad_words_are_not_completed()
    {
        Random random = new(2);
        for (int round = 0; round < 500; round++)
        {
            int[] context = Random(random, random.Next(1, 8));
            int[][] words = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Random(random, random.Next(1, 4)))];
            bool[] expected = new bool[Vocabulary];
            foreach (int[] word in words.Where(w => w.Length == 1 || w.Length <= context.Length))
                expected[word[^1]] |= context.TakeLast(word.Length - 1).SequenceEqual(word.SkipLast(1));
            // A word that is nothing but an end is no bad word.
            expected[5] &= words.Any(
                w => w[^1] == 5 && w.Length > 1 && w.Length <= context.Length
                    && context.TakeLast(w.Length - 1).SequenceEqual(w.SkipLast(1)));
            Assert.Equal(expected, Banned(new SamplingOptions { BadWords = words }, context, 1, stop: 5));
        }
    }

    [Theory]
    // A prompt of three tokens.
    [InlineData(0, 2, 0, true)]
    [InlineData(1, 2, 0, true)]
    [InlineData(2, 2, 0, false)]
    [InlineData(0, 0, 3, false)]
    [InlineData(0, 0, 5, true)]
    [InlineData(1, 0, 5, true)]
    [InlineData(2, 0, 5, false)]
    [InlineData(2, 1, 6, true)]
    public void An_end_is_not_chosen_before_the_least_length(int newTokens, int minNewTokens, int minLength, bool banned)
    {
        bool[] found = Banned(
            new SamplingOptions { MinNewTokens = minNewTokens, MinLength = minLength }, [.. Enumerable.Repeat(1, 3 + newTokens)], 3,
            stop: 4);
        Assert.Equal([false, false, false, false, banned, false], found);
    }

    [Fact]
    public void Suppressed_tokens_are_never_chosen_and_others_not_first()
    {
        SamplingOptions options = new() { SuppressTokens = [2], BeginSuppressTokens = [0, 3] };
        Assert.Equal([true, false, true, true, false, false], Banned(options, [1, 1, 1], 3));
        Assert.Equal([false, false, true, false, false, false], Banned(options, [1, 1, 1, 1], 3));
    }

    [Fact]
    public void Where_nothing_is_left_there_is_no_token()
    {
        foreach (double temperature in new[] { 0, 1.0 })
            Assert.Equal(
                Sampler.NoToken,
                new Sampler(new SamplingOptions { SuppressTokens = [0, 1, 2], Temperature = temperature }).Next([1f, 2f, 3f], [0], 0, 0));
    }

    private static int[] Random(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(Vocabulary))];

    private static bool[] Banned(SamplingOptions options, int[] context, int promptLength, int? stop = null)
    {
        float[] logits = new float[Vocabulary];
        foreach (ILogitsProcessor processor in Sampler.Processors(options, promptLength, stop is { } id ? new HashSet<int> { id } : null))
            processor.Process(logits, context);
        return [.. logits.Select(float.IsNegativeInfinity)];
    }
}
