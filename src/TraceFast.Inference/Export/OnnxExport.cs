using TraceFast.Data;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Graph;
using TraceFast.Models;

namespace TraceFast.Inference.Export;

/// <summary>
/// Exports a Hugging Face model folder as ONNX in ONNX Runtime GenAI's layout: model.onnx, model.onnx.data, genai_config.json, and the
/// tokenizer's and other files of the model. Weights are streamed; no more than two copies of the largest matrix are in memory.
/// </summary>
public static class OnnxExport
{
    /// <param name="modelFolder">config.json and safetensors.</param>
    /// <param name="adapterFolder">A PEFT adapter; null: none.</param>
    /// <param name="outputFolder">Absent or empty; holds the whole export or nothing.</param>
    /// <param name="options">Element types and form.</param>
    /// <param name="log">Gets lines that say what was done differently from the model's own layout.</param>
    /// <exception cref="Data.InputException">Bad model, adapter, options or output folder.</exception>
    public static void Run(string modelFolder, string? adapterFolder, string outputFolder, ExportOptions options, Action<string> log)
    {
        Check(outputFolder, adapterFolder, options);
        using StoredModel model = StoredModel.Open(modelFolder, adapterFolder, options.Adapter == AdapterUse.Merge);
        EndTokens.Read(modelFolder, model.Config);
        GraphBuilder graph = new();
        ExportContext context = new(model, options, graph);
        DecoderGraph.Build(context);
        if (context.HeadWidth != context.Config.HeadDim)
            log($"heads of {context.Config.HeadDim} channels are padded with zeros to {context.HeadWidth}: GroupQueryAttention needs multiples of {(context.Config.Layers.Any(l => l.Rope != null) ? 16 : 8)} with rotated halves of multiples of 8");
        if (options.Precision == ExportPrecision.Float16)
            log("float16 is for GPUs: on a CPU, ONNX Runtime converts the weights at every run, which makes it tens of times slower than float32");
        string full = Path.GetFullPath(outputFolder);
        string aside = $"{full.TrimEnd(Path.DirectorySeparatorChar)}.writing-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(aside);
            OnnxFiles.Write(aside, graph);
            CompanionFiles.Copy(modelFolder, aside);
            AtomicFile.Write(Path.Combine(aside, "config.json"), System.Text.Encoding.UTF8.GetBytes(context.Config.Json));
            GenAiConfig.Write(aside, context);
            if (Directory.Exists(full))
                Directory.Delete(full);
            Directory.Move(aside, full);
        }
        catch
        {
            if (Directory.Exists(aside))
                Directory.Delete(aside, recursive: true);
            throw;
        }
    }

    private static void Check(string outputFolder, string? adapterFolder, ExportOptions options)
    {
        if (File.Exists(outputFolder) || (Directory.Exists(outputFolder) && Directory.EnumerateFileSystemEntries(outputFolder).Any()))
            throw new OnnxModelException(outputFolder, "the folder is not empty; name a new one for the exported model");
        if (options.Adapter == AdapterUse.Inputs && adapterFolder == null)
            throw new OnnxModelException("adapter", "LoRA inputs are asked for, but no adapter is given; give its folder, whose modules and ranks become the inputs");
        if (options.AccuracyLevel is < 0 or > 4)
            throw new OnnxModelException("accuracy level", $"found {options.AccuracyLevel}, expected 0 (unset), 1 (float32), 2 (float16), 3 (bfloat16) or 4 (int8)");
        if (options.MaxPositions is < 1)
            throw new OnnxModelException("max positions", $"found {options.MaxPositions}, expected a whole number above 0");
    }
}
