using TraceFast.Inference.Export;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>The small model of this repository, exported once for the tests that decode with it, and prompts for it.</summary>
public sealed class GeneratedModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GeneratedModel()
    {
        Folder = _folder["onnx"];
        OnnxExport.Run(DemoModel.Folder, null, Folder, new ExportOptions { Head = HeadPositions.Selected }, _ => { });
    }

    public string Folder { get; }

    /// <summary>Lines with and without ids, of three forms and many lengths, that begin alike.</summary>
    public static string Prompts(int count)
    {
        Random random = new(count);
        return string.Concat(Enumerable.Range(0, count).Select(i =>
        {
            string text = "Write about "
                + string.Join(
                    ' ', Enumerable.Range(0, 1 + random.Next(25))
                        .Select(_ => new[] { "bees", "the sea", "rain", "seven", "old", "trees" }[random.Next(6)]));
            string id = (i % 3) switch { 0 => $"\"id\":\"row {i}\",", 1 => $"\"id\":{1000 + i},", _ => "" };
            return "{" + id + $"\"prompt\":\"{text}\"}}\n";
        }));
    }

    public void Dispose() => _folder.Dispose();
}
