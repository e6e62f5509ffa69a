using System.Globalization;

namespace TraceFast.Torch.Tests;

public sealed class ThreadTests
{
    [Fact]
    public void The_number_of_threads_is_kept_on_every_thread()
    {
        int before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(2);
            int elsewhere = 0;
            var other = new Thread(() => elsewhere = torch.get_num_threads());
            other.Start();
            other.Join();
            Assert.Equal((2, 2), (torch.get_num_threads(), elsewhere));
            Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => torch.set_num_threads(0));
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Theory, InlineData(1), InlineData(3)]
    public void Matrix_products_run_on_as_many_threads_as_set(int threads)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor a = torch.rand(768, 768);
        int before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(threads);
            Dictionary<string, long> start = ThreadTicks();
            for (int i = 0; i < 60; i++)
                a.matmul(a).Dispose();
            long[] spent = [.. ThreadTicks().Select(t => t.Value - start.GetValueOrDefault(t.Key))];
            Assert.Equal(threads, spent.Count(ticks => ticks * 5 > spent.Sum()));
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    // Processor time of every thread but the compiler's, in clock ticks.
    private static Dictionary<string, long> ThreadTicks()
    {
        var ticks = new Dictionary<string, long>();
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            if (stat.Contains("(.NET Tiered", StringComparison.Ordinal))
                continue;
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            ticks[task] = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }
        return ticks;
    }

    [Fact]
    public void One_OpenMP_and_OpenBLAS_on_it()
    {
        torch.ones(64, 64).matmul(torch.ones(64, 64)).Dispose();
        string[] libraries = [.. File.ReadLines("/proc/self/maps").Select(l => l.Split(' ')[^1]).Where(l => l.Contains(".so", StringComparison.Ordinal)).Distinct()];
        Assert.Single(libraries, l => l.Contains("libgomp", StringComparison.Ordinal) || l.Contains("libiomp", StringComparison.Ordinal) || l.Contains("libomp.", StringComparison.Ordinal));
        Assert.SkipUnless(torch.__version__.StartsWith("1.13", StringComparison.Ordinal), "a libtorch of one's own brings its BLAS");
        Assert.Contains(libraries, l => l.Contains("openblas-openmp", StringComparison.Ordinal));
    }
}
