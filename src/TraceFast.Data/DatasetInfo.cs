using System.Text.Json;
using System.Text.Unicode;
using TraceFast.Data.Json;
using TraceFast.Data.Layouts;

namespace TraceFast.Data;

/// <summary>
/// Resolves what <c>dataset:</c> names: entries of LLaMA-Factory's <c>dataset_info.json</c>, or paths of .json, .jsonl and .parquet files.
/// Keys that name something this program does not do are errors; LLaMA-Factory's parser.py is the source of the defaults.
/// </summary>
public static class DatasetInfo
{
    public const string FileName = "dataset_info.json";

    private static readonly string[] s_remoteKeys = ["hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name"];

    private static readonly string[] s_entryKeys = ["file_name", "formatting", "ranking", "columns", "tags", "split", "num_samples"];

    /// <summary>Looked at by LLaMA-Factory for data sets that are downloaded; a local file has no use for them.</summary>
    private static readonly string[] s_idleKeys = ["subset", "folder", "revision", "file_sha1"];

    /// <summary>
    /// Resolves each name: a path when it has a folder or ends in .json, .jsonl or .parquet, an entry of dataset_info.json otherwise.
    /// </summary>
    /// <param name="names">As in the configuration's <c>dataset</c>.</param>
    /// <param name="datasetDirectory">The configuration's <c>dataset_dir</c>.</param>
    /// <param name="notice">Receives one line per thing that is passed over.</param>
    /// <exception cref="InputException">A name, a file or a key is not what is expected.</exception>
    public static IReadOnlyList<DataSource> Resolve(IReadOnlyList<string> names, string datasetDirectory, Action<string>? notice = null)
    {
        if (names.Count == 0)
            throw new InputException($"dataset: no data set is named; give entries of {FileName} or paths of {RecordFile.Endings} files");
        string infoPath = Path.Combine(datasetDirectory, FileName);
        JsonObject? info = null;
        return [.. names.Select(name => IsPath(name)
            ? FromPath(name, datasetDirectory)
            : FromEntry(name, info ??= Load(infoPath, name), infoPath, datasetDirectory, notice))];
    }

    private static bool IsPath(string name) =>
        name.Contains('/', StringComparison.Ordinal) || name.Contains(Path.DirectorySeparatorChar) || RecordFile.IsNamedSo(name);

    private static DataSource FromPath(string name, string datasetDirectory)
    {
        string inside = Path.Combine(datasetDirectory, name);
        string path = !File.Exists(name) && File.Exists(inside) ? inside : name;
        return new DataSource(name, [path], null, LayoutRecognition.Recognize, "");
    }

    private static JsonObject Load(string path, string name)
    {
        byte[] bytes;
        try
        {
            bytes = InputFile.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException(
                $"{path}: cannot be read ({e.Message}), so the data set '{name}' cannot be looked up; set dataset_dir, "
                    + $"or give the path of a {RecordFile.Endings} file as dataset", e);
        }
        ReadOnlyMemory<byte> text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
        if (!Utf8.IsValid(text.Span))
            throw new InputException($"{path}: not valid UTF-8");
        try
        {
            return JsonObject.Parse(text);
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}:{e.LineNumber + 1}: {JsonRecordFile.Describe(e, text.Span)}", e);
        }
        catch (RecordException e)
        {
            throw new InputException($"{path}: {e.Message}", e);
        }
    }

    private static DataSource FromEntry(string name, JsonObject info, string infoPath, string datasetDirectory, Action<string>? notice)
    {
        string place = $"{infoPath}: {name}";
        try
        {
            if (info.Find(name) is not { } value)
                throw new InputException(
                    $"{infoPath}: there is no data set '{name}' (found: {info.DescribeKeys()}); to read a file directly, give its path");
            return ReadEntry(name, value.Object(name), place, datasetDirectory, notice);
        }
        catch (RecordException e)
        {
            throw new InputException($"{place}: {e.Message}", e);
        }
    }

    private static DataSource ReadEntry(string name, JsonObject entry, string place, string datasetDirectory, Action<string>? notice)
    {
        foreach (string remote in s_remoteKeys)
            if (entry.Has(remote))
                throw new RecordException($"'{remote}': data sets are not downloaded; download it, and give file_name in its place");
        foreach (string key in entry.Keys.Where(key => !s_entryKeys.Contains(key)))
            notice?.Invoke(
                $"{place}: '{key}' {(s_idleKeys.Contains(key) ? "has no meaning for a local file" : "is not a known key")} and is not "
                    + "used");
        if (entry.FindText("split") is { } split && split != "train")
            throw new RecordException(
                $"'split' is '{split}': a local file has only the split 'train'; write the part "
                    + "into a file of its own, or use max_samples");
        int? sampleCount = entry.Find("num_samples")?.Integer("num_samples");
        if (sampleCount <= 0)
            throw new RecordException($"'num_samples' is {sampleCount}; it must be at least 1");
        return new DataSource(
            name, FilesOf(entry.RequireText("file_name"), datasetDirectory), sampleCount, EntryLayout.Of(entry), EntryLayout.Stated(entry));
    }

    private static string[] FilesOf(string fileName, string datasetDirectory)
    {
        string path = Path.Combine(datasetDirectory, fileName);
        if (!Directory.Exists(path))
            return [path];
        string[] files = [.. Directory.GetFiles(path).Where(RecordFile.IsNamedSo).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new RecordException($"'file_name': the folder {path} holds no {RecordFile.Endings} file");
    }
}
