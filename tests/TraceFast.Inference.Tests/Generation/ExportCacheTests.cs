using TraceFast.Data.Files;
using TraceFast.Data;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;

namespace TraceFast.Inference.Tests.Generation;

public class ExportCacheTests
{
    [Fact]
    public void A_model_is_exported_once_for_each_content()
    {
        using TemporaryFolder folder = new();
        string source = Oracles.Require("oracles", "hf", "models", "llama_gqa"), model = folder["model"], cache = folder["cache"];
        Directory.CreateDirectory(model);
        foreach (string file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        List<string> log = [];
        string first = Resolve(null);
        Assert.Single(log, l => l.StartsWith("exporting", StringComparison.Ordinal));
        Assert.Equal(first, Resolve(null));
        Assert.Equal(first, Resolve(ExportPrecision.Float32));
        Assert.Single(log, l => l.StartsWith("exporting", StringComparison.Ordinal));
        Assert.NotEqual(first, Resolve(ExportPrecision.Int8));
        string config = Path.Combine(model, "config.json");
        File.SetAttributes(config, FileAttributes.Normal);
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"rms_norm_eps\"", "\"rms_norm_eps\" ", StringComparison.Ordinal));
        Assert.NotEqual(first, Resolve(null));
        Assert.Equal(first, ExportCache.Resolve(first, null, null, log.Add, cache));
        Assert.Contains(
            "exported already",
            Assert.Throws<InputException>(() => ExportCache.Resolve(first, null, ExportPrecision.Int4, log.Add, cache)).Message,
            StringComparison.Ordinal);

        string Resolve(ExportPrecision? precision) => ExportCache.Resolve(model, null, precision, log.Add, cache);
    }

    [Fact]
    public async Task Another_process_that_exports_the_same_is_waited_for()
    {
        using TemporaryFolder folder = new();
        string cache = folder["cache"], model = Oracles.Require("oracles", "hf", "models", "llama_gqa");
        List<string> log = [];
        string exported = ExportCache.Resolve(model, null, null, log.Add, cache);
        Directory.Move(exported, folder["aside"]);
        log.Clear();
        RunLock held = RunLock.OfFile(exported);
        Task<string> second = Task.Run(() => ExportCache.Resolve(model, null, null, log.Add, cache), TestContext.Current.CancellationToken);
        while (log.Count == 0 && !second.IsCompleted)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Directory.Move(folder["aside"], exported);
        held.Dispose();
        Assert.Equal(exported, await second);
        Assert.Contains($"process {Environment.ProcessId} (", Assert.Single(log), StringComparison.Ordinal);
        Assert.Equal([exported], Directory.GetFileSystemEntries(cache));

        Directory.Delete(exported, recursive: true);
        using RunLock again = RunLock.OfFile(exported);
        using CancellationTokenSource interrupt = new(TimeSpan.FromMilliseconds(200));
        Assert.ThrowsAny<OperationCanceledException>(() => ExportCache.Resolve(model, null, null, log.Add, cache, interrupt.Token));
    }

    [Fact]
    public void An_adapter_folder_brings_its_base()
    {
        using TemporaryFolder folder = new();
        string source = Directory.GetDirectories(Oracles.Require("oracles", "hf", "lora")).Order(StringComparer.Ordinal).First(),
            adapter = folder["adapter"];
        Directory.CreateDirectory(adapter);
        foreach (string file in Directory.GetFiles(source, "adapter_*"))
            File.Copy(file, Path.Combine(adapter, Path.GetFileName(file)));
        List<string> log = [];
        Assert.Contains(
            "base_model_name_or_path",
            Assert.Throws<InputException>(() => ExportCache.Resolve(adapter, null, null, log.Add, folder["cache"])).Message,
            StringComparison.Ordinal);
        string config = Path.Combine(adapter, "adapter_config.json"), text = File.ReadAllText(config);
        File.Delete(config);
        string named = System.Text.RegularExpressions.Regex.Match(text, "\"base_model_name_or_path\": \"(.*?)\"").Groups[1].Value;
        File.WriteAllText(config, text.Replace($"\"{named}\"", $"\"{Oracles.Require("oracles", "hf", named)}\"", StringComparison.Ordinal));
        string merged = ExportCache.Resolve(adapter, null, null, log.Add, folder["cache"]);
        Assert.True(File.Exists(Path.Combine(merged, "model.onnx")));
        Assert.Contains(log, l => l.Contains(adapter, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_is_no_model_is_named()
    {
        using TemporaryFolder folder = new();
        Assert.Contains(
            folder["none"],
            Assert.Throws<InputException>(() => ExportCache.Resolve(folder["none"], null, null, _ => { }, folder["cache"])).Message,
            StringComparison.Ordinal);
        Assert.ThrowsAny<InputException>(() => ExportCache.Resolve(folder.Path, null, null, _ => { }, folder["cache"]));
    }
}
