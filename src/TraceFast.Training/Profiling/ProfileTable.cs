using TraceFast.Kernels;
using TraceFast.Kernels.Profiling;
using TraceFast.Report;

namespace TraceFast.Training.Profiling;

/// <summary>What a profile is compared with and printed beside.</summary>
/// <param name="Roofline">Of the compute dtype, device and threads that were profiled.</param>
/// <param name="Environment">Device, threads, dtype, versions: names and values.</param>
public sealed record ProfileFacts(Roofline Roofline, IReadOnlyDictionary<string, string> Environment);

/// <summary>Profiled steps and what they are compared with.</summary>
public sealed record ProfiledSteps(Profile Profile, ProfileFacts Facts)
{
    public ProfileTable Table { get; } = ProfileTable.Of(Profile, Facts.Roofline);
}

/// <summary>Events of one kind, over all steps. Seconds are their own, without their parts.</summary>
/// <param name="Name">The operation, or the layer.</param>
/// <param name="Provider">Who computed it; empty outside the kernels.</param>
/// <param name="Cost">What the calls that have a formula must do at least.</param>
/// <param name="RooflineSeconds">What that takes at least.</param>
public sealed record ProfileRow(string Name, string Provider, long Calls, double Seconds, Cost Cost, double RooflineSeconds)
{
    /// <summary>Seconds above the roofline. Below 0 where operands come from a cache, which is faster than the memory.</summary>
    public double LostSeconds => Seconds - RooflineSeconds;
}

/// <summary>Where the time of the profiled steps went: rows sorted by the time lost against the roofline. Each list adds up to the
/// steps.</summary>
public sealed class ProfileTable
{
    /// <summary>The row of what no event names.</summary>
    public const string Unnamed = "unnamed";

    private const int Width = 140;

    private readonly Profile _profile;
    private readonly Roofline _roofline;

    private ProfileTable(Profile profile, Roofline roofline)
    {
        (_profile, _roofline) = (profile, roofline);
        ByOperation = Rows(e => (Label(e), e.Provider ?? ""));
        ByLayer = Rows(e => (e.Layer == Profiler.None ? "outside layers" : FormattableString.Invariant($"layer {e.Layer}"), ""));
        NamedSeconds = Numbers().Where(i => IsNamed(profile.Events[i])).Sum(i => profile.SelfNanoseconds(i) / 1e9);
    }

    public IReadOnlyList<ProfileRow> ByOperation { get; }

    public IReadOnlyList<ProfileRow> ByLayer { get; }

    /// <summary>Profiled steps.</summary>
    public int Steps => _profile.Steps;

    /// <summary>Of all steps together.</summary>
    public double Seconds => _profile.StepNanoseconds / 1e9;

    /// <summary>What is not the steps' own time nor that of their structure (between operations of a layer, for example).</summary>
    public double NamedSeconds { get; }

    public static ProfileTable Of(Profile profile, Roofline roofline) => new(profile, roofline);

    /// <summary>A line about the steps, and the table by operation.</summary>
    public IEnumerable<string> Lines() =>
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"profile of {Steps} steps, {PerStep(Seconds):0.0} ms each, {NamedSeconds / Seconds:P1} of it named; roofline "
                + $"{_roofline}, {_roofline.Dtype}"),
        .. Text("operation", ByOperation),
        .. Hidden(),
    ];

    /// <summary>Both tables, garbage collections and memory.</summary>
    public void Write(TextWriter output)
    {
        foreach (string line in (IEnumerable<string>)[.. Lines(), .. Text("layer", ByLayer), .. Memory()])
            output.Write(line + "\n");
    }

    private static string Label(ProfilerEvent e) => e.Category switch
    {
        ProfilerCategory.Step => Unnamed,
        ProfilerCategory.Structure or ProfilerCategory.Autograd => e.Name + ", other",
        _ => e.Name,
    };

    private static bool IsNamed(ProfilerEvent e) => e.Category is not (ProfilerCategory.Step or ProfilerCategory.Structure);

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private IEnumerable<int> Numbers() => Enumerable.Range(0, _profile.Events.Count).Where(i => _profile.Events[i].Step != Profiler.None);

    private List<ProfileRow> Rows(Func<ProfilerEvent, (string Name, string Provider)> key) =>
        [.. Numbers().GroupBy(i => key(_profile.Events[i]))
            .Select(group => new ProfileRow(
                group.Key.Name, group.Key.Provider, group.Count(), group.Sum(i => _profile.SelfNanoseconds(i) / 1e9),
                group.Aggregate(default(Cost), (sum, i) => sum + _profile.Events[i].Cost),
                group.Sum(i => _roofline.Seconds(_profile.Events[i].Cost))))
            .OrderByDescending(row => row.LostSeconds)];

    private double PerStep(double seconds) => Steps == 0 ? 0 : 1000 * seconds / Steps;

    private string[] Text(string what, IReadOnlyList<ProfileRow> rows)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new TextTable(
            [what, "by", "calls", "ms a step", "share", "GFLOP/s", "GB/s", "roofline", "lost ms"],
            [.. rows.Select(r => (string[])[
                r.Name, r.Provider, Number((double)r.Calls / Math.Max(1, Steps)), Number(PerStep(r.Seconds)),
                (r.Seconds / Seconds).ToString("P1", CultureInfo.InvariantCulture),
                r.Cost.Flops > 0 ? Number(r.Cost.Flops / r.Seconds / 1e9) : "",
                r.Cost.Bytes > 0 ? Number(r.Cost.Bytes / r.Seconds / 1e9) : "",
                r.RooflineSeconds > 0 ? (r.RooflineSeconds / r.Seconds).ToString("P0", CultureInfo.InvariantCulture) : "",
                Number(PerStep(r.LostSeconds))])])
        {
            IsText = column => column <= 1,
        }.Write(text, Width);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    /// <summary>Exchanges beside the steps' own work, on threads of their own: no part of the tables.</summary>
    private IEnumerable<string> Hidden()
    {
        foreach (IGrouping<string, ProfilerEvent> same in _profile.Events
            .Where(e => e.Category == ProfilerCategory.Communication && e.Step == Profiler.None).GroupBy(e => e.Name))
            yield return $"{same.Key}: {Number(PerStep(same.Sum(e => e.Duration) / 1e9))} ms a step beside what the table has";
    }

    private IEnumerable<string> Memory()
    {
        const double MiB = 1 << 20;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"garbage collections: {_profile.Collections.Sum(c => c.Count)}, "
                + $"pauses {_profile.Collections.Sum(c => c.Duration) / 1e6:0.0} ms");
        if (_profile.Samples.Count > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"at most {_profile.Samples.Max(s => s.ResidentBytes) / MiB:0} MiB resident, "
                    + $"{_profile.Samples.Max(s => s.ManagedBytes) / MiB:0.0} MiB of managed heap, {_profile.Samples.Max(s => s.Tensors)} "
                    + $"tensor handles");
        if (_profile.Dropped > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{_profile.Dropped} events more than the profiler keeps: their time is their parents'");
    }
}
