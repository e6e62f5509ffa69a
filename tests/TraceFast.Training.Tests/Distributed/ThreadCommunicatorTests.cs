using System.Diagnostics;
using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

/// <summary>What a rank's thread throws reaches the test, wherever the other ranks wait.</summary>
public class ThreadCommunicatorTests
{
    /// <summary>Also where the others have caught it: they are told that a rank has failed, and not with what.</summary>
    [Theory]
    [InlineData("barrier")]
    [InlineData("add")]
    [InlineData("sum")]
    public void An_exception_of_a_rank_is_thrown_and_ends_the_others(string waiting)
    {
        long start = Stopwatch.GetTimestamp();
        string?[] told = new string?[3];
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => ThreadCommunicator.Run(3, ranks =>
        {
            ranks.Barrier();
            if (ranks.Rank == 1)
                throw new InvalidOperationException("of rank 1");
            told[ranks.Rank] = Assert.Throws<RankFailedException>(() => Wait(ranks, waiting)).Message;
            return 0;
        }));
        Assert.Equal("of rank 1", e.Message);
        Assert.Equal(["another rank has failed", null, "another rank has failed"], told);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 20);
    }

    [Fact]
    public void A_failed_assertion_of_a_rank_fails_the_test() =>
        Assert.Throws<Xunit.Sdk.EqualException>(() => ThreadCommunicator.Run(2, ranks =>
        {
            Assert.Equal(0, ranks.Rank);
            ranks.Barrier();
            return 0;
        }));

    private static void Wait(Communicator ranks, string waiting)
    {
        switch (waiting)
        {
            case "barrier":
                ranks.Barrier();
                break;
            case "add":
                ranks.Add([1.0]);
                break;
            default:
                using (torch.Tensor own = torch.ones(3), sum = torch.zeros(3))
                    ranks.BeginAdd(own, sum).Wait();
                break;
        }
    }
}
