using System.Diagnostics;
using TraceFast.Data.Progress;
using TraceFast.Gate.Running;

namespace TraceFast.Gate.Tests;

/// <summary>A git repository whose bench is a shell script, in a folder that is removed with it.</summary>
internal sealed class SmallRepository : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-gate-").FullName;

    private int _commits;

    public SmallRepository()
    {
        Git("init", "--quiet", "--initial-branch=main");
        File.WriteAllText(this[".gitignore"], "artifacts/\n");
    }

    public string Folder => _folder;

    public string this[string name] => Path.Combine(_folder, name);

    public string Suite => this["suite.yaml"];

    public List<string> Lines { get; } = [];

    /// <summary>Commits a file; the commit's name is <paramref name="tag"/>.</summary>
    public void Commit(string tag, string name, string text)
    {
        File.WriteAllText(this[name], text);
        Git("add", "--all");
        _commits++;
        Git("commit", "--quiet", "--allow-empty", "-m", tag);
        Git("tag", tag);
    }

    public void Git(params string[] arguments)
    {
        ProcessStartInfo start = new("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", .. arguments])
        {
            WorkingDirectory = _folder, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        // A minute after the commit before: commits of one second have no order.
        start.Environment["GIT_COMMITTER_DATE"] = $"2026-01-01T00:{_commits:00}:00Z";
        using Process git = Process.Start(start)!;
        string error = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, error);
    }

    public GateResult Run(string @base, string head, int seed = 1, CancellationToken cancellation = default) => BenchmarkGate.Run(
        new GateOptions { SuiteFile = Suite, Base = @base, Head = head, Seed = seed }, _folder, new Log(Lines), cancellation);

    public void Dispose()
    {
        foreach (string file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
            File.SetAttributes(file, FileAttributes.Normal);
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Log(List<string> lines) : IRunLog, IProgressReport
    {
        public void Line(string text) => lines.Add(text);

        public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work) => work(this);

        public void Report(long done, string? status = null)
        {
        }
    }
}
