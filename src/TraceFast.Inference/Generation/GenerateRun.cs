using System.Diagnostics;
using TraceFast.Data.Files;
using TraceFast.Inference.Decoding;
using TraceFast.Data.Progress;

namespace TraceFast.Inference.Generation;

/// <summary>What a run did.</summary>
/// <param name="Resumed">Rows that were there before.</param>
public sealed record GenerateOutcome(int Rows, int Resumed, DecodeStatistics Statistics, TimeSpan Elapsed)
{
    public double TokensPerSecond => Elapsed > TimeSpan.Zero ? Statistics.NewTokens / Elapsed.TotalSeconds : 0;
}

/// <summary>Decodes the prompts of a file into another, row by row as they finish; an interrupted run is resumed.</summary>
public static class GenerateRun
{
    /// <exception cref="InputException">A file is invalid, another process writes the output, or it was started with something
    /// else.</exception>
    public static GenerateOutcome Run(
        TextModel model, string data, string output, GenerationSettings settings, DecodeOptions options, RunRecord record, bool overwrite,
        IRunLog log, CancellationToken cancellation)
    {
        IReadOnlyList<Prompt> prompts = PromptFile.Read(data, model, settings);
        using RunLock held = RunLock.OfFile(output);
        if (overwrite)
            File.Delete(output);
        if (new FileInfo(output) is { Exists: true, Length: > 0 })
            record.RequireSame(output);
        using ResponseFile responses = ResponseFile.Open(output);
        record.Write(output);
        Prompt[] left = [.. prompts.Where(p => !responses.Done.Contains(p.Id))];
        int resumed = prompts.Count - left.Length;
        if (resumed > 0)
            log.Line($"{output} has {resumed} of {prompts.Count} rows; {left.Length} are left");
        if (model.Tokenizer is null && left.Length > 0)
            log.Line($"{model.NoTokenizer}: \"text\" is null");

        DecodeStatistics statistics = new();
        long started = Stopwatch.GetTimestamp();
        log.Track("generate", "rows", prompts.Count, resumed, progress =>
        {
            DecodeOptions reporting = options with { Stepped = Report };
            foreach (DecodeResult result in model.Generate(
                [.. left.Select(p => p.Request)], reporting, statistics, prompts.Select(p => p.Request.Prompt), cancellation))
                responses.Write(prompts[result.Request.Index].Id, result, model.Tokenizer is not null);
            Report();
            return 0;

            void Report()
            {
                double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                progress.Report(
                    responses.Done.Count, string.Create(CultureInfo.InvariantCulture, $"{statistics.NewTokens / seconds:0.0} tokens/s"));
            }
        });
        return new GenerateOutcome(responses.Done.Count, resumed, statistics, Stopwatch.GetElapsedTime(started));
    }
}
