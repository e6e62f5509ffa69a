using System.Text.RegularExpressions;
using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.Profiling;
using TraceFast.Models.Files;
using TraceFast.Training.Checkpoints;

namespace TraceFast.Training.Optimization;

/// <summary>AdamW's settings that do not change during a run; the names in brackets are the configuration keys.</summary>
/// <param name="WeightDecay">Decoupled decay of the decayed group [weight_decay].</param>
/// <param name="MaxGradNorm">Global norm that gradients are clipped to; 0 clips nothing [max_grad_norm].</param>
public sealed record OptimizerOptions(
    double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0, double MaxGradNorm = 1);

/// <summary>
/// Clips the accumulated gradients and takes AdamW steps on two groups of parameters: decayed, and not decayed
/// (<see cref="WeightDecayGroups"/>).
/// </summary>
internal sealed class AdamWOptimizer : IDisposable
{
    private const string FirstMomentPrefix = "exp_avg.";
    private const string SecondMomentPrefix = "exp_avg_sq.";
    private const string ParameterPrefix = "parameter.";
    private const string StepPrefix = "step.";

    private readonly AdamWKernel _adamW;
    private readonly OptimizerOptions _options;
    private readonly List<(string Name, AdamWState State)> _states;

    public AdamWOptimizer(AdamWKernel adamW, IReadOnlyList<(string Name, torch.Tensor Parameter)> parameters, OptimizerOptions options)
    {
        (_adamW, _options) = (adamW, options);
        _states = [.. parameters.Select(p => (p.Name, new AdamWState(p.Parameter)))];
    }

    /// <summary>Takes one step with the parameters' gradients, and drops them.</summary>
    /// <returns>The global L2 norm of the gradients before clipping.</returns>
    /// <exception cref="TrainingDivergedException">The norm is not finite; nothing was changed.</exception>
    public double Step(double learningRate)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor?[] gradients = [.. _states.Select(s => s.State.Parameter.grad)];
        double norm = Clip(gradients);

        Update(gradients, learningRate, decayed: true);
        Update(gradients, learningRate, decayed: false);
        DropGradients();
        return norm;
    }

    public void DropGradients()
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Optimizer, "drop gradients");
        foreach ((_, AdamWState state) in _states)
            state.Parameter.grad = null;
    }

    /// <summary>Writes parameters and moments in full precision.</summary>
    public void Save(string path)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(path, [.. _states.SelectMany(s => Tensors(s.Name, s.State)), .. Steps()]);

        IEnumerable<(string, torch.Tensor)> Steps() =>
            _states.Select(s => (StepPrefix + s.Name, torch.tensor(new[] { s.State.Steps }, dtype: torch.ScalarType.Int64)));
    }

    /// <summary>Reads what <see cref="Save"/> wrote into the parameters and moments.</summary>
    /// <exception cref="CheckpointException">The file does not fit the parameters.</exception>
    public void Load(string path)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach ((string name, AdamWState state) in _states)
        {
            foreach ((string stored, torch.Tensor target) in Tensors(name, state))
                target.copy_(Read(file, stored, target.shape));
            state.Steps = Read(file, StepPrefix + name, [1]).item<long>();
            if (state.Master is not null)
                state.Parameter.copy_(state.Master);
        }
    }

    public void Dispose()
    {
        foreach ((_, AdamWState state) in _states)
            state.Dispose();
    }

    private static IEnumerable<(string Name, torch.Tensor Tensor)> Tensors(string name, AdamWState state) =>
        [(ParameterPrefix + name, state.Master ?? state.Parameter),
            (FirstMomentPrefix + name, state.FirstMoment), (SecondMomentPrefix + name, state.SecondMoment)];

    private static torch.Tensor Read(SafetensorsFile file, string name, long[] shape)
    {
        if (!file.TryGet(name, out _))
            throw new CheckpointException($"{file.Path}: {name} is missing; the checkpoint belongs to a run with other trained parameters");
        torch.Tensor tensor = file.Load(name);
        return tensor.shape.AsSpan().SequenceEqual(shape)
            ? tensor
            : throw new CheckpointException(
                $"{file.Path}: {name} has shape [{string.Join(", ", tensor.shape)}], expected [{string.Join(", ", shape)}]");
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

    private void Update(torch.Tensor?[] gradients, double learningRate, bool decayed)
    {
        int[] group = [.. Enumerable.Range(0, _states.Count).Where(i => WeightDecayGroups.IsDecayed(_states[i].Name) == decayed)];
        if (group.Length > 0)
            _adamW.Step(
                [.. group.Select(i => _states[i].State)],
                [.. group.Select(i => gradients[i])],
                new AdamWOptions(learningRate, _options.Beta1, _options.Beta2, _options.Epsilon, decayed ? _options.WeightDecay : 0));
    }
}

/// <summary>
/// Which parameters AdamW decays: all but biases and norm weights, by name.
/// Source: transformers 4.57, Trainer.get_decay_parameter_names.
/// </summary>
public static partial class WeightDecayGroups
{
    public static bool IsDecayed(string parameter) => !NotDecayed().IsMatch(parameter);

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotDecayed();
}

/// <summary>The loss or the gradient is not finite; training cannot continue. The last checkpoint is from before.</summary>
public sealed class TrainingDivergedException(string message) : Exception(message);
