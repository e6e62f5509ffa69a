using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Graph;
using TraceFast.Inference.Sessions;
using TraceFast.Models;

namespace TraceFast.Inference.Export;

/// <summary>
/// The values of an adapter as inputs of a graph that was exported with <see cref="AdapterUse.Inputs"/>: A^T [inputs, r] and (s B)^T
/// [r, outputs] of each module, under the graph's names. Modules that the adapter leaves alone get zeros.
/// </summary>
public sealed class LoraInputs : IDisposable
{
    private readonly Dictionary<string, OrtValue> _values = new(StringComparer.Ordinal);

    private LoraInputs()
    {
    }

    /// <summary>By the names of the graph's inputs; bind them for each run.</summary>
    public IReadOnlyDictionary<string, OrtValue> Values => _values;

    /// <summary>No adapter: zeros of rank 1, which leave the base model.</summary>
    public static LoraInputs None(OnnxDecoder decoder)
    {
        LoraInputs inputs = new();
        foreach (string name in decoder.AdapterInputs)
            inputs.AddZeros(decoder, name);
        return inputs;
    }

    /// <summary>Reads a PEFT adapter of the model that the graph was exported from.</summary>
    /// <exception cref="InputException">A bad adapter, or one that changes what is no input of the graph.</exception>
    public static LoraInputs Read(OnnxDecoder decoder, string modelFolder, string adapterFolder)
    {
        using StoredModel model = StoredModel.Open(modelFolder, adapterFolder, merge: false);
        if (model.SavedModules.Count > 0)
            throw new OnnxModelException(
                adapterFolder,
                $"saves {string.Join(", ", model.SavedModules)} whole (modules_to_save), which cannot be an input of the "
                    + "graph; export the model with this adapter");
        GraphBuilder graph = new();
        DecoderGraph.Build(
            new ExportContext(model, new ExportOptions { Adapter = AdapterUse.Inputs, Precision = Precision(decoder) }, graph));
        HashSet<string> expected = [.. decoder.AdapterInputs];
        LoraInputs inputs = new();
        try
        {
            HashSet<string> adapterNames = [.. graph.Graph.Input.Select(i => i.Name)];
            foreach (TensorData tensor in graph.Weights.Where(w => adapterNames.Contains(w.Name)))
            {
                if (!expected.Remove(tensor.Name))
                    throw new OnnxModelException(
                        adapterFolder,
                        $"changes {tensor.Name[..tensor.Name.IndexOf(".lora_", StringComparison.Ordinal)]}, which has no adapter "
                            + $"inputs in {decoder.Folder}; export the model with an adapter of these modules");
                inputs.Add(decoder, tensor);
            }

            foreach (string name in expected)
                inputs.AddZeros(decoder, name);
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (OrtValue value in _values.Values)
            value.Dispose();
    }

    private static ExportPrecision Precision(OnnxDecoder decoder) => decoder.ElementType switch
    {
        TensorElementType.Float16 => ExportPrecision.Float16,
        TensorElementType.BFloat16 => ExportPrecision.BFloat16,
        _ => ExportPrecision.Float32,
    };

    private void Add(OnnxDecoder decoder, TensorData tensor)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, decoder.ElementType, tensor.Dims);
        _values.Add(tensor.Name, value);
        using MemoryStream bytes = new();
        tensor.Write(bytes);
        bytes.GetBuffer().AsSpan(0, (int)bytes.Length).CopyTo(value.GetTensorMutableRawData());
    }

    private void AddZeros(OnnxDecoder decoder, string name)
    {
        long[] dims = [.. decoder.Session.OverridableInitializerMetadata[name].Dimensions.Select(d => d > 0 ? (long)d : 1)];
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, decoder.ElementType, dims);
        value.GetTensorMutableRawData().Clear();
        _values.Add(name, value);
    }
}
