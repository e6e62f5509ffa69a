using TraceFast.Training.Configuration;
using TraceFast.Training.Rollouts;

namespace TraceFast.Training.Tests.Rollouts;

/// <summary>Against TRL's formula, its numbers computed apart in double.</summary>
public sealed class GroupAdvantagesTests
{
    private static readonly double[] s_rewards = [1, 0.5, 0, 0.25, 2.0 / 3, 2.0 / 3, 2.0 / 3, 2.0 / 3, 0, 1, 1, 0];

    public static TheoryData<ScaleRewards, double[]> Expected => new()
    {
        {
            ScaleRewards.Group,
            [
                1.3171565993073961, 0.14635073325637735, -1.0244551327946414, -0.43905219976913207, 0, 0, 0, 0,
                -0.8658754297607016, 0.8658754297607016, 0.8658754297607016, -0.8658754297607016,
            ]
        },
        {
            ScaleRewards.Batch,
            [
                1.4479883957381765, 0.16088759952646406, -1.1262131966852484, -0.4826627985793922, 0, 0, 0, 0,
                -1.2871007962117125, 1.2871007962117125, 1.2871007962117125, -1.2871007962117125,
            ]
        },
        { ScaleRewards.None, [0.5625, 0.0625, -0.4375, -0.1875, 0, 0, 0, 0, -0.5, 0.5, 0.5, -0.5] },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public void Advantages_are_the_formulas(ScaleRewards scale, double[] expected)
    {
        double[] advantages = GroupAdvantages.Of(s_rewards, 4, scale);
        Assert.Equal(expected.Length, advantages.Length);
        Assert.All(expected.Zip(advantages), p => Assert.Equal(p.First, p.Second, 1e-14));
    }

    [Fact]
    public void A_group_of_equal_rewards_teaches_nothing_to_the_bit()
    {
        // 0.1 times 3 is not the sum of three 0.1.
        Assert.All(GroupAdvantages.Of([0.1, 0.1, 0.1], 3, ScaleRewards.Group), a => Assert.Equal(0, a));
        Assert.Equal(1.0 / 3, GroupAdvantages.ShareWithoutDifference(s_rewards, 4), 1e-15);
    }

    [Fact]
    public void The_deviation_is_unbiased()
    {
        Assert.Equal(0.3883699640242908, GroupAdvantages.Deviation(s_rewards), 1e-15);
        Assert.Equal(0, GroupAdvantages.Deviation([3]));
    }
}
