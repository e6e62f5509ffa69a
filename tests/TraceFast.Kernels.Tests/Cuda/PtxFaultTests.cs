using ILGPU;
using ILGPU.Algorithms;
using TraceFast.GpuKernels;
using TraceFast.PtxInterpreter;

namespace TraceFast.Kernels.Tests.Cuda;

/// <summary>What the interpreter refuses and a GPU would do silently, crash or hang on; and where PTX differs from C#.</summary>
public sealed unsafe class PtxFaultTests
{
    private const int Threads = 64;

    [Fact]
    public void Faults_are_found()
    {
        Assert.Contains("outside every tensor", Fault(nameof(Kernels.BeyondTheEnd)), StringComparison.Ordinal);
        Assert.Contains("misaligned", Fault(nameof(Kernels.Misaligned)), StringComparison.Ordinal);
        Assert.Contains("of 32 threads reach the shuffle", Fault(nameof(Kernels.DivergentShuffle)), StringComparison.Ordinal);
        Assert.Contains("threads reach a barrier", Fault(nameof(Kernels.DivergentBarrier)), StringComparison.Ordinal);
        Assert.Contains("read before it was written", Fault(nameof(Kernels.UnwrittenShared)), StringComparison.Ordinal);
        Assert.Contains("race in shared memory", Fault(nameof(Kernels.RaceOfReader)), StringComparison.Ordinal);
        Assert.Contains("race in shared memory", Fault(nameof(Kernels.RaceOfWriters)), StringComparison.Ordinal);
        Assert.Contains("race in shared memory", Fault(nameof(Kernels.RaceAfterReading)), StringComparison.Ordinal);
        Run(nameof(Kernels.Correct));
    }

    [Fact]
    public void A_group_that_is_not_whole_warps_cannot_shuffle() => Assert.Throws<PtxFault>(() => Run(nameof(Kernels.Correct), 48));

    /// <summary>ILGPU 1.5.3 makes an arithmetic shift of a division by a power of two, also of a negative number.</summary>
    [Fact]
    public void Division_of_a_negative_number_by_a_power_of_two_is_wrong_in_PTX()
    {
        int[] values = Run(nameof(Kernels.Divide));
        Assert.Equal(-3, values[1]);
        Assert.Equal(-2, -17 / 8);
    }

    /// <summary>Why <c>Reduction</c> is our own: the order of these additions is chance.</summary>
    [Fact]
    public void The_librarys_own_reduction_uses_atomics()
    {
        using PtxCompiler compiler = new();
        string text = compiler.Compile(new CatalogEntry("all_reduce", typeof(Kernels).GetMethod(nameof(Kernels.AllReduce))!, Threads));
        Assert.Matches(@"\b(atom|red)\.", text);
    }

    private static string Fault(string kernel) => Assert.Throws<PtxFault>(() => Run(kernel)).Message;

    private static int[] Run(string kernel, int threads = Threads)
    {
        using PtxCompiler compiler = new();
        string text = compiler.Compile(new CatalogEntry(kernel.ToLowerInvariant(), typeof(Kernels).GetMethod(kernel)!, Threads));
        int[] memory = new int[Threads];
        memory[1] = -17;
        fixed (int* pointer = memory)
        {
            nint start = (nint)pointer;
            byte[] parameters = new byte[16];
            BitConverter.TryWriteBytes(parameters, start);
            BitConverter.TryWriteBytes(parameters.AsSpan(8), (long)Threads);
            new PtxKernel(new PtxModule(text)).Run(
                (1, 1), threads, parameters, (at, bytes) => at >= start && at + bytes <= start + sizeof(int) * Threads);
        }
        return memory;
    }

    /// <summary>Each on Threads ints.</summary>
    public static class Kernels
    {
        public static void BeyondTheEnd(ArrayView<int> x) => x[Group.IdxX + 1] = 1;

        public static void Misaligned(ArrayView<int> x) => x.SubView(1, 4).Cast<long>()[0] = 1;

        public static void DivergentShuffle(ArrayView<int> x)
        {
            if (Group.IdxX < 16)
                x[Group.IdxX] = Warp.ShuffleDown(x[Group.IdxX], 1);
        }

        public static void DivergentBarrier(ArrayView<int> x)
        {
            if (Group.IdxX < 16)
                Group.Barrier();
            x[Group.IdxX] = 1;
        }

        public static void UnwrittenShared(ArrayView<int> x)
        {
            ArrayView<int> shared = SharedMemory.Allocate<int>(Threads);
            x[Group.IdxX] = shared[Group.IdxX];
        }

        public static void RaceOfReader(ArrayView<int> x)
        {
            ArrayView<int> shared = SharedMemory.Allocate<int>(Threads);
            shared[Group.IdxX] = 1;
            Group.Barrier();
            shared[Group.IdxX] = 2;
            x[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
        }

        public static void RaceOfWriters(ArrayView<int> x)
        {
            ArrayView<int> shared = SharedMemory.Allocate<int>(1);
            shared[0] = Group.IdxX;
            Group.Barrier();
            x[Group.IdxX] = shared[0];
        }

        public static void RaceAfterReading(ArrayView<int> x)
        {
            ArrayView<int> shared = SharedMemory.Allocate<int>(Threads);
            shared[Group.IdxX] = 1;
            Group.Barrier();
            x[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
            shared[Group.IdxX] = 2;
        }

        public static void Correct(ArrayView<int> x)
        {
            ArrayView<int> shared = SharedMemory.Allocate<int>(Threads);
            shared[Group.IdxX] = Warp.ShuffleDown(x[Group.IdxX], 1);
            Group.Barrier();
            x[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
        }

        public static void Divide(ArrayView<int> x) => x[Group.IdxX] = x[Group.IdxX] / 8;

        public static void AllReduce(ArrayView<int> x) => x[Group.IdxX] =
            GroupExtensions.AllReduce<int, ILGPU.Algorithms.ScanReduceOperations.AddInt32>(x[Group.IdxX]);
    }
}
