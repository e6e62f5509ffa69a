using TraceFast.Data.Json;
using TraceFast.Data.Layouts;

namespace TraceFast.Data;

/// <summary>One data set to read: its files, and how its records are laid out.</summary>
public sealed class DataSource
{
    private readonly Func<JsonObject, Stage, RecordLayout?> _layoutOf;

    internal DataSource(
        string name, IReadOnlyList<string> files, int? sampleCount, Func<JsonObject, Stage, RecordLayout?> layoutOf, string stated)
    {
        Name = name;
        Files = files;
        SampleCount = sampleCount;
        _layoutOf = layoutOf;
        StatedLayout = stated;
    }

    /// <summary>The name in dataset_info.json, or the path.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Files { get; }

    /// <summary><c>num_samples</c>: this many records are drawn, each at most once until all have been.</summary>
    public int? SampleCount { get; }

    /// <summary>What dataset_info.json says about the layout, as JSON; "" where it says nothing and the first record tells.</summary>
    public string StatedLayout { get; }

    /// <summary>The layout of the records, given the first of them; null when that is in none that is known.</summary>
    internal RecordLayout? LayoutOf(JsonObject first, Stage stage) => _layoutOf(first, stage);
}
