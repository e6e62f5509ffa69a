using System.Globalization;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Evaluation.Tests.Statistics;

public sealed class BootstrapTests
{
    [Theory]
    [InlineData("1 2 3 4 5", 0.1, 1.4)] // h = 0.1 x 4 = 0.4: 1 + 0.4 (2 - 1)
    [InlineData("10 20 30", 0.1, 12)] // h = 0.2: 10 + 0.2 (20 - 10)
    [InlineData("0 1 2 3 4 5 6 7 8 9 10", 0.1, 1)]
    [InlineData("7", 0.1, 7)]
    [InlineData("1 2 3", 1, 3)]
    [InlineData("1 2 3", 0, 1)]
    public void A_quantile_lies_between_its_two_neighbours(string ascending, double share, double expected) => Assert.Equal(
        expected, Bootstrap.Quantile([.. ascending.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture))], share), 12);
}
