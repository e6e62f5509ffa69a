namespace TraceFast.Benchmarks.Rows;

/// <summary>What is measured.</summary>
public sealed record RowsOptions
{
    /// <summary>Names of <see cref="BenchRow"/>; they are measured in its order.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    /// <summary>Milliseconds of CPU time for which a row and the control take turns.</summary>
    public required int Milliseconds { get; init; }

    /// <summary>Folder of a Hugging Face model: the step's and decoding's.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The same exported; asked for when decoding is measured.</summary>
    public required Func<string> ExportedFolder { get; init; }
}
