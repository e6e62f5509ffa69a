using System.IO.Enumeration;
using TraceFast.Benchmarks.Kernels;
using TraceFast.Data;
using TraceFast.Kernels;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>A provider of one operation, on one device.</summary>
/// <param name="Set">A set that holds it.</param>
public sealed record BenchedProvider(KernelSet Set, torch.Device Device)
{
    /// <summary>All providers on this machine, the fastest of each device last.</summary>
    /// <param name="log">Told about what is left out.</param>
    public static IReadOnlyList<BenchedProvider> OnThisMachine(TextWriter log)
    {
        List<BenchedProvider> providers =
            [new(KernelSet.Reference, LibtorchRuntime.Cpu), new(KernelSet.Tiled, torch.CPU), new(KernelSet.Cpu, torch.CPU)];
        if (!torch.cuda.is_available())
            log.WriteLine("cuda: left out, libtorch finds no GPU");
        else if (KernelSet.For(torch.CUDA) is var gpu && gpu == KernelSet.Tiled)
            log.WriteLine("cuda: left out, the kernels do not take this GPU");
        else
            providers.Add(new(gpu, torch.CUDA));
        return providers;
    }
}

/// <summary>One line of the measurement.</summary>
public sealed record KernelCase(
    BenchedOperation Operation, BenchedShape Shape, BenchedDirection Direction, torch.ScalarType Dtype, BenchedProvider By)
{
    // How fast a call is taken to be when its number for an iteration is chosen: below what a processor of today does.
    private const double AssumedFlops = 1e11;
    private const double AssumedBandwidth = 1e10;
    private const double IterationSeconds = 0.02;
    private const int MostCalls = 128;
    private const double MostReferenceFlops = 1e9;

    /// <summary>operation/shape/direction/dtype/provider, which filters match.</summary>
    public string Name { get; } = string.Join(
        '/', Operation.Name, Shape.Name, NameOf(Direction.Direction), NameOf(Dtype), Operation.Kernel(By.Set).Provider.Name);

    public string Provider => Operation.Kernel(By.Set).Provider.Name;

    /// <summary>
    /// Of the short run: what a step of SmolLM2-135M calls, and the reference beside it where that is no matter of matrix products, of which it takes seconds.
    /// </summary>
    public bool IsShort => Shape == BenchedShape.SmolLm2 && By.Set != KernelSet.Tiled
        && (By.Set != KernelSet.Reference || Cost.Flops < MostReferenceFlops);

    /// <summary>What a call costs at least.</summary>
    public Cost Cost { get; } = Direction.Cost(Shape, Dtype);

    /// <summary>
    /// Calls of an iteration: enough for 20 ms, as far as the cost tells. Each has operands of its own: 200 MB of them where memory is what
    /// bounds the call, so that they come from memory, as in the roofline.
    /// </summary>
    public int Calls => (int)Math.Clamp(
        Math.Ceiling(IterationSeconds / Math.Max(Cost.Flops / AssumedFlops, Cost.Bytes / AssumedBandwidth)), 1, MostCalls);

    /// <summary>Every operation, shape, direction, dtype and provider; a provider that serves an operation in several sets once.</summary>
    public static IReadOnlyList<KernelCase> All(IReadOnlyList<BenchedProvider> providers) =>
    [
        .. from shape in BenchedShape.All
           from operation in BenchedOperation.All
           from direction in operation.Directions
           from dtype in operation.Dtypes
           from provider in providers.DistinctBy(p => (operation.Kernel(p.Set).Provider.Name, p.Device.type))
           select new KernelCase(operation, shape, direction, dtype, provider),
    ];

    /// <summary>The cases of a run.</summary>
    /// <param name="all">What there is.</param>
    /// <param name="filter">Pattern with * and ?; null: all.</param>
    /// <param name="brief">Only those that are <see cref="IsShort"/>.</param>
    /// <exception cref="InputException">Nothing matches.</exception>
    public static IReadOnlyList<KernelCase> Choose(IReadOnlyList<KernelCase> all, string? filter, bool brief)
    {
        KernelCase[] offered = [.. all.Where(c => !brief || c.IsShort)];
        KernelCase[] chosen = [.. offered.Where(c => filter is null || FileSystemName.MatchesSimpleExpression(filter, c.Name))];
        if (chosen.Length > 0)
            return chosen;
        throw new InputException(
        [
            $"--filter {filter}: matches none of the {offered.Length} cases{(brief ? " of --short" : "")}; "
                + $"a name is operation/shape/direction/dtype/provider, for example {offered[0].Name}; there are",
            .. Enumerable.Range(0, 5).Select(part => $"  {string.Join(", ", offered.Select(c => c.Name.Split('/')[part]).Distinct())}"),
        ]);
    }

    public override string ToString() => Name;

    internal static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
