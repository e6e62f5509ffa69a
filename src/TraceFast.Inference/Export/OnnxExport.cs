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
    /// <param name="overwrite">Whether an earlier export in the output folder may be replaced.</param>
    /// <exception cref="Data.InputException">Bad model, adapter, options or output folder.</exception>
    public static void Run(string modelFolder, string? adapterFolder, string outputFolder, ExportOptions options, Action<string> log, bool overwrite = false)
    {
        new OutputCheck(overwrite).Reads("--model", modelFolder).Reads("--adapter", adapterFolder).Folder("--out", outputFolder);
        Check(adapterFolder, options);
        using StoredModel model = StoredModel.Open(modelFolder, adapterFolder, options.Adapter == AdapterUse.Merge);
        GraphBuilder graph = new();
        ExportContext context = new(model, options, graph);
        DecoderGraph.Build(context);
        if (context.HeadWidth != context.Config.HeadDim)
            log($"heads of {context.Config.HeadDim} channels are padded with zeros to {context.HeadWidth}: GroupQueryAttention needs multiples of {(context.Config.Layers.Any(l => l.Rope != null) ? 16 : 8)} with rotated halves of multiples of 8");
        if (options.Precision == ExportPrecision.Float16)
            log("float16 is for GPUs: on a CPU, ONNX Runtime converts the weights at every run, which makes it tens of times slower than float32");
        OutputCheck.WriteFolder(outputFolder, aside =>
        {
            OnnxFiles.Write(aside, graph);
            CompanionFiles.Copy(modelFolder, aside);
            AtomicFile.Write(Path.Combine(aside, "config.json"), System.Text.Encoding.UTF8.GetBytes(context.Config.Json));
            GenAiConfig.Write(aside, context);
        });
    }

    private static void Check(string? adapterFolder, ExportOptions options)
    {
        if (options.Adapter == AdapterUse.Inputs && adapterFolder == null)
            throw new OnnxModelException("adapter", "LoRA inputs are asked for, but no adapter is given; give its folder, whose modules and ranks become the inputs");
        if (options.AccuracyLevel is < 0 or > 4)
            throw new OnnxModelException("accuracy level", $"found {options.AccuracyLevel}, expected 0 (unset), 1 (float32), 2 (float16), 3 (bfloat16) or 4 (int8)");
        if (options.MaxPositions is < 1)
            throw new OnnxModelException("max positions", $"found {options.MaxPositions}, expected a whole number above 0");
    }
}
