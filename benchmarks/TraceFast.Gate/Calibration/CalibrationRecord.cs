using System.Text;
using System.Text.Json.Serialization;
using TraceFast.Gate.Running;

namespace TraceFast.Gate.Calibration;

/// <summary>A gate run whose right outcome is known.</summary>
/// <param name="Percent">Extra work of head, in per cent of the row's own; 0: both are equal.</param>
/// <param name="Row">That has it; empty where both are equal.</param>
/// <param name="Number">Among those of the same size.</param>
public readonly record struct CalibrationTrial(double Percent, string Row, int Number);

/// <summary>What came of it.</summary>
/// <param name="Regressions">Rows that failed.</param>
/// <param name="Undecided">Rows of which it could not tell.</param>
/// <param name="MannWhitney">Rows that this way flags, at 5 % of significance.</param>
/// <param name="MannWhitneyStrict">The same at BenchmarkDotNet's own level.</param>
/// <param name="MeanRatio">Rows that this way flags.</param>
/// <param name="Seconds">Of measuring.</param>
public sealed record CalibrationOutcome(
    double Percent, string Row, int Number, IReadOnlyList<string> Regressions, IReadOnlyList<string> Undecided,
    IReadOnlyList<string> MannWhitney, IReadOnlyList<string> MannWhitneyStrict, IReadOnlyList<string> MeanRatio, int Processes,
    double Seconds)
{
    [JsonIgnore]
    public CalibrationTrial Trial => new(Percent, Row, Number);
}

/// <summary>What a record is of: outcomes of something else are not added to it.</summary>
/// <param name="Note">What else the machine did, in the user's words.</param>
public sealed record CalibrationHeader(
    string Suite, string SuiteHash, string Tree, int Seed, string Note, Machine Machine, string Date);

/// <summary>A file of outcomes: a line of <see cref="CalibrationHeader"/>, then a line each.</summary>
public sealed class CalibrationRecord
{
    private readonly string _path;
    private readonly List<CalibrationOutcome> _outcomes;

    private CalibrationRecord(string path, CalibrationHeader header, List<CalibrationOutcome> outcomes) =>
        (_path, Header, _outcomes) = (path, header, outcomes);

    public CalibrationHeader Header { get; }

    public IReadOnlyList<CalibrationOutcome> Outcomes => _outcomes;

    /// <summary>Begins one, or goes on with the one that is there, whose last line may be cut off.</summary>
    /// <exception cref="InputException">What is there is of something else.</exception>
    public static CalibrationRecord Open(string path, CalibrationHeader header)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (HeadedLines.Read<CalibrationHeader, CalibrationOutcome>(path, "a calibration") is not var (found, outcomes))
        {
            File.WriteAllText(path, HeadedLines.Line(header));
            return new CalibrationRecord(path, header, []);
        }
        if (found with { Date = header.Date } != header)
            throw new InputException(
                $"{path}: holds outcomes of suite '{found.Suite}' on {found.Machine}, tree {found.Tree[..12]}, seed {found.Seed}, note "
                + $"'{found.Note}'; name another --out, or remove the file");
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(HeadedLines.Line(found) + string.Concat(outcomes.Select(HeadedLines.Line))));
        return new CalibrationRecord(path, found, outcomes);
    }

    public void Add(CalibrationOutcome outcome)
    {
        _outcomes.Add(outcome);
        File.AppendAllText(_path, HeadedLines.Line(outcome));
    }
}
