using TraceFast.Data.Files;
using TraceFast.Data.Progress;
using TraceFast.Inference.Generation;
using TraceFast.Models.Files;
using TraceFast.Synthesis.Failures;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>An answer that a model gave.</summary>
/// <param name="Tokens">Its end token included.</param>
/// <param name="Ended">By itself, not by the limit.</param>
internal sealed record OwnAnswer(string Text, int Tokens, bool Ended);

/// <summary>
/// Several answers of a model to each of some prompts, in a file as generate writes them, in which an interrupted run is resumed.
/// </summary>
internal static class OwnAnswers
{
    /// <summary>What follows the name of the file that is made of the answers.</summary>
    public const string Ending = ".samples.jsonl";

    /// <summary>
    /// Decodes what is not in the file yet. Answers that an earlier run took from the same model for the same prompts, with the same settings,
    /// are kept in the cache folder, and copied from there.
    /// </summary>
    /// <param name="model">Open.</param>
    /// <param name="exported">Its folder.</param>
    /// <param name="rows"><see cref="Rows"/>; only rank 0's are used.</param>
    /// <param name="ranks">They share the answers.</param>
    /// <exception cref="InputException">A prompt is too long, or the file was started with something else.</exception>
    public static void Sample(
        TextModel model, string exported, ModelChoice choice, Func<byte[]> rows, string file, Communicator ranks, IRunLog log,
        CancellationToken interrupt)
    {
        string asked = "", kept = "";
        RunRecord? record = null;
        if (ranks.Writes)
        {
            (_, asked, record) = EvalDecoding.Beside(file, exported, choice, rows());
            kept = EvalDecoding.PathIn(CacheFolder.Writable("samples", log.Line), record, choice);
            if (!choice.Overwrite && !File.Exists(file) && File.Exists(kept))
            {
                log.Line($"answers that an earlier run sampled: {kept}");
                record.Write(file);
                AtomicFile.Copy(kept, file);
            }
        }
        asked = ranks.OfRank0(() => asked);
        GenerateRun.Run(model, asked, file, choice.Settings, choice.Options, record, choice.Overwrite, log, interrupt, ranks);
        if (ranks.Writes && !File.Exists(kept))
            AtomicFile.Copy(file, kept);
    }

    /// <summary>A line for each answer: its prompt, and a seed that no other answer to the prompt has.</summary>
    /// <exception cref="InputException">The seed is too large for so many answers.</exception>
    public static byte[] Rows(IReadOnlyList<FailurePrompt> prompts, int each, ulong seed)
    {
        if (seed > (ulong)(int.MaxValue / each - 1))
            throw new InputException(
                $"the seed of answers is {seed}; with {each} of each prompt it may be at most {int.MaxValue / each - 1}");
        return EvalDecoding.Lines(
            from i in Enumerable.Range(0, prompts.Count)
            from k in Enumerable.Range(0, each)
            select new
            {
                id = (i * each) + k, seed = (int)(seed * (ulong)each) + k, messages = EvalDecoding.Chat(prompts[i].Messages),
            });
    }

    /// <summary>The answers to each prompt, from a complete file.</summary>
    public static IReadOnlyList<IReadOnlyList<OwnAnswer>> Read(string file, int prompts, int each)
    {
        OwnAnswer[][] answers = [.. Enumerable.Range(0, prompts).Select(_ => new OwnAnswer[each])];
        foreach (JsonLine line in JsonLines.Read(file))
        {
            int id = line.Integer("id");
            answers[id / each][id % each] = new OwnAnswer(
                line.Text("text"), line.TokenIds("ids").Length, line.TextOrNull("finish_reason") == "stop");
        }
        return answers;
    }

    /// <summary>The same without what else is known of them.</summary>
    public static string[][] Texts(IReadOnlyList<IReadOnlyList<OwnAnswer>> answers) =>
        [.. answers.Select(a => a.Select(o => o.Text).ToArray())];
}
