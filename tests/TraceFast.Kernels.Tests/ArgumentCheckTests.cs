using System.Reflection;
using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.AdamW8Bit;
using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.LinearLogProb;
using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Rope;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Kernels.Tests.Support;
using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Kernels.Tests;

/// <summary>No provider of any operation can be reached with arguments that do not fit.</summary>
public sealed class ArgumentCheckTests
{
    /// <summary>Calls with one bad argument, named "operation: argument". Every public method of every operation.</summary>
    private static readonly Dictionary<string, Action<KernelSet>> s_badCalls = new()
    {
        ["rms_norm: x, null"] = k => k.RmsNorm.Forward(null!, Zeros(8), Eps, RmsNormStyle.Llama),
        ["rms_norm: x"] = k => k.RmsNorm.Forward(Zeros(3, 8).to(torch.ScalarType.Int64), Zeros(8), Eps, RmsNormStyle.Llama),
        ["rms_norm: weight"] = k => k.RmsNorm.Forward(Zeros(3, 8), Zeros(7), Eps, RmsNormStyle.Llama),
        ["rms_norm: eps"] = k => k.RmsNorm.Forward(Zeros(3, 8), Zeros(8), -1, RmsNormStyle.Llama),
        ["rms_norm: style"] = k => k.RmsNorm.Forward(Zeros(3, 8), Zeros(8), Eps, (RmsNormStyle)99),
        ["rms_norm: weight, with residual"] = k => k.RmsNorm.ForwardAdd(Zeros(3, 8), Zeros(3, 8), Zeros(7), Eps, RmsNormStyle.Llama),
        ["rms_norm: residual"] = k => k.RmsNorm.ForwardAdd(Zeros(3, 8), Zeros(2, 8), Zeros(8), Eps, RmsNormStyle.Llama),
        ["rms_norm: residual, null"] = k => k.RmsNorm.ForwardAdd(Zeros(3, 8), null!, Zeros(8), Eps, RmsNormStyle.Llama),
        ["rope: x"] = k => k.Rope.Forward(Zeros(3, 8), Zeros(3, 4), Zeros(3, 4)),
        ["rope: cos"] = k => k.Rope.Forward(Zeros(3, 2, 8), Zeros(3, 5), Zeros(3, 5)),
        ["rope: sin"] = k => k.Rope.Forward(Zeros(3, 2, 8), Zeros(3, 4), Zeros(2, 4)),
        ["swiglu: gate, null"] = k => k.SwiGlu.Forward(null!, Zeros(3, 8)),
        ["swiglu: up"] = k => k.SwiGlu.Forward(Zeros(3, 8), Zeros(3, 7)),
        ["swiglu: activation"] = k => k.SwiGlu.Forward(Zeros(3, 8), Zeros(3, 8), (GateActivation)99),
        ["tree_attention: q"] = k => Attend(k, Zeros(3, 4), Zeros(3, 2, 8), 3, 1, null, null),
        ["tree_attention: k"] = k => Attend(k, Zeros(3, 4, 8), Zeros(3, 3, 8), 3, 1, null, null),
        ["tree_attention: layout"] = k => Attend(k, Zeros(3, 4, 8), Zeros(3, 2, 8), 4, 1, null, null),
        ["tree_attention: layout, null"] = k =>
            k.TreeAttention.Forward(Zeros(3, 4, 8), Zeros(3, 2, 8), Zeros(3, 2, 8), null!, 1, null, null),
        ["tree_attention: scale"] = k => Attend(k, Zeros(3, 4, 8), Zeros(3, 2, 8), 3, double.NaN, null, null),
        ["tree_attention: window"] = k => Attend(k, Zeros(3, 4, 8), Zeros(3, 2, 8), 3, 1, 0, null),
        ["tree_attention: softcap"] = k => Attend(k, Zeros(3, 4, 8), Zeros(3, 2, 8), 3, 1, null, 0),
        ["lora_linear: weight"] = k => k.LoraLinear.Forward(Zeros(3, 5), Zeros(5, 4), null, null, null, 1, 0, null),
        ["lora_linear: bias"] = k => k.LoraLinear.Forward(Zeros(3, 5), Zeros(4, 5), Zeros(5), null, null, 1, 0, null),
        ["lora_linear: A"] = k => k.LoraLinear.Forward(Zeros(3, 5), Zeros(4, 5), null, Zeros(2, 4), Zeros(4, 2), 1, 0, null),
        ["lora_linear: B, null"] = k => k.LoraLinear.Forward(Zeros(3, 5), Zeros(4, 5), null, Zeros(2, 5), null, 1, 0, null),
        ["lora_linear: dropout"] = k => k.LoraLinear.Forward(Zeros(3, 5), Zeros(4, 5), null, Zeros(2, 5), Zeros(4, 2), 1, 1, null),
        ["lora_linear: generator"] = k => k.LoraLinear.Forward(Zeros(3, 5), Zeros(4, 5), null, Zeros(2, 5), Zeros(4, 2), 1, 0.5, null),
        ["linear_log_prob: hidden"] = k => k.LinearLogProb.Forward(Zeros(2), Zeros(5, 3), Ids(0, 0), 1, null),
        ["linear_log_prob: weight"] = k => k.LinearLogProb.Forward(Zeros(2, 3), Zeros(5, 4), Ids(0, 0), 1, null),
        ["linear_log_prob: targets"] = k => k.LinearLogProb.Forward(Zeros(2, 3), Zeros(5, 3), Ids(0, 5), 1, null),
        ["linear_log_prob: logitScale"] = k => k.LinearLogProb.Forward(Zeros(2, 3), Zeros(5, 3), Ids(0, 0), double.NaN, null),
        ["linear_log_prob: softcap"] = k => k.LinearLogProb.Forward(Zeros(2, 3), Zeros(5, 3), Ids(0, 0), 1, -1),
        ["adamw: states, null"] = k => k.AdamW.Step(null!, [], default),
        ["adamw: gradients"] = k => Step(k, Zeros(3), [Zeros(3), Zeros(3)], default),
        ["adamw: gradients[0]"] = k => Step(k, Zeros(3), [Zeros(4)], default),
        ["adamw_8bit: states, null"] = k => k.AdamW8Bit.Step(null!, [], default),
        ["adamw_8bit: gradients"] = k => Step8Bit(k, Zeros(3), [Zeros(3), Zeros(3)], default),
        ["adamw_8bit: gradients[0]"] = k => Step8Bit(k, Zeros(3), [Zeros(4)], default),
        ["adamw_8bit: parameter"] = k => Step8Bit(k, Wide(3), [Wide(3)], default),
        ["adamw_8bit: Beta2"] = k => Step8Bit(k, Zeros(3), [Zeros(3)], new AdamWOptions(1, 0, 1, 0, 0)),
        ["iopo_loss: logp"] = k => Loss(k, Zeros(4, 1), Segments(0, 1, 2, 3, 4), 1, new IopoLossOptions(1)),
        ["iopo_loss: segments"] = k => Loss(k, Zeros(4), Segments(0, 1, 2, 4), 1, new IopoLossOptions(1)),
        ["iopo_loss: reference"] = k =>
            k.IopoLoss.Evaluate(Zeros(4), Segments(0, 1, 2, 3, 4), Zeros(4), Wide(1), new IopoLossOptions(1)),
        ["iopo_loss: weight"] = k => k.IopoLoss.Evaluate(Zeros(4), Segments(0, 1, 2, 3, 4), Wide(4), Zeros(1), new IopoLossOptions(1)),
        ["iopo_loss: Beta"] = k => Loss(k, Zeros(4), Segments(0, 1, 2, 3, 4), 1, new IopoLossOptions(0)),
        ["iopo_loss: LabelSmoothing"] = k => Loss(k, Zeros(4), Segments(0, 1, 2, 3, 4), 1, new IopoLossOptions(1, 0.5)),
        ["iopo_loss: Ftx"] = k => Loss(k, Zeros(4), Segments(0, 1, 2, 3, 4), 1, new IopoLossOptions(1, 0, -1)),
        ["adamw: Beta1"] = k => Step(k, Zeros(3), [Zeros(3)], new AdamWOptions(1, 1, 0, 0, 0)),
    };

    /// <summary>A good call of every public method, in a dtype.</summary>
    private static readonly Dictionary<string, Action<KernelSet, torch.ScalarType>> s_goodCalls = new()
    {
        ["rms_norm"] = (k, dtype) => k.RmsNorm.Forward(Zeros(3, 8).to(dtype), Zeros(8).to(dtype), Eps, RmsNormStyle.Llama),
        ["rms_norm, with residual"] = (k, dtype) =>
            k.RmsNorm.ForwardAdd(Zeros(3, 8).to(dtype), Zeros(3, 8).to(dtype), Zeros(8).to(dtype), Eps, RmsNormStyle.Llama),
        ["rope"] = (k, dtype) => k.Rope.Forward(Zeros(3, 2, 8).to(dtype), Zeros(3, 4), Zeros(3, 4)),
        ["swiglu"] = (k, dtype) => k.SwiGlu.Forward(Zeros(3, 8).to(dtype), Zeros(3, 8).to(dtype)),
        ["tree_attention"] = (k, dtype) => Attend(k, Zeros(3, 4, 8).to(dtype), Zeros(3, 2, 8).to(dtype), 3, 1, null, null),
        ["lora_linear"] = (k, dtype) =>
            k.LoraLinear.Forward(Zeros(3, 5).to(dtype), Zeros(4, 5).to(dtype), null, Zeros(2, 5), Zeros(4, 2), 1, 0, null),
        ["linear_log_prob"] = (k, dtype) => k.LinearLogProb.Forward(Zeros(2, 3).to(dtype), Zeros(5, 3).to(dtype), Ids(0, 4), 1, null),
        ["iopo_loss"] = (k, dtype) => Loss(k, Zeros(4).to(dtype), Segments(0, 1, 2, 3, 4), 1, new IopoLossOptions(1)),
        ["adamw"] = (k, dtype) => Step(k, Zeros(3).to(dtype), [Zeros(3)], default),
        ["adamw_8bit"] = (k, dtype) => Step8Bit(k, Zeros(3).to(dtype), [Zeros(3)], default),
    };

    private const double Eps = 1e-5;

    private static readonly Type[] s_providerTypes =
        [.. typeof(Kernel).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Kernel)) && !t.IsAbstract)];

    public static TheoryData<string> Bad => [.. s_badCalls.Keys];

    public static TheoryData<string> Good => [.. s_goodCalls.Keys];

    public static TheoryData<string> ProviderNames => [.. s_providerTypes.Select(t => t.Name)];

    [Theory, MemberData(nameof(Bad))]
    public void Bad_arguments_reach_no_provider(string call)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (KernelSet set in Providers.Sets.Append(Probe.Set))
        {
            KernelArgumentException rejected = Assert.Throws<KernelArgumentException>(() => s_badCalls[call](set));
            Assert.StartsWith($"{rejected.Operation}: {rejected.Argument}", call, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Good))]
    public void Good_arguments_reach_the_provider(string call)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Assert.Throws<ReachedException>(() => s_goodCalls[call](Probe.Set, torch.ScalarType.Float32));
    }

    [Theory, MemberData(nameof(Good))]
    public void A_dtype_that_the_provider_does_not_take_does_not_reach_it(string call)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (KernelSet set in Providers.Sets.Where(s => s.RmsNorm.Provider.Device is not null).Append(Probe.Set))
        {
            KernelArgumentException rejected = Assert.Throws<KernelArgumentException>(
                () => s_goodCalls[call](set, torch.ScalarType.Float16));
            Assert.Contains("Float16", rejected.Message, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(ProviderNames))]
    public void A_provider_is_called_through_its_operation_alone(string name)
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        Type provider = s_providerTypes.Single(t => t.Name == name);
        Assert.True(provider.IsSealed);
        Type operation = provider;
        for (; operation.BaseType != typeof(Kernel); operation = operation.BaseType!)
            Assert.Empty(operation.GetMethods(Declared | BindingFlags.Public));
        Assert.All(operation.GetMethods(Declared | BindingFlags.Public), method => Assert.False(method.IsVirtual));
        Assert.All(
            operation.GetMethods(Declared | BindingFlags.NonPublic).Where(method => method.IsVirtual),
            method => Assert.True(method.IsFamily));
    }

    private static torch.Tensor Zeros(params long[] shape) => torch.zeros(shape, torch.ScalarType.Float32);

    private static torch.Tensor Ids(params long[] ids) => torch.tensor(ids, torch.ScalarType.Int64);

    private static torch.Tensor Segments(params int[] bounds) => torch.tensor(bounds);

    private static torch.Tensor Wide(long size) => torch.zeros(size, torch.ScalarType.Float64);

    private static void Loss(KernelSet set, torch.Tensor logp, torch.Tensor segments, long quads, IopoLossOptions options) =>
        set.IopoLoss.Evaluate(logp, segments, Wide(4 * quads), Wide(quads), options);

    private static void Attend(KernelSet set, torch.Tensor q, torch.Tensor k, int tokens, double scale, int? window, double? softcap)
    {
        using TreeLayout layout = TreeLayout.Sequence(tokens);
        set.TreeAttention.Forward(q, k, k, layout, scale, window, softcap);
    }

    private static void Step(KernelSet set, torch.Tensor parameter, torch.Tensor?[] gradients, AdamWOptions options)
    {
        using AdamWState state = new(parameter);
        set.AdamW.Step([state], gradients, options);
    }

    private static void Step8Bit(KernelSet set, torch.Tensor parameter, torch.Tensor?[] gradients, AdamWOptions options)
    {
        using AdamW8BitState state = new(parameter);
        set.AdamW8Bit.Step([state], gradients, options);
    }

    private sealed class ReachedException : Exception;

    /// <summary>Providers that only say that they were reached.</summary>
    private static class Probe
    {
        private static readonly KernelProvider s_marker = new("probe", DeviceType.CPU);

        public static KernelSet Set { get; } =
            new("probe", new RmsNorm(), new Rope(), new SwiGlu(), new TreeAttention(), new LoraLinear(), new LinearLogProb(), new AdamW(),
                new AdamW8Bit(), new IopoLoss());

        private sealed class RmsNorm() : RmsNormKernel(s_marker)
        {
            protected override torch.Tensor ForwardCore(
                torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style) => throw new ReachedException();

            protected override (torch.Tensor Sum, torch.Tensor Normed) ForwardAddCore(
                torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style) => throw new ReachedException();
        }

        private sealed class Rope() : RopeKernel(s_marker)
        {
            protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor cos, torch.Tensor sin) => throw new ReachedException();
        }

        private sealed class SwiGlu() : SwiGluKernel(s_marker)
        {
            protected override torch.Tensor ForwardCore(
                torch.Tensor gate, torch.Tensor up, GateActivation activation) => throw new ReachedException();
        }

        private sealed class TreeAttention() : TreeAttentionKernel(s_marker)
        {
            protected override torch.Tensor ForwardCore(
                torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap) =>
                throw new ReachedException();
        }

        private sealed class LoraLinear() : LoraLinearKernel(s_marker)
        {
            protected override torch.Tensor ForwardCore(
                torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout,
                torch.Generator? generator) => throw new ReachedException();
        }

        private sealed class LinearLogProb() : LinearLogProbKernel(s_marker)
        {
            protected override torch.Tensor ForwardCore(
                torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap) =>
                throw new ReachedException();
        }

        private sealed class AdamW() : AdamWKernel(s_marker)
        {
            protected override void StepCore(
                IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options) =>
                throw new ReachedException();
        }

        private sealed class AdamW8Bit() : AdamW8BitKernel(s_marker)
        {
            protected override void StepCore(
                IReadOnlyList<AdamW8BitState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options) =>
                throw new ReachedException();
        }

        private sealed class IopoLoss() : IopoLossKernel(s_marker)
        {
            protected override IopoLossResult EvaluateCore(
                torch.Tensor logp, torch.Tensor segments, torch.Tensor reference, torch.Tensor weight, IopoLossOptions options) =>
                throw new ReachedException();
        }
    }
}
