using System.Diagnostics;
using TraceFast.Data.Progress;
using TraceFast.Gate.Suites;

namespace TraceFast.Gate.Running;

/// <summary>
/// Checkouts and what was built in them: FOLDER/TREE-BUILD, by the hashes of all files and of the build command. A build that was not
/// finished is made anew. Paths are of one length, so that both arms' processes have memory of one layout.
/// </summary>
/// <param name="folder">Of all builds.</param>
public sealed class Builds(Repository repository, string folder, IRunLog log)
{
    private const string Done = "built";
    private const string Files = "files";

    /// <summary>Both arms' checkouts; of one version two, since two builds of the same files are two versions to the machine.</summary>
    /// <exception cref="CannotDecideException">The build command failed.</exception>
    public IReadOnlyDictionary<Arm, string> Of(Revision @base, Revision head, Suite suite, CancellationToken cancellation) =>
        new Dictionary<Arm, string>
        {
            [Arm.Base] = Of(@base, suite, "", cancellation),
            [Arm.Head] = Of(head, suite, @base.Tree == head.Tree ? "again" : "", cancellation),
        };

    private string Of(Revision revision, Suite suite, string which, CancellationToken cancellation)
    {
        string build = Path.Combine(folder, $"{revision.Tree[..12]}-{HashBuilder.HexOf(suite.Build + which)[..6]}");
        string files = Path.Combine(build, Files), done = Path.Combine(build, Done);
        Directory.CreateDirectory(folder);
        using RunLock held = RunLock.WaitForFile(build, log.Line, cancellation);
        if (File.Exists(done))
            return files;
        if (Directory.Exists(build))
            Directory.Delete(build, recursive: true);
        Directory.CreateDirectory(build);
        repository.CheckOut(revision, files);
        if (suite.Build is not null)
            Build(revision, suite.Build, build, files, cancellation);
        File.WriteAllText(done, "");
        return files;
    }

    private void Build(Revision revision, string command, string build, string files, CancellationToken cancellation)
    {
        log.Line($"building {revision.Name} ({revision.Commit[..12]}): {command}");
        long start = Stopwatch.GetTimestamp();
        string output = Path.Combine(build, "build");
        try
        {
            _ = ChildProcess.Run(
                new ChildStart(command, files, ChildEnvironment.Inherited(), [], [], output), TimeSpan.FromHours(3), cancellation);
        }
        catch (CommandFailedException e)
        {
            throw new CannotDecideException(
                $"{revision.Name} ({revision.Commit[..12]}) does not build: '{command}' {e.Message}; its log is {output}.out and .err"
                + (e.Output.Length > 0 ? $"; the last lines:\n{e.Output}" : ""));
        }
        log.Line(string.Create(CultureInfo.InvariantCulture, $"built in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s"));
    }
}
