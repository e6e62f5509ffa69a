using BenchmarkDotNet.Attributes;
using TraceFast.Benchmarks.Kernels;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>What BenchmarkDotNet times: the calls of one iteration of a case.</summary>
public class KernelBenchmarks
{
    private readonly List<RecordedCall> _recorded = [];
    private readonly List<KernelCall> _calls = [];
    private DisposeScope? _operands, _graphs;

    /// <summary>What the run measures now; BenchmarkDotNet makes this class itself and asks for the cases by name.</summary>
    public static KernelPlan Plan { get; set; } = KernelPlan.Nothing;

    public static IEnumerable<KernelCase> Cases => Plan.Cases;

    [ParamsSource(nameof(Cases))]
    public KernelCase Case { get; set; } = null!;

    private Direction Direction => Case.Direction.Direction;

    [GlobalSetup]
    public void MakeOperands()
    {
        Plan.Begin(Case);
        // BenchmarkDotNet calls on a thread of its own, and libtorch's number of threads is the calling thread's.
        torch.set_num_threads(Plan.Threads);
        _operands = torch.NewDisposeScope();
        torch.random.manual_seed(0);
        Operands operands = new(Case.Dtype, Case.By.Device);
        for (int i = 0; i < Case.Calls; i++)
            _calls.Add(Case.Operation.Call(Case.By.Set, operands, Case.Shape));
    }

    [GlobalCleanup]
    public void FreeOperands()
    {
        foreach (KernelCall call in _calls)
            call.Dispose();
        _operands?.Dispose();
    }

    /// <summary>A graph serves one backward: each timed backward has its own, recorded before the clock starts.</summary>
    [IterationSetup]
    public void Record()
    {
        _graphs = torch.NewDisposeScope();
        if (Direction == Direction.Backward)
            _recorded.AddRange(_calls.Select(c => c.Record()));
        Wait();
    }

    [IterationCleanup]
    public void Forget()
    {
        _recorded.Clear();
        _graphs?.Dispose();
    }

    [Benchmark]
    public void Run()
    {
        for (int i = 0; i < _calls.Count; i++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            if (Direction == Direction.Backward)
                _recorded[i].Differentiate();
            else if (Direction == Direction.Both && _calls[i].Leaves.Count > 0)
                _calls[i].Record().Differentiate();
            else
                using (torch.no_grad())
                    _calls[i].Compute();
        }
        Wait();
    }

    // A GPU computes in the background.
    private void Wait()
    {
        if (Case.By.Device.type == DeviceType.CUDA)
            torch.cuda.synchronize();
    }
}
