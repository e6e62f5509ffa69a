using System.Text;
using TraceFast.Data.Files;
using TraceFast.Inference.Export;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Files;
using TraceFast.Models.Lora;

namespace TraceFast.Inference.Generation;

/// <summary>
/// Exported models, kept in a folder under the hash of all that determines them: every file of the model and the adapter that an export
/// reads, the options, and the build of the exporter. A model that changed is another one, so nothing is ever stale; the folder may be
/// deleted at any time.
/// </summary>
public static class ExportCache
{
    private const string AdapterConfig = "adapter_config.json";

    private static readonly string[] s_read = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model"];

    /// <summary>
    /// The folder of an exported model: the given one where it is exported already, else one of the cache, created if needed.
    /// </summary>
    /// <param name="model">Folder of an exported model, a Hugging Face model or a PEFT adapter that names its base.</param>
    /// <param name="adapter">Folder of a PEFT adapter to merge; null: none.</param>
    /// <param name="precision">Of the export; null: float32, or what an exported folder has.</param>
    /// <param name="cache">Null: <see cref="CacheFolder"/>, kind onnx.</param>
    /// <param name="interrupt">Ends the waiting for another process that exports the same.</param>
    /// <exception cref="InputException">No such folder, or it cannot be exported.</exception>
    public static string Resolve(
        string model, string? adapter, ExportPrecision? precision, Action<string> log, string? cache = null,
        CancellationToken interrupt = default)
    {
        if (!Directory.Exists(model))
            throw new InputException($"{model}: no such folder; expected a model exported as ONNX, a Hugging Face model or a PEFT adapter");
        if (ExportedModel.IsIn(model))
        {
            if (adapter is not null)
                throw new InputException(
                    $"{model}: is exported already, so no adapter can be merged; give the Hugging Face folder, or leave --adapter out");
            if (precision is { } asked && ExportedModel.Precision(model) is var has && has != asked)
                throw new InputException(
                    $"{model}: is exported "
                        + $"already, {(has is { } found ? $"in {Name(found)}" : "in an unknown precision")}, "
                    + $"and --precision is {Name(asked)}; give the Hugging Face folder, or remove --precision");
            return model;
        }
        (model, adapter) = WithBase(model, adapter);
        ExportOptions options = ExportOptions.For(precision ?? ExportPrecision.Float32) with { Head = HeadPositions.Selected };
        string key = Key(model, adapter, options);
        string folder = Path.Combine(cache ?? CacheFolder.For("onnx"), key);
        if (File.Exists(Path.Combine(folder, OnnxFiles.Model)))
            return folder;
        folder = Path.Combine(cache ?? CacheFolder.Writable("onnx", log), key);
        if (File.Exists(Path.Combine(folder, OnnxFiles.Model)))
            return folder;
        string all = Directory.CreateDirectory(Path.GetDirectoryName(folder)!).FullName;
        using RunLock held = RunLock.WaitForFile(folder, log, interrupt);
        if (File.Exists(Path.Combine(folder, OnnxFiles.Model)))
            return folder; // by the process that was waited for
        TemporaryPath.RemoveOrphansIn(all, alone: false);
        log($"exporting {model}{(adapter is null ? "" : $" with {adapter}")} as {Name(options.Precision)} into {folder}");
        OnnxExport.Run(model, adapter, folder, options, log);
        return folder;
    }

    /// <summary>The folders that are read to export it, or to decode with it where it is exported already.</summary>
    /// <exception cref="InputException">It is an adapter whose base is not here.</exception>
    public static IEnumerable<string> Folders(string model, string? adapter)
    {
        (model, adapter) = WithBase(model, adapter);
        return adapter is null ? [model] : [model, adapter];
    }

    private static (string Model, string? Adapter) WithBase(string model, string? adapter) =>
        adapter is null && File.Exists(Path.Combine(model, AdapterConfig)) && !File.Exists(Path.Combine(model, "config.json"))
            ? (BaseOf(model), model) : (model, adapter);

    private static string Name(ExportPrecision precision) => precision.ToString().ToLowerInvariant();

    private static string BaseOf(string adapter)
    {
        string? named = LoraConfigFile.Read(Path.Combine(adapter, AdapterConfig)).BaseModel;
        string[] places = named is null ? [] : [named, Path.Combine(adapter, named)];
        return places.FirstOrDefault(Directory.Exists)
            ?? throw new InputException(
                $"{Path.Combine(adapter, AdapterConfig)}: base_model_name_or_path: "
                    + $"found {(named is null ? "none" : $"'{named}', which is no folder")}, expected the folder of the base model; or "
                    + "give it as --model and the adapter as --adapter");
    }

    private static string Key(string model, string? adapter, ExportOptions options)
    {
        StringBuilder content = new();
        content.Append(System.Globalization.CultureInfo.InvariantCulture, $"{typeof(OnnxExport).Module.ModuleVersionId}\n{options}\n");
        foreach (string folder in new[] { model, adapter }.OfType<string>())
        {
            content.Append("--\n");
            foreach (string file in s_read.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Distinct()
                .Order(StringComparer.Ordinal))
                content.Append(System.Globalization.CultureInfo.InvariantCulture, $"{Path.GetFileName(file)} {FileHash.Sha256(file)}\n");
        }
        return HashBuilder.HexOf(content.ToString());
    }
}
