using TraceFast.Data;
using TraceFast.Models.Config;
using TraceFast.Models.Layers;
using TraceFast.Models.Lora;

namespace TraceFast.Models;

/// <summary>
/// A model's weights as they are computed with, read one at a time in float32, for writing the model in another form. Nothing but the
/// map of its files is kept in memory.
/// </summary>
public sealed class StoredModel : IDisposable
{
    private const string HeadWeight = "lm_head.weight";
    private const string EmbeddingWeight = "model.embed_tokens.weight";

    private readonly Decoder _decoder;
    private readonly LoraAdapter? _adapter;
    private readonly bool _merge;
    private readonly Dictionary<string, ModuleWeight> _weights;

    private StoredModel(Decoder decoder, LoraAdapter? adapter, bool merge)
    {
        _decoder = decoder;
        _adapter = adapter;
        _merge = merge;
        _weights = decoder.Weights.ToDictionary(w => w.Name, StringComparer.Ordinal);
    }

    public string Folder => _decoder.Folder!;

    public DecoderConfig Config => _decoder.Config;

    /// <summary>Rank and scaling of the modules whose A and B are kept beside their weights; empty where they are merged into them.</summary>
    public IReadOnlyDictionary<string, (int Rank, double Scaling)> Adapted =>
        _adapter == null || _merge ? new Dictionary<string, (int Rank, double Scaling)>() : _adapter.RanksAndScalings;

    /// <summary>Modules that the adapter holds whole copies of.</summary>
    public IReadOnlyList<string> SavedModules =>
        _adapter == null ? [] : [.. _weights.Values.Where(w => _adapter.SavedWeight(w.Name) is not null).Select(w => w.Module).Distinct()];

    /// <summary>Whether the head is the embedding matrix, the adapter's changes included.</summary>
    public bool HeadIsEmbedding =>
        Config.TieWordEmbeddings
        && _adapter?.SavedWeight(HeadWeight) is null
        && _adapter?.SavedWeight(EmbeddingWeight) is null
        && (!_merge || _adapter?.For("lm_head") == null);

    /// <summary>Opens a model folder, and an adapter made for it.</summary>
    /// <param name="modelFolder">config.json and safetensors.</param>
    /// <param name="adapterFolder">A PEFT folder; null: none.</param>
    /// <param name="merge">
    /// True: weights are W + s B A. False: they are W, and <see cref="Adapted"/> and <see cref="AdapterMatrices"/> give the rest; whole
    /// copies (modules_to_save) take the weight's place either way.
    /// </param>
    /// <exception cref="Data.InputException">Bad model or adapter.</exception>
    public static StoredModel Open(string modelFolder, string? adapterFolder = null, bool merge = true)
    {
        Decoder decoder = Decoder.LoadAsStored(modelFolder);
        try
        {
            return new StoredModel(decoder, adapterFolder == null ? null : LoraAdapter.Load(adapterFolder, decoder), merge);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A weight by its name in the files (lm_head.weight also where the head is the embedding), float32, on the CPU; the caller's.
    /// </summary>
    /// <exception cref="KeyNotFoundException">The model has no such weight.</exception>
    public torch.Tensor Read(string name) => Merge.Values(_weights[name], _adapter, torch.ScalarType.Float32, _merge);

    /// <summary>A [r, inputs] and B [outputs, r] of a module of <see cref="Adapted"/>; they stay this object's.</summary>
    public (torch.Tensor A, torch.Tensor B) AdapterMatrices(string module)
    {
        LoraWeights lora = _adapter!.For(module)!;
        return (lora.A, lora.B);
    }

    public void Dispose()
    {
        _adapter?.Dispose();
        _decoder.Dispose();
    }
}
