using TraceFast.Data.Files;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Graph;
using TraceFast.Inference.Export.Quality;
using TraceFast.Inference.Export.Quantization;
using TraceFast.Models.Config;
using TraceFast.Models.Files;
using TraceFast.Models;

namespace TraceFast.Inference.Export;

/// <summary>
/// Exports a Hugging Face model folder as ONNX in ONNX Runtime GenAI's layout: model.onnx, model.onnx.data, genai_config.json, and the
/// tokenizer's and other files of the model. Weights are streamed, no more than two copies of the largest matrix in memory; int8 and int4
/// that are calibrated or checked hold the trainer in float32 and the rounded weights besides.
/// </summary>
public static class OnnxExport
{
    /// <param name="outputFolder">Absent or empty; holds the whole export or nothing.</param>
    /// <param name="log">Gets lines that say what was done differently from the model's own layout.</param>
    /// <param name="overwrite">Whether an earlier export in the output folder may be replaced.</param>
    /// <exception cref="InputException">Bad model, adapter, options or output folder.</exception>
    public static void Run(
        string modelFolder, string? adapterFolder, string outputFolder, ExportOptions options, Action<string> log,
        bool overwrite = false) =>
        Run(modelFolder, adapterFolder, outputFolder, options, log, overwrite, null, (_, _) => { });

    /// <summary>Also gives the trainer's logits with the rounded weights of an int8 or int4 export.</summary>
    /// <param name="follow">The token ids to compute logits for, by the positions that the export has; null: none.</param>
    /// <param name="rounded">Gets, for each sequence of <paramref name="follow"/>, its logits [tokens, vocabulary].</param>
    internal static void Run(
        string modelFolder, string? adapterFolder, string outputFolder, ExportOptions options, Action<string> log, bool overwrite,
        Func<ExportContext, int[][]>? follow, Action<int, torch.Tensor> rounded)
    {
        new OutputCheck(overwrite).Reads("--model", modelFolder).Reads("--adapter", adapterFolder)
            .Reads("--calibration", options.CalibrationFile).Folder("--out", outputFolder);
        Check(adapterFolder, options);
        using StoredModel model = StoredModel.Open(modelFolder, adapterFolder, options.Adapter == AdapterUse.Merge);
        EndTokens.Read(modelFolder, model.Config);
        using ExportContext context = Prepared(model, adapterFolder, options, log, follow, rounded);
        GraphBuilder graph = context.Graph;
        if (context.HeadWidth != context.Config.HeadDim)
            log($"heads of {context.Config.HeadDim} channels are padded with zeros to {context.HeadWidth}: GroupQueryAttention needs "
                + $"multiples of {(context.Config.Layers.Any(l => l.Rope != null) ? 16 : 8)} with rotated halves of multiples of 8");
        if (options.Precision == ExportPrecision.Float16)
            log("float16 is for GPUs: on a CPU, ONNX Runtime converts the weights at every "
                + "run, which makes it tens of times slower than float32");
        OutputCheck.WriteFolder(outputFolder, folder =>
        {
            OnnxFiles.Write(folder, graph);
            CompanionFiles.Copy(modelFolder, folder);
            AtomicFile.Write(Path.Combine(folder, "config.json"), System.Text.Encoding.UTF8.GetBytes(context.Config.Json));
            GenAiConfig.Write(folder, context);
        });
    }

    /// <summary>The graph, its matrices rounded where that takes the trainer.</summary>
    private static ExportContext Prepared(
        StoredModel model, string? adapterFolder, ExportOptions options, Action<string> log, Func<ExportContext, int[][]>? follow,
        Action<int, torch.Tensor> rounded)
    {
        ExportContext context = Built(model, options, new HashSet<int>());
        IReadOnlyList<int[]>? calibration = CalibrationOf(context, log);
        if (context.Rounded.Count == 0 || (calibration == null && follow == null))
            return context;
        using Trainer trainer = Trainer.Load(model.Folder, adapterFolder);
        if (calibration != null && options.Bits == 4 && options.ExtraSize > 0)
            context = Built(model, options, MixedPrecision.Choose(context, trainer.Decoder, calibration[0], log));
        int[][] followed = follow?.Invoke(context) ?? [];
        using RoundedModel result = RoundedModel.Round(context, trainer.Decoder, calibration ?? [], followed);
        for (int i = 0; i < followed.Length; i++)
        {
            using torch.Tensor logits = result.Logits(i);
            rounded(i, logits);
        }

        return context;
    }

    private static ExportContext Built(StoredModel model, ExportOptions options, IReadOnlySet<int> eightBitLayers)
    {
        ExportContext context = new(model, options, new GraphBuilder()) { EightBitLayers = eightBitLayers };
        DecoderGraph.Build(context);
        return context;
    }

    /// <summary>Token ids to round by; null where the options ask for none, or the model has no tokenizer.</summary>
    private static IReadOnlyList<int[]>? CalibrationOf(ExportContext context, Action<string> log)
    {
        ExportOptions options = context.Options;
        if (options.Bits == null || options.Rounding == WeightRounding.Nearest)
            return null;
        string text = options.CalibrationFile is string file ? SampleText.Read(file) : SampleText.Calibration;
        IReadOnlyList<int[]>? windows = SampleText.Windows(
            text, context.Model.Folder, context.Config.VocabularySize, context.ContextLength);
        if (windows == null)
            log("the model has no tokenizer for calibration text, or one that is not its own: weights are rounded to the nearest values");
        return windows;
    }

    private static void Check(string? adapterFolder, ExportOptions options)
    {
        if (options.Adapter == AdapterUse.Inputs && adapterFolder == null)
            throw new OnnxModelException(
                "adapter",
                "LoRA inputs need an adapter; give its folder, whose modules and ranks become the inputs");
        if (options.AccuracyLevel is < 0 or > 4)
            throw new OnnxModelException(
                "accuracy level", $"found {options.AccuracyLevel}, expected 0 (unset), 1 (float32), 2 (float16), 3 (bfloat16) or 4 (int8)");
        if (options.ExtraSize is not >= 0)
            throw new OnnxModelException("extra size", $"found {options.ExtraSize}, expected a share of 0 or more");
        if (options.MaxPositions is < 1)
            throw new OnnxModelException("max positions", $"found {options.MaxPositions}, expected a whole number above 0");
    }
}
