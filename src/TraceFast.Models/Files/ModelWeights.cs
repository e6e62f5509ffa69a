using TraceFast.Data;
using TraceFast.Data.Json;

namespace TraceFast.Models.Files;

/// <summary>
/// The weights of a model folder: model.safetensors, or the shards that model.safetensors.index.json names, as one set of tensors.
/// </summary>
public sealed class ModelWeights : IDisposable
{
    internal const string SingleFile = "model.safetensors";
    internal const string IndexFile = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> _tensors = new(StringComparer.Ordinal);

    private ModelWeights(string folder, List<SafetensorsFile> files)
    {
        Folder = folder;
        _files = files;
        foreach (SafetensorsFile file in files)
        {
            foreach (SafetensorsTensor tensor in file.Tensors)
            {
                if (!_tensors.TryAdd(tensor.Name, (file, tensor)))
                    throw new ModelFileException(
                        file.Path,
                        $"tensor {ModelFileException.Quote(tensor.Name)} is also in {_tensors[tensor.Name].File.Path}, expected in one "
                            + "shard");
            }
        }
    }

    public string Folder { get; }

    /// <summary>All tensors, shard by shard, by name within each.</summary>
    public IEnumerable<SafetensorsTensor> Tensors => _files.SelectMany(f => f.Tensors);

    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <exception cref="ModelFileException">No weights there, a shard missing, or a file that breaks the format.</exception>
    public static ModelWeights Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ModelFileException(folder, "no such folder; expected a model folder with config.json and model.safetensors");
        string single = Path.Combine(folder, SingleFile);
        string index = Path.Combine(folder, IndexFile);
        if (!File.Exists(single) && !File.Exists(index))
        {
            string[] other = [.. Directory.GetFiles(folder, "*.bin").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
            string hint = other.Length == 0 ? "" : $"; found {string.Join(", ", other.Take(3))}: convert it to safetensors first";
            throw new ModelFileException(folder, $"found neither {SingleFile} nor {IndexFile}{hint}");
        }

        List<SafetensorsFile> files = [];
        try
        {
            if (File.Exists(single))
                files.Add(SafetensorsFile.Open(single));
            else
                OpenShards(folder, index, files);
            return new ModelWeights(folder, files);
        }
        catch
        {
            files.ForEach(f => f.Dispose());
            throw;
        }
    }

    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>The file that holds a tensor, and its entry there.</summary>
    public bool TryGet(string name, out SafetensorsFile file, out SafetensorsTensor tensor)
    {
        bool found = _tensors.TryGetValue(name, out (SafetensorsFile File, SafetensorsTensor Tensor) entry);
        (file, tensor) = entry;
        return found;
    }

    /// <summary>SHA-256, in hexadecimal, over the bytes of every file in order.</summary>
    public string ContentHash()
    {
        using HashBuilder hash = new();
        foreach (SafetensorsFile file in _files)
            hash.Add(Convert.FromHexString(FileHash.Sha256(file.Path)));
        return hash.ToHex();
    }

    public void Dispose() => _files.ForEach(f => f.Dispose());

    private static void OpenShards(string folder, string index, List<SafetensorsFile> files)
    {
        JsonConfig map = JsonConfig.ReadFile(index).Object("weight_map")
            ?? throw new ModelFileException(index, "'weight_map' is missing: it names the file of every tensor");
        Dictionary<string, SafetensorsFile> byName = new(StringComparer.Ordinal);
        int mapped = 0;
        foreach (string tensor in map.Keys)
        {
            string name = map.Text(tensor);
            if (name != Path.GetFileName(name) || name is "" or "." or "..")
                throw map.ErrorAt(tensor, "the name of a file in the same folder");
            if (!byName.TryGetValue(name, out SafetensorsFile? file))
            {
                file = SafetensorsFile.Open(Path.Combine(folder, name));
                files.Add(file);
                byName.Add(name, file);
            }

            if (!file.TryGet(tensor, out _))
                throw new ModelFileException(
                    file.Path, $"tensor {ModelFileException.Quote(tensor)} is missing, though {IndexFile} says that it is here");
            mapped++;
        }

        SafetensorsFile? unmapped = files.Find(f => f.Tensors.Any(t => !map.Has(t.Name)));
        if (unmapped != null)
            throw new ModelFileException(
                unmapped.Path,
                $"tensor {ModelFileException.Quote(unmapped.Tensors.First(t => !map.Has(t.Name)).Name)} is not in {IndexFile}; the shard "
                    + "belongs to another model, or the index is damaged");
        if (mapped == 0)
            throw new ModelFileException(index, "'weight_map' is empty");
    }
}
