using TraceFast.Cuda;
using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.AdamW;

/// <summary>
/// adamw on an NVIDIA GPU; formula and order at <see cref="AdamWKernel"/>. One launch for all tensors of the same dtypes: a table on the
/// device has their addresses.
/// </summary>
public sealed class CudaAdamW(CudaTarget target) : FusedAdamW(target.Provider)
{
    private const int Threads = 256;
    private const int LargestGroupsOfTensor = 1024;

    private protected override void Step(IReadOnlyList<ParameterUpdate<AdamWState>> updates, AdamWOptions options)
    {
        IEnumerable<IGrouping<(torch.ScalarType, torch.ScalarType), ParameterUpdate<AdamWState>>> groups = updates
            .Where(u => u.State.Parameter.numel() > 0).GroupBy(u => (u.State.Parameter.dtype, u.Gradient.dtype));
        foreach (IGrouping<(torch.ScalarType Parameter, torch.ScalarType Gradient), ParameterUpdate<AdamWState>> group in groups)
        {
            string kernel = CudaTarget.Kernel("adamw", group.Key.Parameter);
            if (group.Key.Gradient != group.Key.Parameter)
                kernel = CudaTarget.Kernel(kernel, group.Key.Gradient);
            foreach (ParameterUpdate<AdamWState>[] chunk in group.Chunk(ushort.MaxValue))
                Launch(kernel, chunk, options);
        }
    }

    private void Launch(string kernel, ParameterUpdate<AdamWState>[] updates, AdamWOptions options)
    {
        torch.Device device = updates[0].State.Parameter.device;
        using torch.Tensor addresses = torch.tensor(updates.SelectMany(Addresses).ToArray()).to(device);
        using torch.Tensor factors = torch.tensor(
            updates.SelectMany(u => new[] { u.Decay, u.StepSize, u.RootCorrection }).ToArray(), torch.ScalarType.Float64).to(device);
        long most = updates.Max(u => u.State.Parameter.numel());
        int groups = (int)Math.Min(LargestGroupsOfTensor, (most + Threads - 1) / Threads);
        target.Launch(
            kernel, new LaunchShape(groups, updates.Length, Threads), updates.SelectMany(Tensors), addresses, factors, options.Beta1,
            options.Beta2, options.Epsilon);
    }

    private static unsafe long[] Addresses(ParameterUpdate<AdamWState> update) =>
    [
        (long)update.State.Parameter.Address(), update.State.Master is null ? 0 : (long)update.State.Master.Address(),
        (long)update.Gradient.Address(), (long)update.State.FirstMoment.Address(), (long)update.State.SecondMoment.Address(),
        update.State.Parameter.numel(),
    ];

    private static IEnumerable<torch.Tensor> Tensors(ParameterUpdate<AdamWState> update)
    {
        yield return update.State.Parameter;
        if (update.State.Master is not null)
            yield return update.State.Master;
        yield return update.Gradient;
        yield return update.State.FirstMoment;
        yield return update.State.SecondMoment;
    }
}
