using TraceFast.Gate.Decision;

namespace TraceFast.Gate.Tests.Decision;

public sealed class SequentialSignedRankTests
{
    /// <summary>One look at n pairs: the exact signed-rank test, whose tails are counted by hand.</summary>
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, 1.0 / 32)] // W = 15: one of 32
    [InlineData(new double[] { -1, 2, 3, 4, 5 }, 2.0 / 32)] // 14
    [InlineData(new double[] { 1, -2, 3, 4, 5 }, 3.0 / 32)] // 13
    [InlineData(new double[] { -1, -2, 3, 4, 5 }, 5.0 / 32)] // 12: {12}, {3, 9} twice: 15, 14, 13, 12, 12
    [InlineData(new double[] { 7, 7, 7, 7 }, 1.0 / 16)] // ties
    [InlineData(new double[] { -7, 7, 7, 7 }, 5.0 / 16)]
    [InlineData(new double[] { 0, 0, 1, 2 }, 4.0 / 16)] // zeros have no sign
    public void One_look_is_the_exact_test(double[] differences, double p)
    {
        SequentialSignedRank test = new([differences.Length]);
        Assert.Equal(0, Reject(test, differences, p * 1.0001));
        Assert.Null(Reject(test, differences, p * 0.9999));
    }

    [Fact]
    public void A_look_without_enough_pairs_is_no_look()
    {
        SequentialSignedRank test = new([6, 8]);
        Assert.Null(Reject(test, [1, 2, 3, 4, 5], 0.9));
        Assert.Equal(0, Reject(test, [1, 2, 3, 4, 5, 6], 0.9));
    }

    /// <summary>Six pairs cannot reject at what may be spent by then; the eighth can: 1 / 256 is less than 0.02 ln(1 + (e - 1) / 2).</summary>
    [Fact]
    public void Looks_share_the_level()
    {
        SequentialSignedRank test = new([6, 8, 16]);
        double[] all = [.. Enumerable.Range(1, 16).Select(i => (double)i)];
        Assert.Equal(0.02, SequentialSignedRank.Spent(0.02, 1), 12);
        Assert.Equal(1, Reject(test, all, 0.02));
        Assert.Equal(0, Reject(test, all, 0.2));
        Assert.Null(Reject(test, [.. all.Select(d => -d)], 0.5));
    }

    /// <summary>Over all looks, equal arms are rejected in at most a share alpha of 4,000 runs, whatever the distribution.</summary>
    [Theory]
    [InlineData("normal")]
    [InlineData("heavy tails")]
    [InlineData("steps")]
    public void All_looks_together_keep_the_level(string distribution)
    {
        const int Runs = 4000;
        const double Alpha = 0.05;
        SequentialSignedRank test = new StageTest(24).Test;
        Random random = new(1);
        int rejected = Enumerable.Range(0, Runs).Count(_ =>
            Reject(test, [.. Enumerable.Range(0, 24).Select(_ => Draw(random, distribution))], Alpha) is not null);
        // 4 standard errors above; below, the looks must not waste much of the level.
        double most = Alpha * Runs + 4 * Math.Sqrt(Alpha * Runs);
        Assert.InRange(rejected, distribution == "steps" ? 1 : 0.6 * Alpha * Runs, most);
    }

    private static int? Reject(SequentialSignedRank test, double[] differences, double alpha) =>
        test.FirstRejection(n => differences[..n], differences.Length, alpha);

    internal static double Draw(Random random, string distribution)
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return distribution switch
        {
            "normal" => normal,
            "heavy tails" => normal / Math.Max(1e-3, random.NextDouble()),
            _ => Math.Round(normal),
        };
    }
}
