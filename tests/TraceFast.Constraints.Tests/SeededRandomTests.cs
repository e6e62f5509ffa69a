using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests;

public class SeededRandomTests
{
    /// <summary>The reference sequence of SplitMix64 for seed 1234567 (Vigna, splitmix64.c).</summary>
    [Fact]
    public void The_published_sequence_is_reproduced()
    {
        SeededRandom random = new(1234567);
        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => random.NextBits()));
    }
}
