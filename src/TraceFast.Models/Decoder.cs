using System.Globalization;
using TraceFast.Data.Files;
using TraceFast.Data;
using TraceFast.Kernels.Profiling;
using TraceFast.Kernels;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Config;
using TraceFast.Models.Files;
using TraceFast.Models.Layers;
using TraceFast.Models.Lora;
using TraceFast.Models.Weights;

namespace TraceFast.Models;

/// <summary>
/// A causal language model of any supported family over packed trees of tokens: no batch dimension, no padding. What differs between
/// families is data in <see cref="DecoderConfig"/>.
/// </summary>
public sealed class Decoder : IDisposable
{
    private const string EmbeddingModule = "model.embed_tokens";
    private const string HeadModule = "lm_head";
    private const string NormModule = "model.norm";
    private const string LayerList = "layers";

    private readonly DecoderOptions _options;
    private readonly ModelWeights? _files;
    private readonly string? _folder;
    private readonly ModuleWeight _embedding;
    private readonly DecoderLayer[] _layers;
    private readonly RmsNorm _finalNorm;
    private readonly Linear _head;
    private readonly Lazy<string> _contentHash;

    private Decoder(
        DecoderConfig config, DecoderOptions options, IParameterSource source, string? folder, ModelWeights? files,
        Func<string> contentHash)
    {
        Config = config;
        _options = options;
        _folder = folder;
        _files = files;
        _contentHash = new Lazy<string>(contentHash);
        _embedding = new ModuleWeight(
            $"{EmbeddingModule}.weight",
            source.Take(ParameterKind.Matrix, $"{EmbeddingModule}.weight", config.VocabularySize, config.HiddenSize));
        _layers = [.. Enumerable.Range(0, config.Layers.Count).Select(i => new DecoderLayer(source, config, i))];
        _finalNorm = new RmsNorm(source, config, NormModule, config.HiddenSize);
        _head = config.TieWordEmbeddings
            ? new Linear(new ModuleWeight($"{HeadModule}.weight", _embedding.Parameter), null)
            : new Linear(source, HeadModule, config.HiddenSize, config.VocabularySize, hasBias: false);
    }

    public DecoderConfig Config { get; }

    public DecoderOptions Options => _options;

    /// <summary>The folder that it was loaded from, or whose configuration it was made by; null for a configuration without one.</summary>
    public string? Folder => _folder;

    /// <summary>The adapter attached, in force while <see cref="AdapterEnabled"/>.</summary>
    public LoraAdapter? Adapter { get; private set; }

    /// <summary>False computes the base model, as if no adapter were attached.</summary>
    public bool AdapterEnabled { get; set; } = true;

    /// <summary>True while training: the adapter's dropout is in force.</summary>
    public bool Training { get; set; }

    /// <summary>
    /// Of so many layers, from the first on, <see cref="Begin"/> keeps the input alone and computes them again in the backward pass; 0 to
    /// the number of layers.
    /// </summary>
    public int RecomputedLayers { get; set; }

    /// <summary>
    /// SHA-256, in hexadecimal, over the configuration and the weights as loaded (or the seed, for random ones). An adapter has its own.
    /// </summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>
    /// What training changes, in module order: the adapter's matrices under PEFT's names, or every parameter under its own name. Tied
    /// embeddings appear once.
    /// </summary>
    public IReadOnlyList<(string Name, torch.Tensor Parameter)> TrainableParameters =>
        Adapter != null ? Adapter.Parameters
            : _options.TrainAll ? [.. Parameters.Select(p => (p.Name, p.Value))]
            : [];

    /// <summary>
    /// The layer with whose backward pass the gradient of a parameter of <see cref="TrainableParameters"/> is complete
    /// (<see cref="ForwardPass.Backward"/>): its own; for the final norm and a head of its own, which come after all layers, their number;
    /// -1 for the embedding, which is last.
    /// </summary>
    public int CompleteAfter(string name)
    {
        string[] path = name.Split('.');
        int list = Array.IndexOf(path, LayerList);
        if (list >= 0)
            return int.Parse(path[list + 1], CultureInfo.InvariantCulture);
        bool isAfter = name.Contains($"{NormModule}.", StringComparison.Ordinal)
            || (!Config.TieWordEmbeddings && name.Contains($"{HeadModule}.", StringComparison.Ordinal));
        return isAfter ? _layers.Length : -1;
    }

    /// <summary>Names and shapes of all parameters, in module order; tied embeddings once.</summary>
    public IReadOnlyList<(string Name, long[] Shape)> ParameterShapes => [.. Parameters.Select(p => (p.Name, p.Value.shape))];

    /// <summary>Bytes of all parameters as they are in memory, mapped or not.</summary>
    public long WeightBytes => Parameters.Sum(p => p.Value.numel() * p.Value.ElementSize);

    internal IEnumerable<ModuleWeight> Weights =>
        [_embedding, .. _layers.SelectMany(l => l.Weights), _finalNorm.Weight, .. _head.Weights];

    internal IEnumerable<Parameter> Parameters => Weights.Select(w => w.Parameter).Distinct();

    internal IEnumerable<Linear> Linears => [.. _layers.SelectMany(l => l.Linears), _head];

    internal Linear Head => _head;

    internal bool IsHead(Linear linear) => ReferenceEquals(linear, _head);

    internal IReadOnlyList<DecoderLayer> Layers => _layers;

    /// <summary>Loads config.json and the safetensors files of a model folder.</summary>
    /// <exception cref="ModelFileException">Unknown model or setting; a tensor missing, too many, of wrong shape or not finite; a damaged
    /// file.</exception>
    public static Decoder Load(string folder, DecoderOptions options)
    {
        CheckComputeDtype(options);
        return Load(folder, options, asStored: false);
    }

    /// <summary>The model in its stored element types, for rewriting its files; it cannot compute unless that is a compute dtype.</summary>
    internal static Decoder LoadAsStored(string folder) => Load(folder, new DecoderOptions(), asStored: true);

    /// <summary>A new model with random weights, the same for the same seed.</summary>
    public static Decoder Random(DecoderConfig config, int seed, DecoderOptions options) => Random(config, null, seed, options);

    /// <summary>A new model by a folder's config.json; its tokenizer and other files are saved with it.</summary>
    /// <exception cref="ModelFileException">Unknown model or setting.</exception>
    public static Decoder Random(string folder, int seed, DecoderOptions options) =>
        Random(DecoderConfig.Read(folder), folder, seed, options);

    private static Decoder Random(DecoderConfig config, string? folder, int seed, DecoderOptions options)
    {
        CheckComputeDtype(options);
        using RandomParameters source = new(config, seed, options);
        return new Decoder(config, options, source, folder, null, () =>
            HashBuilder.HexOf($"random {seed} {config.Json}"));
    }

    /// <summary>Puts an adapter made for this decoder in force; the one before it is taken off, and stays the caller's.</summary>
    public void Attach(LoraAdapter adapter)
    {
        if (_options.TrainAll)
            throw new InvalidOperationException("an adapter cannot be attached to a decoder that trains all parameters");
        adapter.CheckMadeFor(this);
        Adapter = adapter;
    }

    /// <summary>Takes the adapter off; it stays the caller's.</summary>
    public void Detach() => Adapter = null;

    /// <summary>The hidden states after the final norm.</summary>
    /// <param name="tokenIds">[N] int64.</param>
    /// <param name="layout">Segments, parents and positions of the N tokens.</param>
    /// <returns>[N, hidden] in the compute dtype.</returns>
    /// <exception cref="ArgumentException">N differs from the layout's, or an id is outside the vocabulary.</exception>
    public torch.Tensor Forward(torch.Tensor tokenIds, TreeLayout layout)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        ForwardContext context = Prepare(tokenIds, layout);
        torch.Tensor x = Embed(tokenIds, context);
        foreach (DecoderLayer layer in _layers)
            x = layer.Forward(x, context);
        return _finalNorm.Forward(x, context).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A forward pass to be followed by a backward one: compute the loss from <see cref="ForwardPass.Hidden"/>, call backward on it, then
    /// <see cref="ForwardPass.Backward"/>.
    /// </summary>
    public ForwardPass Begin(torch.Tensor tokenIds, TreeLayout layout) => new(this, tokenIds, layout);

    /// <summary>
    /// The hidden states that enter the layers, and those that leave each; the last after the final norm. [layers + 1] x [N, hidden].
    /// </summary>
    internal IReadOnlyList<torch.Tensor> HiddenStates(torch.Tensor tokenIds, TreeLayout layout)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        ForwardContext context = Prepare(tokenIds, layout);
        List<torch.Tensor> states = [Embed(tokenIds, context)];
        foreach (DecoderLayer layer in _layers)
            states.Add(layer.Forward(states[^1], context));
        states[^1] = _finalNorm.Forward(states[^1], context);
        return [.. states.Select(s => s.MoveToOuterDisposeScope())];
    }

    /// <summary>log p(target) at each hidden state, without keeping logits.</summary>
    /// <param name="hidden">[M, hidden], rows of what <see cref="Forward"/> gave.</param>
    /// <param name="targets">[M] int64.</param>
    /// <returns>[M] float32, float64 under float64; natural logarithms.</returns>
    public torch.Tensor LogProbs(torch.Tensor hidden, torch.Tensor targets)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return _options.Kernels.LinearLogProb
            .Forward(hidden, HeadWeight(), targets, Config.LogitScale, Config.LogitSoftcap)
            .MoveToOuterDisposeScope();
    }

    /// <summary>All logits: [M, hidden] -> [M, vocabulary] in the compute dtype.</summary>
    public torch.Tensor Logits(torch.Tensor hidden)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return Logits(hidden, HeadWeight()).MoveToOuterDisposeScope();
    }

    /// <summary>Logits after each token of one sequence, without gradients: [tokens, vocabulary] in the compute dtype.</summary>
    public torch.Tensor AllLogits(int[] tokenIds)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        using TreeLayout layout = TreeLayout.Sequence(tokenIds.Length);
        return Logits(Forward(torch.tensor(Array.ConvertAll(tokenIds, t => (long)t)), layout)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// All logits of hidden states with another matrix in the head's place; <paramref name="merged"/>: the adapter's part is in it already.
    /// </summary>
    internal torch.Tensor Logits(torch.Tensor hidden, torch.Tensor head, bool merged)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LoraWeights? lora = merged || !AdapterEnabled ? null : Adapter?.For(HeadModule);
        return Logits(hidden, lora == null ? head : head + torch.matmul(lora.B, lora.A) * lora.Scaling).MoveToOuterDisposeScope();
    }

    private torch.Tensor Logits(torch.Tensor hidden, torch.Tensor weight)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor logits = torch.matmul(hidden, weight.t());
        if (Config.LogitScale != 1)
            logits = logits * Config.LogitScale;
        if (Config.LogitSoftcap is double cap)
            logits = (logits / cap).tanh() * cap;
        return logits.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Writes the model as it computes now, adapter merged in, in its stored element types: safetensors, config.json, and the tokenizer
    /// and other files of the folder it was loaded from. Merging is W + s B A in float32 (float64 for float64 weights), then cast.
    /// </summary>
    public void SaveWeights(string folder)
    {
        Directory.CreateDirectory(folder);
        if (Folder != null)
            CompanionFiles.Copy(Folder, folder);
        LoraAdapter? adapter = AdapterEnabled ? Adapter : null;
        bool tied = Config.TieWordEmbeddings && adapter?.Changes(_head.Weight) != true && adapter?.Changes(_embedding) != true;
        IEnumerable<ModuleWeight> weights = tied ? Weights.Where(w => w != _head.Weight) : Weights;
        SafetensorsWriter.WriteModel(folder, [.. weights.Select(w => Merge.Tensor(w, adapter))]);
        torch.ScalarType stored = _embedding.Parameter.StoredType;
        AtomicFile.Write(Path.Combine(folder, "config.json"), Config.JsonFor(stored, tied));
    }

    public void Dispose()
    {
        foreach (Parameter parameter in Parameters)
            parameter.Dispose();
        _files?.Dispose();
    }

    internal ForwardContext Prepare(torch.Tensor tokenIds, TreeLayout layout)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Operation, "rotary tables");
        CheckTokens(tokenIds, layout);
        LoraAdapter? adapter = AdapterEnabled ? Adapter : null;
        List<RotaryTable> rotary = [.. Config.Ropes.Select(rope => RotaryTable.Make(rope, layout.Positions, _options))];
        return new ForwardContext(
            _options.Kernels, layout, rotary, _options.ComputeDtype, adapter, Training ? adapter?.Config.Dropout ?? 0 : 0);
    }

    /// <summary>[N] -> [N, hidden], the input of the first layer.</summary>
    internal torch.Tensor Embed(torch.Tensor tokenIds, ForwardContext context)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Operation, "embedding");
        using DisposeScope scope = torch.NewDisposeScope();
        // Rows are gathered first and cast then: a trained embedding stays in float32.
        torch.Tensor x = (context.Adapter?.SavedWeight(_embedding.Name) ?? _embedding.Parameter.Value)
            .index_select(0, tokenIds)
            .to(_options.ComputeDtype);
        if (Config.EmbeddingMultiplier != 1)
            x = x * (Config.RoundEmbeddingMultiplier ? Rounded(Config.EmbeddingMultiplier) : Config.EmbeddingMultiplier);
        if (profiled.IsOpen)
            profiled.Describe(
                new Cost(0, 2.0 * x.numel() * x.ElementSize),
                new OperandSizes("ids [{0}], table [{1}, {2}]", x.shape[0], Config.VocabularySize, Config.HiddenSize));
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Whether a gradient flows into the embedding matrix.</summary>
    internal bool TrainsEmbedding(LoraAdapter? adapter) =>
        _options.TrainAll || adapter?.SavedWeight(_embedding.Name) is not null;

    /// <summary>The lowest layer that has anything trained; the number of layers if none has.</summary>
    internal int FirstTrainedLayer(LoraAdapter? adapter)
    {
        int first = Array.FindIndex(_layers, layer =>
            layer.Linears.Any(l => adapter?.For(l.Module) != null)
                || layer.Weights.Any(w => adapter?.SavedWeight(w.Name) is not null));
        return _options.TrainAll ? 0 : first < 0 ? _layers.Length : first;
    }

    internal torch.Tensor FinalNorm(torch.Tensor x, ForwardContext context) => _finalNorm.Forward(x, context);

    private static Decoder Load(string folder, DecoderOptions options, bool asStored)
    {
        DecoderConfig config = DecoderConfig.Read(folder);
        ModelWeights files = ModelWeights.Open(folder);
        List<torch.Tensor> loaded = [];
        try
        {
            StoredParameters source = new(files, config, options, asStored, loaded);
            Decoder decoder = new(config, options, source, folder, files, () =>
                HashBuilder.HexOf($"{config.Json} {files.ContentHash()}"));
            source.CheckNothingLeft();
            return decoder;
        }
        catch
        {
            loaded.ForEach(t => t.Dispose());
            files.Dispose();
            throw;
        }
    }

    private static void CheckComputeDtype(DecoderOptions options)
    {
        if (options.ComputeDtype is not (torch.ScalarType.Float32 or torch.ScalarType.Float64 or torch.ScalarType.BFloat16))
            throw new InputException(
                $"compute dtype: found {options.ComputeDtype}, expected float32, float64 or bfloat16 (float16 weights are converted)");
    }

    private void CheckTokens(torch.Tensor tokenIds, TreeLayout layout)
    {
        if (tokenIds.dim() != 1 || tokenIds.shape[0] != layout.TokenCount || tokenIds.dtype != torch.ScalarType.Int64)
            throw new ArgumentException(
                $"found {tokenIds.dtype} {SafetensorsTensor.FormatShape(tokenIds.shape)}, expected int64 [{layout.TokenCount}] by the "
                    + "layout", nameof(tokenIds));
        // On another device this would wait for it; the embedding's own check speaks there.
        if (tokenIds.device_type != DeviceType.CPU)
            return;
        foreach (long id in tokenIds.data<long>())
        {
            if (id < 0 || id >= Config.VocabularySize)
                throw new ArgumentException(
                    $"found token id {id}, expected 0 to {Config.VocabularySize - 1} (vocab_size in config.json)", nameof(tokenIds));
        }
    }

    private torch.Tensor HeadWeight()
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Operation, "head weight");
        LoraAdapter? adapter = AdapterEnabled ? Adapter : null;
        torch.Tensor weight = adapter?.SavedWeight(_head.Weight.Name) ?? _head.Weight.Parameter.Value;
        if (adapter?.For(HeadModule) is LoraWeights lora)
            weight = weight.to(_options.MasterDtype) + torch.matmul(lora.B, lora.A) * lora.Scaling;
        return weight.dtype == _options.ComputeDtype ? weight : weight.to(_options.ComputeDtype);
    }

    private double Rounded(double value)
    {
        using torch.Tensor rounded = torch.tensor(value, dtype: _options.ComputeDtype).to(torch.ScalarType.Float64);
        return rounded.item<double>();
    }
}
