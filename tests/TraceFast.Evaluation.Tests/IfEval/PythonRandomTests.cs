using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>Against Python 3.11: random.Random() after seed(0).</summary>
public sealed class PythonRandomTests
{
    [Fact]
    public void Numbers_are_those_of_python()
    {
        PythonRandom random = new(0);
        foreach (double expected in new[] { 0.8444218515250481, 0.7579544029403025, 0.420571580830845 })
            Assert.Equal(expected, random.Next());
        foreach (double expected in new[] { -0.06700651572905797, 1.1947466787499987, -1.4471231264273656 })
            Assert.Equal(expected, random.NextGauss(), 1e-15);
        Assert.Equal([310, 991, 488, 366], Enumerable.Range(0, 4).Select(_ => random.Below(1000)));
    }
}
