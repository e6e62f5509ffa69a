using TraceFast.Kernels.Profiling;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Layers;

/// <summary>
/// A parameter in its place in a module. An adapter that saves the module whole (modules_to_save) puts its own copy here, which also
/// unties a tied head.
/// </summary>
/// <param name="name">Dotted name of the place: lm_head.weight even where the head is the embedding.</param>
/// <param name="parameter">The model's parameter there.</param>
internal sealed class ModuleWeight(string name, Parameter parameter)
{
    public string Name { get; } = name;

    public Parameter Parameter { get; } = parameter;

    /// <summary>The module it belongs to: the name without its last part.</summary>
    public string Module { get; } = name[..name.LastIndexOf('.')];

    /// <summary>Bytes of <see cref="In"/>'s result where it is a copy.</summary>
    public long CastBytes(PassSize pass)
    {
        torch.Tensor value = pass.Adapter?.SavedWeight(Name) ?? Parameter.Value;
        return value.dtype == pass.Dtype ? 0 : value.numel() * pass.ElementSize;
    }

    /// <summary>The values in the compute dtype, on the autograd graph where they are trained.</summary>
    public torch.Tensor In(ForwardContext context)
    {
        torch.Tensor value = context.Adapter?.SavedWeight(Name) ?? Parameter.Value;
        if (value.dtype == context.ComputeDtype)
            return value;
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Operation, "cast of weights");
        return value.to(context.ComputeDtype);
    }
}
