using TraceFast.Data.Progress;
using TraceFast.Gate.Reports;
using TraceFast.Gate.Running;
using TraceFast.Gate.Suites;

namespace TraceFast.Gate;

/// <summary>What to measure against what.</summary>
public sealed record GateOptions
{
    /// <summary>Of the suite, YAML.</summary>
    public required string SuiteFile { get; init; }

    /// <summary>Any name of a commit; null: where head left the main branch.</summary>
    public string? Base { get; init; }

    /// <summary>Any name of a commit, or <see cref="Repository.WorkingTree"/>.</summary>
    public string Head { get; init; } = Repository.WorkingTree;

    /// <summary>Where the measurements are kept; null: by the versions, beside the builds.</summary>
    public string? Output { get; init; }

    /// <summary>Of the orders of processes.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>Checks both versions out under artifacts/gate of their repository, builds them, measures them, decides.</summary>
public static class BenchmarkGate
{
    /// <summary>The suite of a repository that has one.</summary>
    public const string DefaultSuite = "benchmarks/gate/suite.yaml";

    /// <summary>The outcome as JSON, in the folder of the measurements.</summary>
    public const string ResultFile = "result.json";

    internal const string Folder = "artifacts/gate";

    /// <summary>Where runs are kept whose options name no folder.</summary>
    public const string RunsFolder = Folder + "/runs";

    /// <param name="folder">Somewhere in the repository.</param>
    /// <exception cref="InputException">The suite or a version is not what is expected.</exception>
    /// <exception cref="CannotDecideException">
    /// A version does not build, a command or figure failed, or the machine has changed.
    /// </exception>
    public static GateResult Run(GateOptions options, string folder, IRunLog log, CancellationToken cancellation)
    {
        Suite whole = SuiteFile.Read(options.SuiteFile);
        Repository repository = Repository.Of(folder);
        Revision @base = repository.Resolve(options.Base ?? repository.DefaultBase());
        Revision head = repository.Resolve(options.Head, options.Output);
        RequireOrder(repository, @base, head);
        log.Line($"base: {@base.Name} ({@base.Commit[..12]}); head: {head.Name} ({head.Commit[..12]}); suite: {whole.Name}");
        if (@base.Tree == head.Tree)
            log.Line("base and head have the same files: there is nothing that could differ but the machine");
        string own = Path.Combine(repository.Root, Folder);
        string output = options.Output
            ?? Path.Combine(repository.Root, RunsFolder, $"{@base.Tree[..12]}-{head.Tree[..12]}-{whole.Hash[..6]}");
        if (!File.Exists(Path.Combine(output, Journal.FileName)))
            new OutputCheck(overwrite: false, "remove what is in it").Reads("--suite", options.SuiteFile).Folder("--out", output);
        using RunLock held = RunLock.OfFolder(output);
        string processes = Directory.CreateDirectory(Path.Combine(output, "processes")).FullName;
        (Suite suite, IReadOnlyList<NotMeasured> without) = Measurable.Of(whole, processes, cancellation);
        foreach (NotMeasured row in without)
            log.Line($"{row.Row.Name}: not measured: {row.Reason}");
        RunHeader header = new(
            suite.Name, suite.Hash, @base.Name, @base.Tree, head.Name, head.Tree, options.Seed, Machine.Here());
        using Journal journal = Journal.Open(output, header);
        if (journal.Found.Count > 0)
            log.Line($"{output}: {journal.Found.Count} processes were measured before");
        IReadOnlyDictionary<Arm, string> arms =
            new Builds(repository, Path.Combine(own, "builds"), log).Of(@base, head, suite, cancellation);
        Sampler sampler = new(suite, arm => arms[arm], journal, processes, Machine.Here, cancellation);
        GateResult result = new GateRun(suite, sampler, header, log).Run() with
        {
            NotMeasured = without, Versions = (@base, head),
        };
        result = result with { Rows = [.. result.Rows.Select(row => Profiled(row, sampler, log))] };
        AtomicFile.Write(Path.Combine(output, ResultFile), GateReport.Json(result));
        return result;
    }

    private static RowResult Profiled(RowResult row, Sampler sampler, IRunLog log)
    {
        if (row.Verdict != Verdict.Regression || row.Row.Profile is not { } profile)
            return row;
        log.Line($"{row.Row.Name}: profiling both versions: {profile}");
        return row with { Profiles = (sampler.Profile(Arm.Base, row.Command, profile), sampler.Profile(Arm.Head, row.Command, profile)) };
    }

    private static void RequireOrder(Repository repository, Revision @base, Revision head)
    {
        if (@base.Commit != head.Commit && repository.IsAncestor(head, @base))
            throw new InputException(
                $"--base {@base.Name} ({@base.Commit[..12]}) comes after --head {head.Name} ({head.Commit[..12]}): they are swapped; "
                + "base is the older one");
    }
}
