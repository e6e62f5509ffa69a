using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Export;

/// <summary>An export followed by a comparison with the trainer.</summary>
public static class CheckedExport
{
    /// <summary>Exports, opens the result and compares its logits with the trainer's. A result that does not pass stays for inspection.</summary>
    /// <param name="modelFolder">config.json and safetensors.</param>
    /// <param name="adapterFolder">A PEFT adapter; null: none.</param>
    /// <param name="outputFolder">Absent or empty.</param>
    /// <param name="options">Element types and form.</param>
    /// <param name="settings">Where the exported model runs.</param>
    /// <param name="log">Gets lines about what was done.</param>
    /// <param name="overwrite">Whether an earlier export in the output folder may be replaced.</param>
    /// <exception cref="Data.InputException">Bad input, or a precision that the device's provider cannot run; nothing is left then.</exception>
    public static ParityReport Run(
        string modelFolder, string? adapterFolder, string outputFolder, ExportOptions options, SessionSettings settings, Action<string> log, bool overwrite = false)
    {
        OnnxExport.Run(modelFolder, adapterFolder, outputFolder, options, log, overwrite);
        using OnnxDecoder exported = Open(outputFolder, options, settings);
        return ParityCheck.Run(modelFolder, adapterFolder, exported, options.Precision);
    }

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
            throw new OnnxModelException("precision bfloat16", $"ONNX Runtime's {settings.Device} provider does not run this model in bfloat16 ({e.InnerException?.Message.ReplaceLineEndings(" ")}); export in float32 or float16", e);
        }
    }
}
