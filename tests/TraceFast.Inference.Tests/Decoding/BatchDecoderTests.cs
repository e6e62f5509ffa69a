using TraceFast.Data;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Tests.Decoding;

public class BatchDecoderTests
{
    private const int Vocabulary = 50, MaxLength = 120, StopId = 3;

    public static TheoryData<int, int, bool, bool> Schedules()
    {
        TheoryData<int, int, bool, bool> data = [];
        foreach (int batch in new[] { 1, 2, 3, 7, 40 })
            foreach (int chunk in new[] { 1, 5, 512 })
                foreach (bool sampled in new[] { false, true })
                    foreach (bool shuffled in new[] { false, true })
                        data.Add(batch, chunk, sampled, shuffled);
        return data;
    }

    /// <summary>Each request alone, all of its prompt at once, is what every schedule has to give.</summary>
    [Theory]
    [MemberData(nameof(Schedules))]
    public void Results_do_not_depend_on_batch_order_or_chunks(int batch, int chunk, bool sampled, bool shuffled)
    {
        DecodeRequest[] requests = [.. Requests(23, sampled)];
        Dictionary<int, DecodeResult> alone = requests.ToDictionary(
            r => r.Index, r => Run([r], new DecodeOptions { Batch = 1 }, []).Results.Single());
        Assert.Contains(alone.Values, r => r.FinishReason == FinishReason.Stop);
        Assert.Contains(alone.Values, r => r.FinishReason == FinishReason.Length);
        Assert.True(alone.Values.Select(r => r.Ids.Length).Distinct().Count() > 5);
        if (shuffled)
            new Random(batch).Shuffle(requests);
        foreach (Batching batching in Enum.GetValues<Batching>())
        {
            (List<DecodeResult> results, FakeEngine engine, DecodeStatistics statistics) =
                Run(requests, new DecodeOptions { Batch = batch, ChunkLength = chunk, Batching = batching }, s_prefix);
            Assert.Equal(requests.Length, results.Count);
            foreach (DecodeResult result in results)
            {
                Assert.Equal(alone[result.Request.Index].Ids, result.Ids);
                Assert.Equal(alone[result.Request.Index].Text, result.Text);
                Assert.Equal(alone[result.Request.Index].FinishReason, result.FinishReason);
            }
            Assert.All(engine.Prefills, p => Assert.InRange(p.Length, 1, chunk));
            Assert.All(engine.StepSizes, s => Assert.InRange(s, 1, batch));
            Assert.Equal(results.Sum(r => r.Ids.Length), statistics.NewTokens);
            if (batching == Batching.Continuous)
                Assert.Equal(statistics.NewTokens, statistics.StepRows);
        }
    }

    /// <summary>The penalty and the bans count prompt and new tokens of their own row, whatever the other rows hold.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void Penalty_and_bans_in_a_batch_are_those_of_a_plain_loop(int batch)
    {
        Random random = new(8);
        DecodeRequest[] requests =
        [
            .. Enumerable.Range(0, 17)
                .Select(i =>
                    new DecodeRequest(
                        [.. s_prefix, 20 + i, .. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(Vocabulary))],
                        1 + random.Next(30))
            {
                Index = i,
                StopIds = new HashSet<int> { StopId },
                Sampling = new SamplingOptions
                {
                    RepetitionPenalty = 1 + i % 4, NoRepeatNgramSize = i % 3 * 2, MinNewTokens = i % 5,
                    SuppressTokens = i % 2 == 0 ? [5, 6, 7] : [], BadWords = [[30], [31, 32]],
                },
            }),
        ];
        foreach (DecodeResult result in Run(requests, new DecodeOptions { Batch = batch, ChunkLength = 3 }, s_prefix).Results)
            Assert.Equal(Plainly(result.Request), result.Ids);
    }

    private static List<int> Plainly(DecodeRequest request)
    {
        SamplingOptions options = request.Sampling;
        List<int> ids = [.. request.Prompt], fresh = [];
        while (fresh.Count < Math.Min(request.MaxNewTokens, MaxLength - request.Prompt.Length))
        {
            using FakeEngine engine = new(1, MaxLength, Vocabulary, StopId, stopChance: 0.05);
            if (ids.Count > 1)
                engine.Prefill(0, 0, [.. ids.SkipLast(1)]);
            engine.Step([ids[^1]], [ids.Count - 1]);
            float[] logits = engine.Logits(0).ToArray();
            foreach (int id in ids.ToHashSet())
                logits[id] = logits[id] < 0 ? logits[id] * (float)options.RepetitionPenalty : logits[id] / (float)options.RepetitionPenalty;
            for (int id = 0; id < Vocabulary; id++)
            {
                int[] after = [.. ids, id];
                int n = options.NoRepeatNgramSize;
                bool repeats = n > 0
                    && Enumerable.Range(0, ids.Count - n + 1).Any(i => ids.Skip(i).Take(n).SequenceEqual(after.TakeLast(n)));
                bool bad = options.BadWords.Any(word => after.TakeLast(word.Count).SequenceEqual(word));
                if (repeats || bad || options.SuppressTokens.Contains(id) || (id == StopId && fresh.Count < options.MinNewTokens))
                    logits[id] = float.NegativeInfinity;
            }
            int best = Array.IndexOf(logits, logits.Max());
            ids.Add(best);
            fresh.Add(best);
            if (best == StopId)
                break;
        }
        return fresh;
    }

    [Fact]
    public void A_place_is_taken_at_once_and_active_rows_stay_in_front()
    {
        DecodeRequest[] requests = [.. new[] { 2, 9, 4, 3, 5 }.Select((n, i) => new DecodeRequest([i + 1, 7], n) { Index = i })];
        (List<DecodeResult> results, FakeEngine engine, _) = Run(requests, new DecodeOptions { Batch = 2 }, []);
        // Row 0 holds 0 (2 tokens), 2 (4), 3 (3), each ending before row 1's 1 (9); then 4 (5) goes on alone.
        Assert.Equal([0, 2, 3, 1, 4], results.Select(r => r.Request.Index));
        Assert.Equal([.. Enumerable.Repeat(2, 9), .. Enumerable.Repeat(1, 5)], engine.StepSizes);
    }

    [Fact]
    public void A_static_batch_is_computed_to_its_longest_row()
    {
        DecodeRequest[] requests = [.. new[] { 2, 9, 4, 3 }.Select((n, i) => new DecodeRequest([i + 1, 7], n) { Index = i })];
        (_, FakeEngine engine,
            DecodeStatistics statistics) = Run(requests, new DecodeOptions { Batch = 2, Batching = Batching.Static }, []);
        Assert.Equal(Enumerable.Repeat(2, 9 + 4), engine.StepSizes);
        Assert.Equal((18, 26), (statistics.NewTokens, statistics.StepRows));
    }

    [Fact]
    public void The_common_prefix_is_computed_once()
    {
        DecodeRequest[] requests = [.. Requests(9, sampled: false)];
        int[] prefix = BatchDecoder.CommonPrefix(requests.Select(r => r.Prompt));
        Assert.Equal(s_prefix, prefix);
        (_, FakeEngine engine, DecodeStatistics statistics) = Run(requests, new DecodeOptions { Batch = 4 }, prefix);
        Assert.Equal(requests.Sum(r => r.Prompt.Length - 1) - 8 * prefix.Length, statistics.PromptTokens);
        Assert.Equal(9 * prefix.Length, statistics.SharedTokens);
        Assert.Single(engine.Prefills, p => p.Start == 0);
    }

    [Fact]
    public void The_prefix_leaves_each_prompt_a_token()
    {
        Assert.Equal([1, 2], BatchDecoder.CommonPrefix([[1, 2, 3], [1, 2, 3], [1, 2, 3, 4]]));
        Assert.Equal([], BatchDecoder.CommonPrefix([[1], [1, 2]]));
        Assert.Equal([], BatchDecoder.CommonPrefix([[1, 2, 3]]));
        Assert.Equal([], BatchDecoder.CommonPrefix([]));
    }

    [Fact]
    public void A_stop_token_is_kept_in_the_ids_and_left_out_of_the_text()
    {
        DecodeResult open = Run([new DecodeRequest([5, 6], 12)], new DecodeOptions { Batch = 1 }, []).Results.Single();
        int at = Enumerable.Range(1, 11).First(i => Array.IndexOf(open.Ids, open.Ids[i]) == i);
        DecodeResult stopped = Run(
            [new DecodeRequest([5, 6], 12) { StopIds = new HashSet<int> { open.Ids[at] } }], new DecodeOptions { Batch = 1 },
            []).Results.Single();
        Assert.Equal(open.Ids[..(at + 1)], stopped.Ids);
        Assert.Equal(Letters(open.Ids.AsSpan(0, at)), stopped.Text);
        Assert.Equal(FinishReason.Stop, stopped.FinishReason);
    }

    [Fact]
    public void The_contexts_end_ends_a_row()
    {
        DecodeResult result = Run(
            [new DecodeRequest([.. Enumerable.Repeat(9, MaxLength - 4)], 50)], new DecodeOptions { Batch = 1 }, []).Results.Single();
        Assert.Equal((4, FinishReason.Length), (result.Ids.Length, result.FinishReason));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(MaxLength, 5)]
    [InlineData(3, 0)]
    public void A_request_without_room_is_refused_by_name(int prompt, int newTokens)
    {
        DecodeException e = Assert.Throws<DecodeException>(
            () => Run([new DecodeRequest(new int[prompt], newTokens) { Index = 17 }], new DecodeOptions { Batch = 1 }, []));
        Assert.IsAssignableFrom<InputException>(e);
        Assert.Contains("request 17", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_ends_between_steps()
    {
        using CancellationTokenSource cancel = new();
        FakeEngine engine = new(3, MaxLength, Vocabulary);
        BatchDecoder decoder = new(engine, Letters, new DecodeOptions { Batch = 3 });
        List<DecodeResult> results = [];
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (DecodeResult result in decoder.Run(Requests(20, sampled: false), cancel.Token))
            {
                results.Add(result);
                if (results.Count == 5)
                    cancel.Cancel();
            }
        });
        Assert.InRange(results.Count, 5, 7);
    }

    [Fact]
    public void Requests_are_taken_only_when_a_place_is_free()
    {
        int taken = 0;
        IEnumerable<DecodeRequest> Counted()
        {
            foreach (DecodeRequest request in Requests(20, sampled: false))
            {
                taken++;
                yield return request;
            }
        }
        foreach (DecodeResult _ in new BatchDecoder(new FakeEngine(3, MaxLength, Vocabulary), Letters, new DecodeOptions { Batch = 3 }).Run(
            Counted(), TestContext.Current.CancellationToken))
        {
            Assert.Equal(3, taken);
            break;
        }
    }

    [Fact]
    public void Logits_that_are_no_numbers_name_the_request()
    {
        using NotNumbers engine = new();
        BatchDecoder decoder = new(engine, Letters, new DecodeOptions { Batch = 2 });
        DecodeException e = Assert.Throws<DecodeException>(
            () => decoder.Run(
                [new DecodeRequest([1], 3) { Index = 4 }, new DecodeRequest([2], 3) { Index = 5 }], TestContext.Current.CancellationToken)
                .ToList());
        Assert.Contains("request 5", e.Message, StringComparison.Ordinal);
    }

    private static readonly int[] s_prefix = [11, 12, 13, 14, 15, 16, 17];

    private static IEnumerable<DecodeRequest> Requests(int count, bool sampled)
    {
        Random random = new(5);
        for (int i = 0; i < count; i++)
        {
            int[] rest = [.. Enumerable.Range(0, i < 2 ? 1 : random.Next(1, 60)).Select(_ => random.Next(20, Vocabulary))];
            rest[0] = 20 + i;
            yield return new DecodeRequest([.. s_prefix, .. rest], random.Next(1, 40))
            {
                Index = i,
                StopIds = new HashSet<int> { StopId },
                StopStrings = i % 3 == 0 ? ["bcd", "qq", "r"] : [],
                Sampling = sampled
                    ? new SamplingOptions { Temperature = 0.5 + i % 3, TopK = i % 4 * 10, TopP = 0.9, MinP = i % 2 * 0.01,
                        RepetitionPenalty = 1.1, Seed = (ulong)i / 2 }
                    : new SamplingOptions { RepetitionPenalty = i % 2 == 0 ? 1 : 1.3 },
            };
        }
    }

    private static (List<DecodeResult> Results, FakeEngine Engine,
        DecodeStatistics Statistics) Run(DecodeRequest[] requests, DecodeOptions options, int[] prefix)
    {
        FakeEngine engine = new(options.Batch + (prefix.Length > 0 ? 1 : 0), MaxLength, Vocabulary, StopId, stopChance: 0.05);
        BatchDecoder decoder = new(engine, Letters, options, new DecodeStatistics(), prefix);
        return ([.. decoder.Run(requests, TestContext.Current.CancellationToken)], engine, decoder.Statistics);
    }

    private static string Letters(ReadOnlySpan<int> ids) => string.Concat(ids.ToArray().Select(id => (char)('a' + id % 26)));

    private sealed class NotNumbers : IDecodeEngine
    {
        private readonly float[] _logits = [1, 2, float.NaN, 3];

        public int Rows => 2;

        public int MaxLength => 9;

        public void Prefill(int row, int start, ReadOnlySpan<int> tokens)
        {
        }

        public void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
        {
        }

        public Span<float> Logits(int row) => _logits.AsSpan(2 * row, 2);

        public void CopyRow(int from, int to, int length)
        {
        }

        public void Dispose()
        {
        }
    }
}
