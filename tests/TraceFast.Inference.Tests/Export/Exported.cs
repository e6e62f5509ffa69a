using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Exports into a test's folder and opens the result on one thread.</summary>
internal static class Exported
{
    public static OnnxDecoder Open(string model, string? adapter, TemporaryFolder folder, ExportOptions options, Action<string>? log = null)
    {
        string path = Path.Combine(folder.Path, $"onnx-{Guid.NewGuid():n}");
        OnnxExport.Run(model, adapter, path, options, log ?? (_ => { }));
        return OnnxDecoder.Open(path, Quiet);
    }

    /// <summary>Tests run side by side.</summary>
    public static SessionSettings Quiet { get; } = new() { Threads = 1, Spinning = false };
}
