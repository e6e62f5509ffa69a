using TraceFast.Models.Config;
using TraceFast.Models.Files;

namespace TraceFast.Models.Weights;

/// <summary>
/// Parameters from a model's files. A frozen one whose stored type is the compute dtype is the mapped memory itself; every other is
/// converted, one at a time, and the mapped pages are given back.
/// </summary>
internal sealed class StoredParameters : IParameterSource
{
    /// <summary>Buffers that older files hold and that are computed here: known by the end of their names.</summary>
    private static readonly string[] s_ignored = [".rotary_emb.inv_freq", ".rotary_emb_local.inv_freq"];

    private const string HeadName = "lm_head.weight";
    private const string EmbeddingName = "model.embed_tokens.weight";

    private readonly ModelWeights _weights;
    private readonly DecoderConfig _config;
    private readonly DecoderOptions _options;
    private readonly bool _asStored;
    private readonly List<torch.Tensor> _loaded;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <param name="weights">The model's files, which must outlive what is taken.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="options">Compute dtype, device, and whether parameters are trained.</param>
    /// <param name="asStored">Leaves every tensor in its stored type, for rewriting files without computing.</param>
    /// <param name="loaded">Gets every tensor taken, so that they can be freed when loading fails midway.</param>
    public StoredParameters(ModelWeights weights, DecoderConfig config, DecoderOptions options, bool asStored, List<torch.Tensor> loaded)
    {
        _weights = weights;
        _config = config;
        _options = options;
        _asStored = asStored;
        _loaded = loaded;
    }

    public Parameter Take(ParameterKind kind, string name, params long[] shape)
    {
        string stored = name;
        if (name == EmbeddingName && _config.TieWordEmbeddings && _weights.Contains(HeadName))
        {
            // Tied models may store the one matrix under either name, or twice.
            _taken.Add(HeadName);
            if (_weights.Contains(EmbeddingName))
                CheckTied();
            else
                stored = HeadName;
        }

        if (!_weights.TryGet(stored, out SafetensorsFile file, out SafetensorsTensor tensor))
            throw new ModelFileException(
                _weights.Folder,
                $"tensor {ModelFileException.Quote(name)} {SafetensorsTensor.FormatShape(shape)} is missing; "
                    + $"model_type {_config.ModelType} needs it");
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
            throw new ModelFileException(
                file.Path,
                $"tensor {ModelFileException.Quote(stored)}: found shape {tensor.ShapeText}, "
                    + $"expected {SafetensorsTensor.FormatShape(shape)} by config.json");
        if (!IsFloatingPoint(tensor.DType))
            throw new ModelFileException(
                file.Path,
                $"tensor {ModelFileException.Quote(stored)}: found {tensor.DType}, expected float32, bfloat16, float16 or float64");
        _taken.Add(stored);
        torch.Tensor value = Convert(file, tensor);
        _loaded.Add(value);
        return new Parameter(name, tensor.DType, value);
    }

    /// <summary>Every tensor of the files has been taken, but for those that are known to be computed here.</summary>
    public void CheckNothingLeft()
    {
        foreach (SafetensorsTensor tensor in _weights.Tensors)
        {
            if (!_taken.Contains(tensor.Name) && !s_ignored.Any(end => tensor.Name.EndsWith(end, StringComparison.Ordinal)))
                throw new ModelFileException(
                    _weights.Folder,
                    $"tensor {ModelFileException.Quote(tensor.Name)} {tensor.ShapeText} is not part of "
                        + $"model_type {_config.ModelType} with this config.json");
        }
    }

    internal static bool IsFloatingPoint(torch.ScalarType type) =>
        type is torch.ScalarType.Float32 or torch.ScalarType.Float64 or torch.ScalarType.BFloat16 or torch.ScalarType.Float16;

    private torch.Tensor Convert(SafetensorsFile file, SafetensorsTensor tensor)
    {
        using IDisposable _ = torch.no_grad();
        torch.Tensor mapped = file.Load(tensor.Name);
        try
        {
            FiniteValues.Check(mapped, file.Path, tensor.Name);
            torch.ScalarType wanted = _asStored ? tensor.DType : _options.TrainAll ? _options.MasterDtype : _options.ComputeDtype;
            bool onCpu = _options.Device.type == DeviceType.CPU;
            if (wanted == tensor.DType && onCpu && !_options.TrainAll)
                return mapped.DetachFromDisposeScope();
            torch.Tensor value = mapped.to(wanted, _options.Device, copy: true).DetachFromDisposeScope();
            mapped.Dispose();
            file.Release(tensor);
            return _options.TrainAll ? value.requires_grad_(true) : value;
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    private void CheckTied()
    {
        _weights.TryGet(HeadName, out SafetensorsFile headFile, out SafetensorsTensor headTensor);
        _weights.TryGet(EmbeddingName, out SafetensorsFile embeddingFile, out SafetensorsTensor embeddingTensor);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor head = headFile.Load(HeadName);
        torch.Tensor embedding = embeddingFile.Load(EmbeddingName);
        if (headTensor.DType != embeddingTensor.DType || !headTensor.Shape.AsSpan().SequenceEqual(embeddingTensor.Shape)
            || !head.eq(embedding).all().item<bool>())
            throw new ModelFileException(
                headFile.Path,
                $"{HeadName} differs from {EmbeddingName}, though tie_word_embeddings is true; set it to false in "
                    + "config.json if the head is its own");
        headFile.Release(headTensor);
    }
}
