using TraceFast.Data.Progress;
using TraceFast.Models.Files;

namespace TraceFast.Training.Reference;

/// <summary>
/// Keeps reference log-probs on disk, by the hash of what determines them: in a folder that all runs share, so that the next run with
/// the same model and data need not compute them, and in the run's own output folder, so that a resumed run finds those that it started
/// with. A file that is truncated or written for another key is logged, and computed again.
/// </summary>
/// <param name="runFolder">The run's own folder for them.</param>
/// <param name="sharedFolder">The folder of all runs; null keeps none there.</param>
/// <param name="log">Gets a line for every file that is not valid.</param>
internal sealed class ReferenceCache(string runFolder, string? sharedFolder, IRunLog log)
{
    /// <summary>See <see cref="CacheFolder"/>.</summary>
    public static string DefaultSharedFolder => CacheFolder.For("reference");

    /// <summary>The values for a key: from the run's folder, the shared folder, or computed; afterwards they are in both.</summary>
    /// <param name="key">64 hexadecimal digits.</param>
    /// <param name="count">How many values there are.</param>
    /// <param name="compute">Computes them.</param>
    /// <param name="fromCache">Whether they were on disk.</param>
    public double[] Get(string key, int count, Func<double[]> compute, out bool fromCache)
    {
        double[]? values = null;
        List<string> missing = [];
        foreach (string path in Paths(key))
        {
            double[]? read = Read(path, key, count);
            values ??= read;
            if (read is null)
                missing.Add(path);
        }

        fromCache = values is not null;
        values ??= compute();
        foreach (string path in missing)
            Save(path, key, values);
        return values;
    }

    /// <summary>The values for a key where they are on disk.</summary>
    public double[]? Find(string key, int count) =>
        Paths(key).Select(path => Read(path, key, count)).FirstOrDefault(values => values is not null);

    private IEnumerable<string> Paths(string key) =>
        new[] { runFolder, sharedFolder }.OfType<string>().Select(folder => Path.Combine(folder, key + ".logprobs"));

    private double[]? Read(string path, string key, int count)
    {
        double[]? values = ReferenceFile.Read(path, key, count, out string? reason);
        if (reason is not null)
            log.Line($"{path}: not valid, {reason}; computing the reference log-probs again");
        return values;
    }

    private void Save(string path, string key, double[] values)
    {
        try
        {
            ReferenceFile.Write(path, key, values);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Line($"{path}: reference log-probs are not kept here: {e.Message}");
        }
    }
}
