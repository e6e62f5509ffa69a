using TraceFast.Kernels;
using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.AdamW8Bit;
using TraceFast.Kernels.Profiling;
using TraceFast.Models.Files;
using TraceFast.Training.Checkpoints;

namespace TraceFast.Training.Optimization;

/// <summary>AdamW's settings that do not change during a run; the names in brackets are the configuration keys.</summary>
/// <param name="WeightDecay">Decoupled decay of the decayed group [weight_decay].</param>
/// <param name="MaxGradNorm">Global norm that gradients are clipped to; 0 clips nothing [max_grad_norm].</param>
public sealed record OptimizerOptions(
    double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0, double MaxGradNorm = 1)
{
    /// <summary>Moments in 8 bits where <see cref="ParameterGroups.HasMomentsIn8Bits"/> [optim].</summary>
    public bool MomentsIn8Bits { get; init; }

    /// <summary>Multiple of the rate for the parameters that LoRA+ speeds up [loraplus_lr_ratio].</summary>
    public double LoraPlusRatio { get; init; } = 1;
}

/// <summary>
/// Clips the accumulated gradients and takes AdamW steps on groups of parameters (<see cref="ParameterGroups"/>) that differ in decay and
/// learning rate.
/// </summary>
internal sealed class AdamWOptimizer : IDisposable
{
    private const string ParameterPrefix = "parameter.";
    private const string StepPrefix = "step.";
    private const double MiB = 1 << 20;

    private readonly KernelSet _kernels;
    private readonly OptimizerOptions _options;
    private readonly List<(string Name, ParameterState State)> _states;
    private readonly List<IGrouping<(bool Decayed, double Rate), int>> _groups;

    public AdamWOptimizer(KernelSet kernels, IReadOnlyList<(string Name, torch.Tensor Parameter)> parameters, OptimizerOptions options)
    {
        (_kernels, _options) = (kernels, options);
        _states = [.. parameters.Select(p => (p.Name, StateOf(p.Name, p.Parameter)))];
        _groups = [.. Enumerable.Range(0, _states.Count).GroupBy(GroupOf)];
    }

    /// <summary>One line about moments in 8 bits; null where all have more.</summary>
    public string? Describe()
    {
        if (!_options.MomentsIn8Bits)
            return null;
        double bytes = _states.Sum(s => s.State.Moments.Sum(m => (double)m.Tensor.numel() * m.Tensor.element_size()));
        double full = _states.Sum(s => 2.0 * sizeof(float) * s.State.Parameter.numel());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"optimizer: moments of {_states.Count(s => s.State is AdamW8BitState)} of {_states.Count} tensors in 8 bits "
            + $"(adamw_8bit {_kernels.AdamW8Bit.Provider.Name}), {bytes / MiB:0.0} MiB for {full / MiB:0.0} MiB; "
            + $"embeddings and tensors below {ParameterGroups.LeastIn8Bits} elements keep 32 bits");
    }

    /// <summary>Takes one step with the parameters' gradients, and drops them.</summary>
    /// <returns>The global L2 norm of the gradients before clipping.</returns>
    /// <exception cref="TrainingDivergedException">The norm is not finite; nothing was changed.</exception>
    public double Step(double learningRate)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor?[] gradients = [.. _states.Select(s => s.State.Parameter.grad)];
        double norm = Clip(gradients);

        Update(gradients, learningRate);
        DropGradients();
        return norm;
    }

    public void DropGradients()
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Optimizer, "drop gradients");
        foreach ((_, ParameterState state) in _states)
            state.Parameter.grad = null;
    }

    /// <summary>Writes parameters and moments as they are kept: in float32, or moments as codes and scales.</summary>
    public void Save(string path)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(path, [.. _states.SelectMany(s => Tensors(s.Name, s.State)), .. Steps()]);

        IEnumerable<(string, torch.Tensor)> Steps() =>
            _states.Select(s => (StepPrefix + s.Name, torch.tensor(new[] { s.State.Steps }, dtype: torch.ScalarType.Int64)));
    }

    /// <summary>
    /// Reads what <see cref="Save"/> wrote into the parameters and moments, one tensor at a time: the file, three numbers a parameter, is
    /// never in memory beside them.
    /// </summary>
    /// <exception cref="CheckpointException">The file does not fit the parameters.</exception>
    public void Load(string path)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach ((string name, ParameterState state) in _states)
        {
            foreach ((string stored, torch.Tensor target) in Tensors(name, state))
                Copy(file, stored, target);
            torch.Tensor steps = torch.zeros([1], torch.ScalarType.Int64);
            Copy(file, StepPrefix + name, steps);
            state.Steps = steps.item<long>();
            if (state.Master is not null)
                state.Parameter.copy_(state.Master);
        }
    }

    public void Dispose()
    {
        foreach ((_, ParameterState state) in _states)
            state.Dispose();
    }

    private ParameterState StateOf(string name, torch.Tensor parameter) =>
        _options.MomentsIn8Bits && ParameterGroups.HasMomentsIn8Bits(name, parameter)
            ? new AdamW8BitState(parameter) : new AdamWState(parameter);

    private (bool Decayed, double Rate) GroupOf(int index)
    {
        (string name, ParameterState state) = _states[index];
        return (ParameterGroups.IsDecayed(name), ParameterGroups.IsFastInLoraPlus(name, state.Parameter) ? _options.LoraPlusRatio : 1);
    }

    private static IEnumerable<(string Name, torch.Tensor Tensor)> Tensors(string name, ParameterState state) =>
        [(ParameterPrefix + name, state.Master ?? state.Parameter), .. state.Moments.Select(m => ($"{m.Name}.{name}", m.Tensor))];

    /// <exception cref="CheckpointException">The stored tensor does not fit the target.</exception>
    private static void Copy(SafetensorsFile file, string name, torch.Tensor target)
    {
        if (!file.TryGet(name, out SafetensorsTensor? stored))
            throw new CheckpointException($"{file.Path}: {name} is missing; the checkpoint belongs to a run with other trained parameters");
        if (!stored.Shape.AsSpan().SequenceEqual(target.shape))
            throw new CheckpointException(
                $"{file.Path}: {name} has shape [{string.Join(", ", stored.Shape)}], expected [{string.Join(", ", target.shape)}]");
        // Codes are no numbers that another dtype could be converted to.
        if ((stored.DType == torch.ScalarType.Byte) != (target.dtype == torch.ScalarType.Byte))
            throw new CheckpointException($"{file.Path}: {name} is of {stored.DType}, expected {target.dtype}");
        file.CopyTo(name, target);
    }

    /// <returns>The norm before clipping.</returns>
    private double Clip(torch.Tensor?[] gradients)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Optimizer, "gradient norm, clipping");
        double norm = GradientClipping.GlobalNorm(gradients.OfType<torch.Tensor>());
        if (!double.IsFinite(norm))
            throw new TrainingDivergedException($"the gradient norm is {norm}");
        double factor = GradientClipping.Factor(norm, _options.MaxGradNorm);
        if (factor < 1)
            foreach (torch.Tensor? gradient in gradients)
                gradient?.mul_(factor);
        return norm;
    }

    private void Update(torch.Tensor?[] gradients, double learningRate)
    {
        foreach (IGrouping<(bool Decayed, double Rate), int> group in _groups)
        {
            AdamWOptions step = new(
                learningRate * group.Key.Rate, _options.Beta1, _options.Beta2, _options.Epsilon,
                group.Key.Decayed ? _options.WeightDecay : 0);
            Update<AdamWState>(group, gradients, step, _kernels.AdamW.Step);
            Update<AdamW8BitState>(group, gradients, step, _kernels.AdamW8Bit.Step);
        }
    }

    /// <summary>A step of the group's parameters that have such a state.</summary>
    private void Update<TState>(
        IEnumerable<int> group, torch.Tensor?[] gradients, AdamWOptions step,
        Action<IReadOnlyList<TState>, IReadOnlyList<torch.Tensor?>, AdamWOptions> kernel)
    {
        int[] members = [.. group.Where(i => _states[i].State is TState)];
        if (members.Length > 0)
            kernel([.. members.Select(i => _states[i].State).Cast<TState>()], [.. members.Select(i => gradients[i])], step);
    }
}

/// <summary>The loss or the gradient is not finite; training cannot continue. The last checkpoint is from before.</summary>
public sealed class TrainingDivergedException(string message) : Exception(message);
