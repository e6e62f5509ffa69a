using System.Diagnostics;
using System.Text.Json;
using TraceFast.Data.Files;
using TraceFast.Inference.Decoding;
using TraceFast.Data.Progress;
using TraceFast.Training.Distributed;

namespace TraceFast.Inference.Generation;

/// <summary>What a run did.</summary>
/// <param name="Resumed">Rows that were there before.</param>
public sealed record GenerateOutcome(int Rows, int Resumed, DecodeStatistics Statistics, TimeSpan Elapsed)
{
    public double TokensPerSecond => Elapsed > TimeSpan.Zero ? Statistics.NewTokens / Elapsed.TotalSeconds : 0;
}

/// <summary>
/// Decodes the prompts of a file into another, row by row as they finish; an interrupted run is resumed. Several ranks decode every W-th
/// prompt each (<see cref="ResponseParts"/>).
/// </summary>
public static class GenerateRun
{
    /// <param name="record">Null on a rank that does not write.</param>
    /// <param name="ranks">Processes that share the prompts; null: this one alone. All have to see the output's folder.</param>
    /// <returns>On rank 0 of the whole run, on the others of no use.</returns>
    /// <exception cref="InputException">A file is invalid, another process writes the output, or it was started with something
    /// else.</exception>
    public static GenerateOutcome Run(
        TextModel model, string data, string output, GenerationSettings settings, DecodeOptions options, RunRecord? record, bool overwrite,
        IRunLog log, CancellationToken cancellation, Communicator? ranks = null)
    {
        Communicator all = ranks ?? Communicator.Alone;
        IReadOnlyList<Prompt> prompts = PromptFile.Read(data, model, settings);
        using RunLock? held = all.Writes ? RunLock.OfFile(output) : null;
        using ResponseFile? whole = all.Writes ? Open(output, record!, overwrite) : null;
        string ids = all.OfRank0(() => JsonSerializer.Serialize(whole!.Ids));
        HashSet<string> done = JsonSerializer.Deserialize<HashSet<string>>(ids)!;
        Prompt[] left = [.. prompts.Where(p => !done.Contains(p.Id))];
        int resumed = prompts.Count - left.Length;
        if (resumed > 0)
            log.Line($"{output} has {resumed} of {prompts.Count} rows; {left.Length} are left");
        if (model.Tokenizer is null && left.Length > 0)
            log.Line($"{model.NoTokenizer}: \"text\" is null");

        DecodeStatistics statistics = new();
        long started = Stopwatch.GetTimestamp();
        Prompt[] own = [.. left.Where((_, i) => i % all.Size == all.Rank)];
        using (ResponseFile? part = all.Size == 1 ? null : ResponseFile.Open(ResponseParts.PathFor(output, all.Rank)))
            Decode(model, prompts, own, part ?? whole!, resumed, options, statistics, log, cancellation);
        all.Barrier();
        if (all.Size > 1 && all.Writes)
        {
            ResponseParts.Absorb(output, whole!);
            whole!.Dispose(); // the sorted file takes its place
            int missing = ResponseParts.Sort(output, prompts.Select(p => p.Id));
            if (missing > 0)
                throw new InputException(
                    $"{output}: {missing} of {prompts.Count} rows are not there: the ranks have written to different folders; name an "
                    + "output in a folder that all machines share, and run the same command again");
        }
        Total(statistics, all);
        return new GenerateOutcome(prompts.Count, resumed, statistics, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>The output with the rows that are there, those of an earlier run's ranks among them.</summary>
    private static ResponseFile Open(string output, RunRecord record, bool overwrite)
    {
        if (overwrite)
        {
            File.Delete(output);
            ResponseParts.Delete(output);
        }
        if (new FileInfo(output) is { Exists: true, Length: > 0 })
            record.RequireSame(output);
        ResponseFile whole = ResponseFile.Open(output);
        try
        {
            record.Write(output);
            ResponseParts.Absorb(output, whole);
            return whole;
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }

    private static void Decode(
        TextModel model, IReadOnlyList<Prompt> prompts, Prompt[] left, ResponseFile responses, int resumed, DecodeOptions options,
        DecodeStatistics statistics, IRunLog log, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        int rows = 0;
        log.Track("generate", "rows", resumed + left.Length, resumed, progress =>
        {
            DecodeOptions reporting = options with { Stepped = Report };
            foreach (DecodeResult result in model.Generate(
                [.. left.Select(p => p.Request)], reporting, statistics, prompts.Select(p => p.Request.Prompt), cancellation))
            {
                responses.Write(prompts[result.Request.Index].Id, result, model.Tokenizer is not null);
                rows++;
            }
            Report();
            return 0;

            void Report()
            {
                double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                progress.Report(
                    resumed + rows, string.Create(CultureInfo.InvariantCulture, $"{statistics.NewTokens / seconds:0.0} tokens/s"));
            }
        });
    }

    private static void Total(DecodeStatistics statistics, Communicator ranks)
    {
        double[] counts = [statistics.NewTokens, statistics.PromptTokens, statistics.SharedTokens];
        ranks.Add(counts);
        (statistics.NewTokens, statistics.PromptTokens, statistics.SharedTokens) = ((long)counts[0], (long)counts[1], (long)counts[2]);
    }
}
