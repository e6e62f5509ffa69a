namespace TraceFast.Data.Progress;

/// <summary>Logs nothing: for the processes of a run whose first one logs for all.</summary>
public sealed class SilentRunLog : IRunLog
{
    public void Line(string text)
    {
    }

    public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work) => work(new Nothing());

    private sealed class Nothing : IProgressReport
    {
        public void Report(long done, string? status)
        {
        }
    }
}
