namespace TraceFast.Data.Progress;

/// <summary>
/// The log of a command: lines and progress. Implementations write to standard error; standard output belongs to results.
/// </summary>
public interface IRunLog
{
    /// <summary>Logs one line.</summary>
    void Line(string text);

    /// <summary>Runs <paramref name="work"/> while showing how far it has come, at which rate, and the time left.</summary>
    /// <param name="what">What is being done, for example "train".</param>
    /// <param name="unit">What is counted, in the plural, for example "steps".</param>
    /// <param name="total">How many there are.</param>
    /// <param name="done">How many were done before this call; they do not count for the rate.</param>
    /// <param name="work">The work; it runs on the calling thread.</param>
    T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work);
}

/// <summary>Where the work of <see cref="IRunLog.Track"/> reports how far it has come.</summary>
public interface IProgressReport
{
    /// <param name="done">How many are done in all.</param>
    /// <param name="status">A few words to show beside it, for example the loss.</param>
    void Report(long done, string? status = null);

    /// <summary>The work turned out to be larger or smaller, or more of it to have been done before.</summary>
    /// <param name="total">How many there are.</param>
    /// <param name="before">How many of them were done before; they do not count for the rate.</param>
    void Correct(long total, long before)
    {
    }
}
