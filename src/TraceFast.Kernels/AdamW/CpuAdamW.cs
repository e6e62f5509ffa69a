using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>adamw in C++, one pass over all parameters; formula and order at <see cref="IAdamW"/>.</summary>
public sealed unsafe class CpuAdamW : IAdamW
{
    public void Step(IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        IAdamW.Check(states, gradients, options);
        Expect expect = new("adamw");
        List<AutogradLibrary.AdamWArguments> arguments = [];
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is not torch.Tensor gradient)
                continue;
            AdamWState state = states[i];
            expect.Cpu(state.Parameter, FormattableString.Invariant($"states[{i}]"));
            arguments.Add(new AutogradLibrary.AdamWArguments
            {
                Parameter = state.Parameter.Handle,
                Master = state.Master?.Handle ?? 0,
                Gradient = gradient.Handle,
                FirstMoment = state.FirstMoment.Handle,
                SecondMoment = state.SecondMoment.Handle,
                Correction1 = 1 - Math.Pow(options.Beta1, state.Steps + 1),
                Correction2 = 1 - Math.Pow(options.Beta2, state.Steps + 1),
            });
        }
        fixed (AutogradLibrary.AdamWArguments* first = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(arguments))
            AutogradLibrary.Check(AutogradLibrary.tracefast_cpu_adamw(first, arguments.Count, options.LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay));
        GC.KeepAlive((states, gradients));
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is not null)
                states[i].Steps++;
        }
    }
}
