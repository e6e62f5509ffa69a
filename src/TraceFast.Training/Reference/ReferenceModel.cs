using TraceFast.Models.Lora;
using TraceFast.Models;

namespace TraceFast.Training.Reference;

/// <summary>
/// A model whose log-probabilities never change during a run: the policy as it starts, the policy without its adapter, or a model or
/// adapter from a folder.
/// </summary>
internal sealed class ReferenceModel : IDisposable
{
    private const string NoAdapter = "none";

    private readonly Decoder _decoder;
    private readonly LoraAdapter? _adapter;
    private readonly bool _ownsDecoder;
    private readonly bool _ownsAdapter;

    private ReferenceModel(string name, Decoder decoder, LoraAdapter? adapter, bool ownsDecoder, bool ownsAdapter)
    {
        (Name, _decoder, _adapter, _ownsDecoder, _ownsAdapter) = (name, decoder, adapter, ownsDecoder, ownsAdapter);
        using DisposeScope scope = torch.NewDisposeScope();
        ModelHash = decoder.ContentHash;
        AdapterHash = adapter?.ContentHash ?? NoAdapter;
    }

    /// <summary>For the log.</summary>
    public string Name { get; }

    public string ModelHash { get; }

    public string AdapterHash { get; }

    /// <summary>
    /// The policy as it is now, before the first step. A new adapter (B = 0) adds exactly 0 and is treated as none: the values are
    /// those of the base.
    /// </summary>
    public static ReferenceModel Start(Decoder policy, bool newAdapter) =>
        new("start", policy, newAdapter ? null : policy.Adapter, false, false);

    /// <summary>The policy with its adapter off.</summary>
    public static ReferenceModel Base(Decoder policy) => new("base", policy, null, false, false);

    /// <summary>A model folder, or an adapter folder on the policy's base model.</summary>
    /// <param name="adapterFolder">An adapter on top of a model folder; null: none.</param>
    /// <exception cref="InputException">Neither a model nor an adapter, or it does not load.</exception>
    public static ReferenceModel FromFolder(string folder, string? adapterFolder, Decoder policy)
    {
        if (File.Exists(Path.Combine(folder, "adapter_config.json")))
            return adapterFolder is null
                ? new ReferenceModel(folder, policy, LoraAdapter.Load(folder, policy), false, true)
                : throw new InputException(
                    $"ref_model_adapters: {adapterFolder}: the reference {folder} is an adapter already; name the model "
                        + "folder as reference");
        Decoder decoder = Decoder.Load(folder, policy.Options with { TrainAll = false });
        try
        {
            return new ReferenceModel(
                folder, decoder, adapterFolder is null ? null : LoraAdapter.Load(adapterFolder, decoder), true, adapterFolder is not null);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> with the decoder set to this model, and sets it back.</summary>
    public T Use<T>(Func<Decoder, T> work)
    {
        LoraAdapter? attached = _decoder.Adapter;
        bool enabled = _decoder.AdapterEnabled;
        try
        {
            if (_adapter is not null && !ReferenceEquals(_adapter, attached))
                _decoder.Attach(_adapter);
            _decoder.AdapterEnabled = _adapter is not null;
            return work(_decoder);
        }
        finally
        {
            if (attached is not null && !ReferenceEquals(attached, _decoder.Adapter))
                _decoder.Attach(attached);
            else if (attached is null && _decoder.Adapter is not null)
                _decoder.Detach();
            _decoder.AdapterEnabled = enabled;
        }
    }

    public void Dispose()
    {
        if (_ownsAdapter)
            _adapter?.Dispose();
        if (_ownsDecoder)
            _decoder.Dispose();
    }
}
