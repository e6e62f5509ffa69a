using System.Diagnostics;
using TraceFast.Evaluation;
using TraceFast.Evaluation.IfEval;

namespace TraceFast.Benchmarks.IfEval;

/// <summary>What a run of the IFEval scorer took.</summary>
/// <param name="Prompts">Responses scored in each round.</param>
/// <param name="Instructions">Their instructions, each strict and loose.</param>
/// <param name="FirstSeconds">The first round in this process: tables built, code not yet compiled for speed.</param>
/// <param name="Seconds">Of each later round: reading the file and scoring it.</param>
public sealed record IfEvalMeasurement(int Prompts, int Instructions, double FirstSeconds, IReadOnlyList<double> Seconds)
{
    public double MedianSeconds => Seconds.Order().ElementAt(Seconds.Count / 2);

    public double PromptsPerSecond => Prompts / MedianSeconds;
}

/// <summary>Times the IFEval scorer on a file of responses, as <c>eval</c> runs it.</summary>
public static class IfEvalBenchmark
{
    /// <param name="responses">A file of responses as <c>eval</c> reads it.</param>
    /// <param name="atMost">Score no more than this many of its first lines.</param>
    /// <param name="rounds">Rounds after the first.</param>
    /// <param name="interrupt">Ends the benchmark early.</param>
    public static async Task<IfEvalMeasurement> RunAsync(string responses, int atMost, int rounds, CancellationToken interrupt)
    {
        string part = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(part, File.ReadLines(responses).Take(atMost), interrupt).ConfigureAwait(false);
            BenchResult? result = null;
            double[] seconds = new double[rounds + 1];
            for (int i = 0; i <= rounds; i++)
            {
                long start = Stopwatch.GetTimestamp();
                result = await new IfEvalBench().ScoreAsync(part, interrupt).ConfigureAwait(false);
                seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            return new IfEvalMeasurement(result!.Records.Count, result.Records.Sum(r => r.Constraints.Count), seconds[0], seconds[1..]);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
