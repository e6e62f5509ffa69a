using System.Diagnostics;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests.Properties;

[Collection(nameof(Alone))]
public class HostileTextTests
{
    /// <summary>
    /// No text makes a check throw, and every verdict of an exact sort decides and gives a reason and a place within the text.
    /// </summary>
    [Fact]
    public void Ten_thousand_texts_are_checked_without_an_exception()
    {
        Constraint[] constraints = [
            .. SampledConstraints.WithConflicting(3, 2).SelectMany(d => new[] { d.Constraint, d.Conflicting }).Distinct()];
        Parallel.For(0, 10_000, n =>
        {
            SeededRandom random = SeededRandom.Split(17, (ulong)n);
            string text = n % 3 == 0 ? HostileText.Random(random, 60) : HostileText.Mutated(random, random.Pick(CorpusOfAnswers.All));
            Response response = new(text);
            int first = random.Below(3); // a third of the constraints for each text
            for (int c = first; c < constraints.Length; c += 3)
            {
                Verdict verdict;
                try
                {
                    verdict = constraints[c].Check(response);
                }
                catch (Exception error)
                {
                    throw new InvalidOperationException($"{constraints[c]} on {Literal(text)}", error);
                }

                Assert.True(
                    verdict.Outcome is Outcome.Obeyed or Outcome.Violated && verdict.Reason.Length > 0,
                    $"{constraints[c]} on {Literal(text)}: {verdict}");
                if (verdict.Where is { } place)
                    Assert.True(
                        place.Start >= 0 && place.Length >= 0 && place.Start + place.Length <= text.Length,
                        $"{constraints[c]} on {Literal(text)}: {place}");
            }
        });
    }

    /// <summary>
    /// One piece over and over, a megabyte of it: where that takes long, four times the text must take about four times as long. A quarter
    /// against the whole shows it first; where that looks steep, as it does when the whole outgrows the collector's young generation and a
    /// quarter does not, four megabytes against one decide. A quadratic check takes sixteen times as long in both. Processor time is
    /// measured, and the least of three runs is taken, for noise only adds.
    /// </summary>
    [Theory]
    [InlineData("", 1024 * 1024)]
    [InlineData("# T\n\nItem,Reason\n| Item |\n|---|\n", 256 * 1024)]
    [InlineData("[{\"a\":", 512 * 1024)]
    public void A_megabyte_of_anything_takes_linear_time(string opening, int length)
    {
        const double Fast = 0.15;
        Constraint[] constraints = [
            .. SampledConstraints.WithConflicting(5, 1).SelectMany(d => new[] { d.Constraint, d.Conflicting })
                .DistinctBy(c => (c.Type, c.Scope))];
        List<string> slow = [];
        foreach (string piece in HostileText.Repeated)
        {
            string whole = opening + HostileText.Repeat(piece, length), quarter = opening + HostileText.Repeat(piece, length / 4);
            double all = Seconds(constraints, whole);
            if (all < Fast)
                continue;
            all = Math.Min(all, Math.Min(Seconds(constraints, whole), Seconds(constraints, whole)));
            double part = Enumerable.Range(0, 3).Min(_ => Seconds(constraints, quarter, times: 4));
            if (all <= 7 * part + 0.1)
                continue;
            string fourfold = opening + HostileText.Repeat(piece, 4 * length);
            double more = Enumerable.Range(0, 3).Min(_ => Seconds(constraints, fourfold));
            if (more > 7 * all)
                slow.Add(
                    $"{Literal(opening + piece)}: {all:F2} s, a quarter of it {part:F2} s, four times it {more:F2} "
                        + $"s; {Slowest(constraints, whole)} takes longest");
        }

        Assert.True(slow.Count == 0, string.Join('\n', slow));
    }

    /// <summary>The mean of several times: the processor's clock goes in steps of 10 ms, which a quarter alone may fall between.</summary>
    private static double Seconds(Constraint[] constraints, string text, int times = 1)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int n = 0; n < times; n++)
        {
            Response response = new(text);
            foreach (Constraint constraint in constraints)
                constraint.Check(response);
        }

        return (Environment.CpuUsage.TotalTime - before).TotalSeconds / times;
    }

    private static Constraint Slowest(Constraint[] constraints, string text)
    {
        Response response = new(text);
        return constraints.MaxBy(constraint =>
        {
            long before = Stopwatch.GetTimestamp();
            constraint.Check(response);
            return Stopwatch.GetTimestamp() - before;
        })!;
    }

    private static string Literal(string text) => System.Text.Json.JsonSerializer.Serialize(text.Length > 400 ? text[..400] : text);
}

/// <summary>Tests that run while no others do.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
