using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Quality;
using TraceFast.Inference.Sessions;
using TraceFast.Models;
using TraceFast.Models.Lora;

namespace TraceFast.Inference.Export;

/// <summary>The checks of an export.</summary>
/// <param name="Parity">Whether the graph computes what the trainer computes, with the rounded weights for int8 and int4.</param>
/// <param name="Quality">What fewer bits than float32 cost; null: float32, or no text for the model's vocabulary.</param>
/// <param name="LossBound">Limit of the loss above the model's, in nats.</param>
public sealed record ExportReport(ParityReport Parity, ExportQuality? Quality, double LossBound, long Bytes)
{
    public bool Passed => Parity.Passed && QualityPassed;

    private bool QualityPassed => Quality == null || Quality.ExportLoss - Quality.ModelLoss <= LossBound;

    /// <summary>Lines for people.</summary>
    public string ToText() => string.Join('\n', Lines());

    private IEnumerable<string> Lines()
    {
        yield return Parity.ToText();
        if (Quality != null)
            yield return Quality.ToText()
                + (QualityPassed ? "" : string.Create(CultureInfo.InvariantCulture, $": FAILED, allowed {LossBound:g3} nats of loss"));
        yield return string.Create(CultureInfo.InvariantCulture, $"size {Bytes / 1e6:0.0} MB");
    }
}

/// <summary>An export followed by a comparison with the trainer.</summary>
public static class CheckedExport
{
    /// <summary>
    /// Exports, opens the result and compares its logits with the trainer's. A result that does not pass stays for inspection.
    /// </summary>
    /// <param name="overwrite">Whether an earlier export in the output folder may be replaced.</param>
    /// <exception cref="InputException">Bad input, or a precision that the device's provider cannot run; nothing is left
    /// then.</exception>
    public static ExportReport Run(
        string modelFolder, string? adapterFolder, string outputFolder, ExportOptions options, SessionSettings settings, Action<string> log,
        bool overwrite = false)
    {
        Dictionary<int, float[]> rounded = [];
        OnnxExport.Run(
            modelFolder, adapterFolder, outputFolder, options, log, overwrite,
            context => ParityCheck.Rows(modelFolder, context.Config.VocabularySize, context.ContextLength),
            (row, logits) => rounded[row] = ParityCheck.Floats(logits));
        using OnnxDecoder exported = Open(outputFolder, options, settings);
        using Trainer trainer = Trainer.Load(modelFolder, adapterFolder);
        return Check(modelFolder, trainer.Decoder, exported, rounded, options.Precision);
    }

    /// <param name="trainer">The model in float32, its adapter attached.</param>
    /// <param name="rounded">Logits of <see cref="ParityCheck.Rows"/> under rounded weights; empty: the trainer's own.</param>
    internal static ExportReport Check(
        string modelFolder, Decoder trainer, OnnxDecoder exported, IReadOnlyDictionary<int, float[]> rounded, ExportPrecision precision)
    {
        int[][] rows = ParityCheck.Rows(modelFolder, exported.VocabularySize, exported.ContextLength);
        float[][] expected = [
            .. rows.Select((r, i) => rounded.TryGetValue(i, out float[]? logits) ? logits : ParityCheck.Floats(trainer.AllLogits(r)))];
        ParityReport parity = ParityCheck.Compare(exported, rows, expected, precision);
        IReadOnlyList<int[]>? windows = precision == ExportPrecision.Float32
            ? null
            : SampleText.Windows(SampleText.Measured, modelFolder, exported.VocabularySize, exported.ContextLength);
        ExportQuality? quality = windows == null ? null : ExportQuality.Measure(exported, windows, trainer.AllLogits);
        return new ExportReport(parity, quality, LossBoundOf(precision), OnnxFiles.ByteCount(exported.Folder));
    }

    /// <summary>Limit of the loss above the model's, in nats; measured figures are in this folder's README.</summary>
    private static double LossBoundOf(ExportPrecision precision) => precision switch
    {
        ExportPrecision.Int4 => 0.5,
        ExportPrecision.BFloat16 => 0.1,
        _ => 0.03,
    };

    private static OnnxDecoder Open(string outputFolder, ExportOptions options, SessionSettings settings)
    {
        try
        {
            return OnnxDecoder.Open(outputFolder, settings);
        }
        catch (OnnxModelException e)
        {
            Directory.Delete(outputFolder, recursive: true);
            if (options.Precision != ExportPrecision.BFloat16)
                throw;
            throw new OnnxModelException(
                "precision bfloat16",
                $"ONNX Runtime's {settings.Device} provider does not run this model "
                    + $"in bfloat16 ({e.InnerException?.Message.ReplaceLineEndings(" ")}); export in float32 or float16", e);
        }
    }
}

/// <summary>The model that is exported as the trainer computes it: in float32, its adapter in force.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly LoraAdapter? _adapter;

    private Trainer(Decoder decoder, LoraAdapter? adapter)
    {
        Decoder = decoder;
        _adapter = adapter;
    }

    public Decoder Decoder { get; }

    /// <exception cref="InputException">Bad model or adapter.</exception>
    public static Trainer Load(string modelFolder, string? adapterFolder)
    {
        Decoder decoder = Decoder.Load(modelFolder, new DecoderOptions());
        try
        {
            LoraAdapter? adapter = adapterFolder == null ? null : LoraAdapter.Load(adapterFolder, decoder);
            if (adapter != null)
                decoder.Attach(adapter);
            return new Trainer(decoder, adapter);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _adapter?.Dispose();
        Decoder.Dispose();
    }
}
