using System.Text;

namespace TraceFast.Gate.Running;

public enum Arm
{
    Base,
    Head,
}

public enum GateStage
{
    Screening,
    Confirmation,
}

/// <summary>What a run is of; a journal is continued by a run of the same alone.</summary>
public sealed record RunHeader(
    string SuiteName, string SuiteHash, string Base, string BaseTree, string Head, string HeadTree, int Seed, Machine Machine);

/// <summary>A process that was measured.</summary>
/// <param name="Pair">Number of its pair in the stage, from 0.</param>
/// <param name="Padding">Of its environment.</param>
/// <param name="Figures">Value and control of each row of the command.</param>
public sealed record Measured(
    GateStage Stage, string Command, int Pair, Arm Arm, int Padding, double CpuSeconds, double WallSeconds, long PeakBytes,
    IReadOnlyDictionary<string, double[]> Figures);

/// <summary>
/// The file of a run's measurements, a line each after a line of <see cref="RunHeader"/>. A run that was killed goes on where its last
/// whole line ends; measurements of a pair that lacks one are made again.
/// </summary>
public sealed class Journal : IDisposable
{
    public const string FileName = "measurements.jsonl";

    private readonly FileStream _file;

    private Journal(FileStream file, RunHeader header, IReadOnlyList<Measured> found) => (_file, Header, Found) = (file, header, found);

    public RunHeader Header { get; }

    /// <summary>What an earlier run has measured, of whole pairs.</summary>
    public IReadOnlyList<Measured> Found { get; }

    /// <summary>Begins one, or goes on with the one that is there.</summary>
    /// <exception cref="InputException">What is there is of another run, or no journal.</exception>
    /// <exception cref="CannotDecideException">It was measured on another machine.</exception>
    public static Journal Open(string folder, RunHeader header)
    {
        string path = Path.Combine(folder, FileName);
        Directory.CreateDirectory(folder);
        List<Measured> found = [];
        if (HeadedLines.Read<RunHeader, Measured>(path, "measurements") is var (before, measurements))
        {
            RequireSame(path, before, header);
            found = measurements;
        }
        Measured[] whole =
        [
            .. found.GroupBy(m => (m.Stage, m.Command, m.Pair)).Where(g => g.Select(m => m.Arm).Distinct().Count() == 2)
                .SelectMany(g => g.DistinctBy(m => m.Arm)),
        ];
        AtomicFile.Write(path, file =>
        {
            Line(file, header);
            foreach (Measured measured in whole)
                Line(file, measured);
        });
        return new Journal(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read), header, whole);
    }

    public void Add(IEnumerable<Measured> pair)
    {
        foreach (Measured measured in pair)
            Line(_file, measured);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static void RequireSame(string path, RunHeader found, RunHeader header)
    {
        if (header.Machine.DifferenceFrom(found.Machine) is { } difference)
            throw new CannotDecideException(
                $"{path}: it was begun on another machine: {difference}; measure both versions on one: name another --out");
        if (found with { Base = header.Base, Head = header.Head } != header) // other names of the same files
            throw new InputException(
                $"{path}: holds measurements of {found.BaseTree[..12]} against {found.HeadTree[..12]}, suite '{found.SuiteName}', seed "
                + $"{found.Seed}; this run is of {header.BaseTree[..12]} against {header.HeadTree[..12]}, suite '{header.SuiteName}', seed "
                + $"{header.Seed}; name another --out, or remove the file");
    }

    private static void Line<T>(Stream file, T value) => file.Write(Encoding.UTF8.GetBytes(HeadedLines.Line(value)));
}
