using System.Globalization;
using Google.Protobuf;
using TraceFast.Training.Metrics.TensorBoard.Protocol;

namespace TraceFast.Training.Metrics.TensorBoard;

/// <summary>
/// A TensorBoard event file with scalar summaries: TFRecords of Event messages, the first of which names the version.
/// A resumed run goes on in the same file, cut back to its checkpoint, so that no step stands in it twice.
/// </summary>
internal sealed class EventFile(AppendedFile file) : IDisposable
{
    /// <summary>What TensorBoard knows event files by.</summary>
    public const string NamePrefix = "events.out.tfevents.";

    private const string FileVersion = "brain.Event:2";

    public AppendedFile File { get; } = file;

    /// <summary>
    /// A new file in <paramref name="folder"/>, named as TensorBoard expects: events.out.tfevents.SECONDS.HOST.PROCESS.0.
    /// </summary>
    public static EventFile Create(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        string name = string.Create(CultureInfo.InvariantCulture,
            $"{NamePrefix}{now.ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}.0");
        EventFile events = new(AppendedFile.Open(Path.Combine(folder, name), keep: 0));
        events.Append(new Event { WallTime = Seconds(now), FileVersion = FileVersion });
        return events;
    }

    /// <summary>
    /// Adds the scalars of one step; a value that is not finite is left out, since TensorBoard draws it as a break anyway.
    /// </summary>
    public void Add(long step, DateTimeOffset now, IEnumerable<(string Tag, double Value)> scalars)
    {
        Summary summary = new();
        foreach ((string tag, double value) in scalars)
            if (double.IsFinite(value))
                summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)value });
        Append(new Event { WallTime = Seconds(now), Step = step, Summary = summary });
    }

    private void Append(Event e) => File.Append(TfRecord.Frame(e.ToByteArray()));

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    public void Dispose() => File.Dispose();
}
