using System.Globalization;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Tests.Steps;

public class SumTreeTests
{
    public static TheoryData<int> Counts => [.. Enumerable.Range(1, 40), 64, 100, 1023];

    /// <summary>However the terms are spread over ranks, the additions are the same, written as an expression.</summary>
    [Theory]
    [MemberData(nameof(Counts))]
    public void The_order_of_additions_does_not_depend_on_who_owns_the_terms(int count)
    {
        Random random = new(count);
        string whole = Expression(SumTree.Whole, count, node => node.IsTerm(count) ? $"{node.First}" : null);
        foreach (int ranks in new[] { 1, 2, 3, 4, 5, 8, 16 })
            foreach (Func<int, int> rankOf in new Func<int, int>[] { i => i % ranks, _ => random.Next(ranks) })
            {
                int[] owner = [.. Enumerable.Range(0, count).Select(rankOf)];
                Dictionary<SumTree, string> partials = Enumerable.Range(0, ranks)
                    .SelectMany(rank => SumTree.Cover(count, i => owner[i] == rank))
                    .ToDictionary(node => node, node => Expression(node, count, n => n.IsTerm(count) ? $"{n.First}" : null));
                Assert.Equal(whole, Expression(SumTree.Whole, count, node => partials.GetValueOrDefault(node)));
            }
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void Every_term_is_added_once(int count)
    {
        int[] added = Expression(SumTree.Whole, count, node => node.IsTerm(count) ? $"{node.First}" : null)
            .Split('(', ')', '+').Where(t => t.Length > 0).Select(t => int.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(0, count), added.Order());
    }

    [Theory]
    [InlineData(8, 2)]
    [InlineData(8, 4)]
    [InlineData(8, 8)]
    [InlineData(13, 4)]
    public void A_rank_of_a_power_of_two_has_one_sum_of_its_own(int count, int ranks)
    {
        for (int rank = 0; rank < ranks; rank++)
            Assert.Equal(new SumTree(rank, ranks), Assert.Single(SumTree.Cover(count, i => i % ranks == rank)));
    }

    [Fact]
    public void The_order_is_that_of_the_formula() =>
        Assert.Equal("(((0+4)+2)+((1+5)+3))", Expression(SumTree.Whole, 6, node => node.IsTerm(6) ? $"{node.First}" : null));

    [Fact]
    public void A_rank_without_terms_has_no_sum() => Assert.Empty(SumTree.Cover(2, i => i % 4 == 3));

    [Fact]
    public void A_term_that_nobody_has_is_an_error() =>
        Assert.Throws<InvalidOperationException>(() => Expression(SumTree.Whole, 3, _ => null));

    private static string Expression(SumTree node, int count, Func<SumTree, string?> known) =>
        node.Sum(count, known, (a, b) => $"({a}+{b})");
}
