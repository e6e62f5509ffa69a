using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

/// <summary>By a library that does NCCL's work without a GPU: no test of NCCL itself.</summary>
[Collection(FakeNccl.Name)]
public sealed class NcclCollectivesTests : IDisposable
{
    private const int RemoteError = 6;

    private static readonly torch.ScalarType[] s_dtypes = [torch.ScalarType.Float32, torch.ScalarType.Float64];

    public static TheoryData<int, torch.ScalarType> Ranks
    {
        get
        {
            TheoryData<int, torch.ScalarType> cases = [];
            foreach (int ranks in new[] { 1, 2, 3, 4 })
                foreach (torch.ScalarType dtype in s_dtypes)
                    cases.Add(ranks, dtype);
            return cases;
        }
    }

    public void Dispose()
    {
        FakeNccl.Fail(null, 0, 0);
        FakeNccl.ClaimVersion(FakeNccl.DefaultVersion);
    }

    [Theory]
    [MemberData(nameof(Ranks))]
    public void Sums_are_those_of_all_ranks(int ranks, torch.ScalarType dtype)
    {
        foreach (int length in new[] { 0, 1, 7, 1001 })
        {
            double[] expected = [.. Enumerable.Range(0, length).Select(i => Enumerable.Range(0, ranks).Sum(r => Numbers(r, length)[i]))];
            double[][] actual = Run(ranks, (own, collectives) =>
            {
                torch.Tensor values = torch.tensor(Numbers(own.Rank, length)).to(dtype);
                return ToHost(Sum(collectives, values));
            });
            double tolerance = dtype == torch.ScalarType.Float64 ? 1e-14 : 1e-6;
            Assert.All(actual, a => Assert.All(expected.Zip(a), p => Assert.Equal(p.First, p.Second, tolerance)));
            Assert.All(actual, a => Assert.Equal(length, a.Length));
        }
    }

    /// <summary>Parts of 0 to 6 numbers, to oneself too.</summary>
    [Theory]
    [MemberData(nameof(Ranks))]
    public void Each_rank_gets_the_parts_that_are_meant_for_it(int ranks, torch.ScalarType dtype)
    {
        long Count(int from, int to) => ((from * 3) + (to * 5)) % 7;
        double[] Part(int from, int to) => [.. Enumerable.Range(0, (int)Count(from, to)).Select(i => (from * 100.0) + (to * 10) + i)];
        int[] all = [.. Enumerable.Range(0, ranks)];
        double[][] actual = Run(ranks, (own, collectives) =>
        {
            torch.Tensor sent = torch.tensor(all.SelectMany(to => Part(own.Rank, to)).ToArray()).to(dtype);
            long[] counts = [.. all.Select(from => Count(from, own.Rank))];
            torch.Tensor received = torch.zeros(counts.Sum(), dtype: dtype);
            collectives.Exchange(sent, [.. all.Select(to => Count(own.Rank, to))], received, counts);
            return ToHost(received);
        });
        Assert.All(all, to => Assert.Equal(all.SelectMany(from => Part(from, to)), actual[to]));
    }

    [Theory]
    [MemberData(nameof(Ranks))]
    public void All_ranks_get_the_numbers_of_all(int ranks, torch.ScalarType dtype)
    {
        double[][] actual = Run(ranks, (own, collectives) =>
        {
            torch.Tensor all = torch.zeros(ranks * 5, dtype: dtype);
            collectives.GatherAll(torch.full(5, own.Rank + 1, dtype: dtype), all);
            return ToHost(all);
        });
        Assert.All(actual, a => Assert.Equal(Enumerable.Range(0, ranks * 5).Select(i => (i / 5) + 1.0), a));
    }

    [Theory]
    [MemberData(nameof(GradientReducerTests.Cases), MemberType = typeof(GradientReducerTests))]
    public void Ordered_gradients_have_the_bits_that_they_have_without_NCCL(int microBatches, int ranks, torch.ScalarType dtype)
    {
        int before = FakeNccl.Calls("ncclAllGather");
        double[]?[] alone = GradientReducerTests.Gradients(Communicator.Alone, microBatches, dtype, GradientReduction.Ordered);
        Assert.All(
            Run(ranks, (r, c) => GradientReducerTests.Gradients(r, microBatches, dtype, GradientReduction.Ordered, collectives: c)),
            together => Assert.Equal(alone, together));
        Assert.Equal(before + ranks, FakeNccl.Calls("ncclAllGather"));
    }

    [Fact]
    public void Fast_gradients_are_the_sums_of_all_micro_batches()
    {
        double[]?[] exact = GradientReducerTests.Gradients(Communicator.Alone, 13, torch.ScalarType.Float64, GradientReduction.Ordered);
        int before = FakeNccl.Calls("ncclAllReduce");
        double[]?[][] actual = Run(
            3, (r, c) => GradientReducerTests.Gradients(r, 13, torch.ScalarType.Float32, GradientReduction.Fast, collectives: c));
        Assert.All(actual, g => Assert.All(exact[0]!.Zip(g[0]!), p => Assert.Equal(p.First, p.Second, 1e-5)));
        Assert.True(FakeNccl.Calls("ncclAllReduce") > before, "the sums did not go over NCCL");
    }

    [Theory]
    [InlineData("ncclGetUniqueId", "ncclGetUniqueId")]
    [InlineData("ncclCommInitRank", "ncclCommInitRank", "each rank needs a GPU of its own")]
    [InlineData("ncclAllReduce", "ncclAllReduce of 3 numbers")]
    [InlineData("ncclAllGather", "ncclAllGather of 3 numbers")]
    [InlineData("ncclGroupStart", "ncclGroupStart")]
    [InlineData("ncclSend", "ncclSend of 3 numbers to rank 0")]
    [InlineData("ncclRecv", "ncclRecv of 3 numbers from rank 0")]
    [InlineData("ncclGroupEnd", "ncclGroupEnd")]
    [InlineData("ncclCommDestroy", "ncclCommDestroy")]
    public void A_call_that_fails_says_which_and_why_and_what_to_do(string function, string operation, string advice = "")
    {
        FakeNccl.Fail(function, -1, RemoteError);
        NcclException e = Assert.Throws<NcclException>(() => Run(1, (_, collectives) =>
        {
            torch.Tensor three = torch.ones(3);
            Sum(collectives, three);
            collectives.GatherAll(three, torch.ones(3));
            collectives.Exchange(three, [3], torch.ones(3), [3]);
            return 0;
        }));
        Assert.StartsWith(
            $"NCCL: {operation} failed: remote process exited or there was a network error ({function} was told to fail)", e.Message,
            StringComparison.Ordinal);
        Assert.Contains("NCCL_DEBUG=INFO", e.Message, StringComparison.Ordinal);
        Assert.Contains("TRACEFAST_NCCL=none", e.Message, StringComparison.Ordinal);
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
    }

    /// <summary>A rank that fails gives its communicator up, so that the others do not wait for it for ever.</summary>
    [Fact]
    public void No_rank_waits_for_one_that_has_failed()
    {
        (int aborted, int destroyed) = (FakeNccl.Calls("ncclCommAbort"), FakeNccl.Calls("ncclCommDestroy"));
        FakeNccl.Fail("ncclAllReduce", 1, 2);
        Assert.Throws<NcclException>(() => Run(3, (_, collectives) =>
        {
            Sum(collectives, torch.ones(3));
            return 0;
        }));
        Assert.Equal((aborted + 3, destroyed), (FakeNccl.Calls("ncclCommAbort"), FakeNccl.Calls("ncclCommDestroy")));
    }

    [Fact]
    public void A_communicator_that_is_no_longer_needed_is_destroyed()
    {
        (int aborted, int destroyed) = (FakeNccl.Calls("ncclCommAbort"), FakeNccl.Calls("ncclCommDestroy"));
        Run(3, (_, _) => 0);
        Assert.Equal((aborted, destroyed + 3), (FakeNccl.Calls("ncclCommAbort"), FakeNccl.Calls("ncclCommDestroy")));
    }

    /// <summary>The run may wait for the GPU meanwhile: another thread ends the job.</summary>
    [Fact]
    public void An_error_that_comes_later_ends_the_job()
    {
        string[] failures = ThreadCommunicator.Run(2, ranks =>
        {
            using NcclCollectives collectives = new(FakeNccl.Load(), ranks, torch.CPU, TimeSpan.FromMilliseconds(10));
            ranks.Barrier();
            FakeNccl.Fail("async", 1, RemoteError);
            if (ranks.Rank == 1)
                SpinWait.SpinUntil(() => ((ThreadCommunicator)ranks).Failure is not null, TimeSpan.FromSeconds(30));
            ranks.Barrier();
            return ((ThreadCommunicator)ranks).Failure ?? "";
        });
        Assert.Equal("", failures[0]);
        Assert.StartsWith(
            "error: NCCL: an operation that was under way failed: remote process exited or there was a network error", failures[1],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_NCCL_would_misread_are_refused() => Run(1, (_, collectives) =>
    {
        Assert.Throws<ArgumentException>(() => Sum(collectives, torch.ones([4, 4]).t()));
        Assert.Throws<ArgumentException>(() => Sum(collectives, torch.ones(4, dtype: torch.ScalarType.BFloat16)));
        Assert.Throws<ArgumentException>(() => collectives.GatherAll(torch.ones(4), torch.ones(3)));
        Assert.Throws<ArgumentException>(() => collectives.Exchange(torch.ones(4), [3], torch.ones(4), [4]));
        return 0;
    });

    private static torch.Tensor Sum(ICollectives collectives, torch.Tensor own)
    {
        torch.Tensor sum = torch.zeros_like(own);
        collectives.BeginAdd(own, sum).Wait();
        return sum;
    }

    private static double[] Numbers(int rank, int length)
    {
        Random random = new(rank);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
    }

    private static double[] ToHost(torch.Tensor values) => values.to(torch.ScalarType.Float64).data<double>().ToArray();

    private static T[] Run<T>(int ranks, Func<Communicator, ICollectives, T> work) => ThreadCommunicator.Run(ranks, rank =>
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NcclCollectives collectives = new(FakeNccl.Load(), rank, torch.CPU);
        T result = work(rank, collectives);
        collectives.Complete();
        return result;
    });
}
