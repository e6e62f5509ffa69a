using TraceFast.Data.Files;
using TraceFast.Data;
using TraceFast.Models.Files;
using TraceFast.Models.Layers;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Lora;

/// <summary>
/// A LoRA adapter over one decoder: a pair A, B for each module that its settings select, and whole copies of the modules that are
/// trained entirely. Reads and writes PEFT's files. Its parameters are float32 (float64 under float64).
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    public const string WeightsFile = "adapter_model.safetensors";

    private const string Prefix = "base_model.model.";

    /// <summary>[module] -> A, B, in module order.</summary>
    private readonly OrderedDictionary<string, LoraWeights> _modules = new(StringComparer.Ordinal);

    /// <summary>[weight name] -> the adapter's own copy, in module order.</summary>
    private readonly OrderedDictionary<string, torch.Tensor> _saved = new(StringComparer.Ordinal);

    private readonly Decoder _decoder;
    private readonly LoraTargeting _targeting;

    private LoraAdapter(LoraConfig config, Decoder decoder, string source, int dropoutSeed)
    {
        Config = config;
        _decoder = decoder;
        DropoutGenerator = new torch.Generator((ulong)dropoutSeed, decoder.Options.Device);
        _targeting = new LoraTargeting(config, source);
        foreach (ModuleWeight weight in decoder.Weights.Where(w => _targeting.Saves(w.Module)))
            _saved.Add(weight.Name, null!);
        foreach (Linear linear in decoder.Linears.Where(l => _targeting.Selects(l.Module, decoder.IsHead(l))))
        {
            if (_saved.ContainsKey(linear.Weight.Name))
                throw new InputException(
                    $"{source}: module {linear.Module} is both a LoRA target and in modules_to_save, expected one of the two");
            _modules.Add(linear.Module, null!);
        }

        string? unsaved = config.ModulesToSave.FirstOrDefault(name => !decoder.Weights.Any(w => LoraTargeting.EndsWith(w.Module, name)));
        if (unsaved != null)
            throw new InputException(
                $"{source}: modules_to_save names {ModelFileException.Quote(unsaved)}, which this model does not have");
        if (_modules.Count == 0)
            throw new InputException(
                $"{source}: target_modules selects none of the model's linear layers, such as {decoder.Linears.First().Module}");
    }

    public LoraConfig Config { get; }

    /// <summary>Draws the masks of lora_dropout; training seeds it for each micro-batch.</summary>
    public torch.Generator DropoutGenerator { get; }

    /// <summary>All trained tensors under PEFT's names, in module order.</summary>
    public IReadOnlyList<(string Name, torch.Tensor Parameter)> Parameters =>
        [
            .. _modules.SelectMany(m => new[] { (AName(m.Key), m.Value.A), (BName(m.Key), m.Value.B) }),
            .. _saved.Select(s => (Prefix + s.Key, s.Value)),
        ];

    /// <summary>Rank and scaling of each adapted module.</summary>
    public IReadOnlyDictionary<string, (int Rank, double Scaling)> RanksAndScalings =>
        _modules.ToDictionary(m => m.Key, m => (m.Value.Rank, m.Value.Scaling));

    /// <summary>SHA-256, in hexadecimal, over settings and values as they are now.</summary>
    public string ContentHash
    {
        get
        {
            using HashBuilder hash = new();
            hash.Add(LoraConfigFile.Write(Config with { BaseModel = null, Revision = null }));
            foreach ((string name, torch.Tensor value) in Parameters)
            {
                hash.Add(name);
                using IDisposable _ = torch.no_grad();
                using DisposeScope scope = torch.NewDisposeScope();
                hash.Add(value.detach().cpu().contiguous().bytes);
            }

            return hash.ToHex();
        }
    }

    /// <summary>
    /// A new adapter, its parameters trainable: A ~ U(-1/sqrt(in), 1/sqrt(in)) (PEFT's Kaiming-uniform with a = sqrt 5), B = 0, so that it
    /// starts as the base model. The same seed gives the same bits.
    /// </summary>
    /// <exception cref="InputException">A target that names no module of this decoder, or a bad pattern.</exception>
    public static LoraAdapter Create(LoraConfig config, Decoder decoder, int seed)
    {
        const string source = "lora_target";
        LoraAdapter adapter = new(config, decoder, source, seed);
        if (config.Targets is ModuleSelector.Names names)
        {
            string? idle = names.Values.FirstOrDefault(
                n => !adapter._modules.Keys.Any(m => m == n || m.EndsWith('.' + n, StringComparison.Ordinal)));
            if (idle != null)
            {
                IEnumerable<string> layers = decoder.Linears.Select(l => l.Module[(l.Module.LastIndexOf('.') + 1)..]).Distinct();
                throw new InputException(
                    $"{source}: found {ModelFileException.Quote(idle)}, which names no linear layer of this model; "
                    + $"it has {string.Join(", ", layers)}");
            }
        }

        using torch.Generator generator = new((ulong)seed, torch.CPU);
        using IDisposable _ = torch.no_grad();
        foreach (Linear linear in decoder.Linears.Where(l => adapter._modules.ContainsKey(l.Module)))
        {
            (int rank, double scaling) = adapter._targeting.RankAndScaling(linear.Module);
            double bound = 1 / Math.Sqrt(linear.Inputs);
            using torch.Tensor uniform = torch.rand([rank, linear.Inputs], dtype: torch.float32, generator: generator);
            using torch.Tensor a = uniform.mul_(2 * bound).sub_(bound);
            using torch.Tensor b = torch.zeros([linear.Outputs, rank], dtype: torch.float32);
            adapter._modules[linear.Module] = new LoraWeights(adapter.Trainable(a), adapter.Trainable(b), scaling);
        }

        foreach (ModuleWeight weight in decoder.Weights.Where(w => adapter._saved.ContainsKey(w.Name)))
            adapter._saved[weight.Name] = adapter.Trainable(weight.Parameter.Value);
        return adapter;
    }

    /// <summary>Reads a PEFT folder: adapter_config.json and adapter_model.safetensors. Its parameters are trainable.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="decoder">The model that the adapter was made for.</param>
    /// <param name="dropoutSeed">Seeds <see cref="DropoutGenerator"/>.</param>
    /// <exception cref="InputException">An unsupported setting; a tensor missing, too many, of wrong shape or not finite.</exception>
    public static LoraAdapter Load(string folder, Decoder decoder, int dropoutSeed = 0)
    {
        if (!Directory.Exists(folder))
            throw new ModelFileException(folder, $"no such folder; expected an adapter folder with {LoraConfigFile.Name}");
        string configFile = Path.Combine(folder, LoraConfigFile.Name);
        LoraAdapter adapter = new(LoraConfigFile.Read(configFile), decoder, configFile, dropoutSeed);
        string path = Path.Combine(folder, WeightsFile);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, "adapter_model.bin")))
            throw new ModelFileException(folder, $"found adapter_model.bin; convert it to {WeightsFile} first");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        HashSet<string> taken = new(StringComparer.Ordinal);
        using IDisposable _ = torch.no_grad();
        foreach (Linear linear in decoder.Linears.Where(l => adapter._modules.ContainsKey(l.Module)))
        {
            (int rank, double scaling) = adapter._targeting.RankAndScaling(linear.Module);
            adapter._modules[linear.Module] = new LoraWeights(
                adapter.Read(file, AName(linear.Module), taken, rank, linear.Inputs),
                adapter.Read(file, BName(linear.Module), taken, linear.Outputs, rank),
                scaling);
        }

        foreach (ModuleWeight weight in decoder.Weights.Where(w => adapter._saved.ContainsKey(w.Name)))
            adapter._saved[weight.Name] = adapter.Read(file, Prefix + weight.Name, taken, weight.Parameter.Value.shape);
        SafetensorsTensor? extra = file.Tensors.FirstOrDefault(t => !taken.Contains(t.Name));
        return extra == null ? adapter
            : throw new ModelFileException(
                path, $"tensor {ModelFileException.Quote(extra.Name)} {extra.ShapeText} is not part of the adapter "
                    + $"that {LoraConfigFile.Name} describes for this model");
    }

    /// <summary>Writes the PEFT folder; the same adapter gives the same bytes.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        LoraConfig config = Config with { BaseModel = Config.BaseModel ?? _decoder.Folder };
        if (config.Targets is ModuleSelector.AllLinear)
        {
            // As PEFT and LLaMA-Factory do, the names are listed, so that the file means the same whatever the base is called.
            config = config with
            {
                Targets = new ModuleSelector.Names([.. _modules.Keys.Select(m => m[(m.LastIndexOf('.') + 1)..]).Distinct()]),
            };
        }

        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), Parameters);
        AtomicFile.Write(Path.Combine(folder, LoraConfigFile.Name), LoraConfigFile.Write(config));
    }

    public void Dispose()
    {
        foreach (LoraWeights weights in _modules.Values)
            weights.Dispose();
        foreach (torch.Tensor weight in _saved.Values)
            weight.Dispose();
        DropoutGenerator.Dispose();
    }

    /// <summary>The module's A and B, or null where the adapter does not touch it.</summary>
    internal LoraWeights? For(string module) => _modules.GetValueOrDefault(module);

    /// <summary>Whether the weight is computed with other values than the model's own.</summary>
    internal bool Changes(ModuleWeight weight) =>
        _saved.ContainsKey(weight.Name)
            || (_modules.ContainsKey(weight.Module) && weight.Name.EndsWith(".weight", StringComparison.Ordinal));

    /// <summary>The adapter's own copy of a weight, or null.</summary>
    internal torch.Tensor? SavedWeight(string name) => _saved.GetValueOrDefault(name);

    internal void CheckMadeFor(Decoder other)
    {
        if (!ReferenceEquals(_decoder, other))
            throw new InvalidOperationException("the adapter was made for another decoder");
    }

    private static string AName(string module) => $"{Prefix}{module}.lora_A.weight";

    private static string BName(string module) => $"{Prefix}{module}.lora_B.weight";

    private torch.Tensor Read(SafetensorsFile file, string name, HashSet<string> taken, params long[] shape)
    {
        if (!file.TryGet(name, out SafetensorsTensor? tensor))
            throw new ModelFileException(
                file.Path,
                $"tensor {ModelFileException.Quote(name)} {SafetensorsTensor.FormatShape(shape)} is missing; {LoraConfigFile.Name} selects "
                    + "its module");
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
            throw new ModelFileException(
                file.Path,
                $"tensor {ModelFileException.Quote(name)}: found shape {tensor.ShapeText}, "
                    + $"expected {SafetensorsTensor.FormatShape(shape)}");
        if (!StoredParameters.IsFloatingPoint(tensor.DType))
            throw new ModelFileException(
                file.Path, $"tensor {ModelFileException.Quote(name)}: found {tensor.DType}, expected floating-point values");
        taken.Add(name);
        using torch.Tensor stored = file.Load(name);
        FiniteValues.Check(stored, file.Path, name);
        return Trainable(stored);
    }

    /// <summary>A copy that is a parameter: master dtype, on the decoder's device, requiring its gradient.</summary>
    private torch.Tensor Trainable(torch.Tensor values)
    {
        using torch.Tensor detached = values.detach();
        return detached.to(_decoder.Options.MasterDtype, _decoder.Options.Device, copy: true).DetachFromDisposeScope().requires_grad_(true);
    }
}
