using TraceFast.Inference.Decoding;
using TraceFast.Inference.Export;
using TraceFast.Inference.Export.Graph;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Files;
using TraceFast.Models.Lora;
using TraceFast.Models;

namespace TraceFast.Inference.Generation;

/// <summary>
/// Decodes with a model that is in training, its weights as they are now: they are exported in float32, the adapter merged in float32, into
/// a folder that is gone when the answers are there. The model is read, never changed.
/// </summary>
public sealed class PolicyDecoder
{
    private readonly string _modelFolder;
    private readonly string _workFolder;
    private readonly Action<string> _log;
    private readonly DecodingProcess? _process;
    private SessionSettings _settings;

    /// <param name="modelFolder">Of the model that the training started from: its configuration and tokenizer, and under an adapter its
    /// weights.</param>
    /// <param name="workFolder">Created and removed at each call; leftovers of an earlier process are removed now.</param>
    /// <param name="process">The process that decodes, which stays the caller's; null: this one.</param>
    public PolicyDecoder(string modelFolder, string workFolder, SessionSettings settings, DecodingProcess? process, Action<string> log)
    {
        (_modelFolder, _workFolder, _settings, _process, _log) = (modelFolder, workFolder, settings, process, log);
        Remove();
    }

    /// <summary>The most tokens that a row may have, its new ones included.</summary>
    /// <exception cref="InputException">The model's configuration does not say it, so that the model cannot be exported.</exception>
    public int ContextLength(Decoder model) => ExportContext.LengthIn(model.Config, _modelFolder);

    /// <summary>Decodes with the model as it is.</summary>
    /// <param name="model">The policy; its adapter, if one is attached, is merged.</param>
    /// <param name="requests">Made for the exported model, which tells its stop tokens and the length of its context;
    /// <see cref="DecodeRequest.Index"/> is the place in the list.</param>
    /// <returns>One for each request, in their order.</returns>
    /// <exception cref="InputException">The model cannot be exported.</exception>
    /// <exception cref="DecodingProcessException">The process that decodes died.</exception>
    public IReadOnlyList<DecodeResult> Decode(
        Decoder model, Func<ITextGenerator, IReadOnlyList<DecodeRequest>> requests, DecodeOptions options, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_workFolder);
        try
        {
            string exported = Path.Combine(_workFolder, "onnx");
            Export(model, exported);
            using ITextGenerator text = Open(exported);
            IReadOnlyList<DecodeRequest> asked = requests(text);
            DecodeResult[] results = new DecodeResult[asked.Count];
            foreach (DecodeResult result in text.Generate(asked, options, cancellation))
                results[result.Request.Index] = result;
            return results;
        }
        finally
        {
            Remove();
        }
    }

    private void Export(Decoder model, string exported)
    {
        string weights = Path.Combine(_workFolder, "weights");
        using (DisposeScope scope = torch.NewDisposeScope())
        {
            if (model.Adapter is LoraAdapter adapter)
                adapter.Save(weights);
            else
                model.SaveWeights(weights);
        }

        bool isAdapter = model.Adapter is not null;
        if (!isAdapter)
            CompanionFiles.Copy(_modelFolder, weights);
        ExportOptions options = new() { Head = HeadPositions.Selected };
        OnnxExport.Run(isAdapter ? _modelFolder : weights, isAdapter ? weights : null, exported, options, _ => { });
    }

    private ITextGenerator Open(string exported)
    {
        try
        {
            return OpenWithSettings();
        }
        catch (MissingProviderException e) when (_settings.Device != InferenceDevice.Cpu)
        {
            _log($"decoding on the CPU: {e.Message}");
            _settings = _settings with { Device = InferenceDevice.Cpu };
            return OpenWithSettings();
        }

        ITextGenerator OpenWithSettings() => _process?.Open(exported, _settings) ?? TextModel.Open(exported, _settings);
    }

    private void Remove()
    {
        if (Directory.Exists(_workFolder))
            Directory.Delete(_workFolder, recursive: true);
    }
}
