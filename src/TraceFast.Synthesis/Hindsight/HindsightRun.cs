using System.Text.Json.Nodes;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;
using TraceFast.Synthesis.Synthetic;

namespace TraceFast.Synthesis.Hindsight;

/// <summary>How records are rewritten.</summary>
public sealed record HindsightOptions
{
    /// <summary>Of what is asked instead, and in which words; a record's random numbers depend on it and the record's place.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Types that may be asked for; null: all that a program checks.</summary>
    public IReadOnlyCollection<ConstraintType>? Types { get; init; }

    /// <summary>Templates, types and combinations of the held-out files are not used.</summary>
    public HoldOut HoldOut { get; init; } = HoldOut.Nothing;

    public HindsightRest Rest { get; init; }
}

/// <summary>What a run did.</summary>
/// <param name="Read">Records.</param>
/// <param name="Obeyed">Records that broke nothing, and are as they were.</param>
/// <param name="Rewritten">Records of which every broken constraint was rewritten (or removed, where that was asked for).</param>
/// <param name="Rest">Records of which at least one could not be: kept with it, or dropped.</param>
/// <param name="Outcomes">What came of the broken constraints, by type.</param>
public sealed record HindsightReport(
    int Read, int Obeyed, int Rewritten, int Rest, IReadOnlyList<(string Type, HindsightOutcome Outcome, int Count)> Outcomes)
{
    public int Broken => Outcomes.Sum(o => o.Count);

    /// <summary>Broken constraints that were rewritten.</summary>
    public int Relabeled => Outcomes.Where(o => o.Outcome <= HindsightOutcome.Neighbor).Sum(o => o.Count);
}

/// <summary>Rewrites files of records by hindsight (<see cref="HindsightRewriter"/>). The file appears when all is done, or not at all.</summary>
public sealed class HindsightRun(HindsightOptions options)
{
    private readonly HindsightRewriter _rewriter =
        new(new SynthScope(new SynthOptions { Types = options.Types, HoldOut = options.HoldOut }, split: null), options.Rest);

    private readonly Dictionary<(string, HindsightOutcome), int> _outcomes = [];
    private int _read, _obeyed, _rewritten, _rest;

    /// <summary>Whether the first record of a file lists its constraints.</summary>
    public static bool Lists(string file) => JsonLines.Read(file).FirstOrDefault() is { } first && HindsightRecord.Lists(first);

    /// <summary>Records that list their constraints.</summary>
    /// <param name="files">Read in order.</param>
    /// <exception cref="InputException">A record is not what it should be; file:line.</exception>
    public HindsightReport Write(IReadOnlyList<string> files, string target, CancellationToken cancellation) =>
        Write(
            files.SelectMany(JsonLines.Read), (line, random) => HindsightRecord.Rewrite(line, _rewriter, random), () => { }, target,
            cancellation);

    /// <summary>Records of any layout, whose instructions are read.</summary>
    /// <param name="beforeDone">Called after the last record; what it throws leaves no file.</param>
    /// <exception cref="InputException">A record is not what it should be; file:line.</exception>
    public HindsightReport Write(
        IEnumerable<TrainingRecord> records, Action beforeDone, string target, CancellationToken cancellation) =>
        Write(records, (record, random) => HindsightRecord.Rewrite(record, _rewriter, random), beforeDone, target, cancellation);

    private HindsightReport Write<T>(
        IEnumerable<T> records, Func<T, SeededRandom, (JsonObject, IReadOnlyList<HindsightRewrite>)> rewrite, Action beforeDone,
        string target, CancellationToken cancellation)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(target)) is { } folder)
            Directory.CreateDirectory(folder);
        RecordFile.Write(target, output =>
        {
            foreach (T record in records)
            {
                cancellation.ThrowIfCancellationRequested();
                (JsonObject json, IReadOnlyList<HindsightRewrite> rewrites) =
                    rewrite(record, SeededRandom.Split(options.Seed, (ulong)_read));
                if (Count(rewrites))
                    RecordJson.WriteLine(output, json);
            }
            beforeDone();
        });
        return new HindsightReport(
            _read, _obeyed, _rewritten, _rest,
            [
                .. _outcomes.OrderBy(o => o.Key.Item1, StringComparer.Ordinal).ThenBy(o => o.Key.Item2)
                    .Select(o => (o.Key.Item1, o.Key.Item2, o.Value)),
            ]);
    }

    /// <returns>Whether the record is written.</returns>
    private bool Count(IReadOnlyList<HindsightRewrite> rewrites)
    {
        _read++;
        foreach ((ConstraintType type, HindsightOutcome outcome) in rewrites.SelectMany(r => r.Outcomes))
            _outcomes[(type.Name, outcome)] = _outcomes.GetValueOrDefault((type.Name, outcome)) + 1;
        if (rewrites.All(r => r.IsUnchanged))
            _obeyed++;
        else if (rewrites.All(r => r.IsWhole))
            _rewritten++;
        else
        {
            _rest++;
            return options.Rest != HindsightRest.DropRecord;
        }
        return true;
    }
}
