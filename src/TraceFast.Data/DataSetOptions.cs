using TraceFast.Data.Sampling;

namespace TraceFast.Data;

/// <summary>What to read and how; the names in brackets are the configuration keys.</summary>
public sealed record DataSetOptions
{
    /// <summary>Entries of dataset_info.json or paths of .json, .jsonl and .parquet files [dataset, eval_dataset].</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>What the records are for [stage].</summary>
    public required Stage Stage { get; init; }

    /// <summary>The folder of dataset_info.json [dataset_dir].</summary>
    public string Directory { get; init; } = "data";

    /// <summary>What a record that cannot be used does [on_bad_record].</summary>
    public OnBadRecord OnBadRecord { get; init; }

    /// <summary>The number of records that are read of each data set, from its start [max_samples].</summary>
    public int? MaxSamples { get; init; }

    /// <summary>How several data sets become one [mix_strategy].</summary>
    public MixStrategy MixStrategy { get; init; }

    /// <summary>The chance of each data set when they are interleaved [interleave_probs].</summary>
    public IReadOnlyList<double>? InterleaveProbabilities { get; init; }

    /// <summary>Seeds num_samples and interleave_probs [seed].</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Ready token ids from this on are errors; null: not known.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>The data sets that are named.</summary>
    /// <exception cref="InputException">A name is that of none, or <see cref="MaxSamples"/> leaves nothing to read.</exception>
    public IReadOnlyList<DataSource> Sources() => MaxSamples <= 0
        ? throw new InputException($"max_samples: {MaxSamples} leaves nothing to read; it must be at least 1")
        : DatasetInfo.Resolve(Names, Directory, Notice);

    /// <summary>How many records of a data set are read, from its start; null: all, as num_samples draws from all of them.</summary>
    public int? ReadOf(DataSource source) => source.SampleCount is null ? MaxSamples : null;

    /// <summary>All files that are read: those that are named, and dataset_info.json where there is one.</summary>
    /// <exception cref="InputException">A name is that of no data set.</exception>
    public IEnumerable<string> Files() =>
        [.. DatasetInfo.Resolve(Names, Directory).SelectMany(s => s.Files), Path.Combine(Directory, DatasetInfo.FileName)];

    /// <summary>Receives one line per data set read, and one per thing passed over.</summary>
    public Action<string>? Notice { get; init; }
}
