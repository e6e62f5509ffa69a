using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Tests;

namespace TraceFast.Kernels.Tests.Libtorch;

/// <summary>libtorch as this process has it: versions, files, one pool of threads, and how its threads wait.</summary>
[Collection(ProcessTests.Name)]
public sealed class RuntimeTests(ITestOutputHelper output)
{
    private const string Binding = "libTorchSharpReal.so", StandardLibrary = "libstdc++.so.6", Symbol = "_ZSt21ios_base_library_initv";

    [Fact]
    public void The_versions_at_hand_are_those_that_the_program_is_written_for() => LibtorchRuntime.Load();

    [Theory]
    [InlineData("0.108.0", "2.10.0", "TorchSharp is version 0.108.0, and this program is written for 0.107.0")]
    [InlineData("0.107.0", "2.11.0", "libtorch is version 2.11.0, and this program is written for 2.10.0")]
    public void Another_version_is_an_error_that_says_so(string torchSharp, string libtorch, string expected) =>
        Assert.StartsWith(
            expected, Assert.Throws<LibtorchException>(() => LibtorchRuntime.CheckVersions(torchSharp, libtorch)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_binding_is_changed_only_where_this_systems_libstdcxx_is_older()
    {
        bool has = NativeLibrary.TryLoad(StandardLibrary, out nint library) && NativeLibrary.TryGetExport(library, Symbol, out _);
        byte[] package = File.ReadAllBytes(PackageFile("TorchSharp", "libLibTorchSharp.so")), used = File.ReadAllBytes(Beside(Binding));
        int different = package.Zip(used).Count(pair => pair.First != pair.Second);
        output.WriteLine(has
            ? $"{StandardLibrary} has GLIBCXX_3.4.32: TorchSharp's library is used as it comes"
            : $"{StandardLibrary} is older than GLIBCXX_3.4.32: TorchSharp's library is used with that version marked weak");
        Assert.Equal(package.Length, used.Length);
        Assert.Equal(has ? 0 : 1, different); // the flag is one byte
    }

    [Fact]
    public void Libtorch_lies_beside_the_program_as_a_link()
    {
        foreach (string file in (string[])["libtorch.so", "libtorch_cpu.so", "libc10.so", "libgomp-98b21ff3.so.1"])
            Assert.Equal(
                PackageFile("libtorch-cpu-linux-x64", file), File.ResolveLinkTarget(Beside(file), returnFinalTarget: true)?.FullName);
    }

    [Theory]
    [InlineData("cpu", "libtorch-cpu-linux-x64", "libtorch-cuda-12.8-linux-x64")]
    [InlineData("cuda", "libtorch-cuda-12.8-linux-x64", "libtorch-cpu-linux-x64")]
    public void One_property_selects_the_libtorch_package(string torch, string expected, string other)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in (string[])[
            "msbuild", Path.Combine(Oracles.RepositoryRoot, "src/TraceFast.Kernels/TraceFast.Kernels.csproj"), "-getItem:PackageReference",
            $"-p:Torch={torch}"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string?[] packages = [
            .. JsonDocument.Parse(json).RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
                .Select(p => p.GetProperty("Identity").GetString())];
        Assert.Contains("TorchSharp", packages);
        Assert.Contains(expected, packages);
        Assert.DoesNotContain(other, packages);
    }

    [Fact]
    public void There_is_one_OpenMP()
    {
        Compute(1);
        string[] libraries = [.. File.ReadLines("/proc/self/maps").Select(l => Path.GetFileName(l.Split(' ')[^1])).Distinct()];
        Assert.Contains(libraries, l => l.StartsWith("libtracefast_kernels", StringComparison.Ordinal));
        Assert.Equal(
            ["libgomp-98b21ff3.so.1"],
            libraries.Where(
                l => l.StartsWith("libgomp", StringComparison.Ordinal) || l.StartsWith("libiomp", StringComparison.Ordinal)
                    || l.StartsWith("libomp", StringComparison.Ordinal)));
    }

    /// <summary>No more threads than processors: libtorch's products may take fewer then, MKL's do on some machines.</summary>
    [Theory, InlineData(1), InlineData(2)]
    public void Products_and_kernels_run_on_as_many_threads_as_set(int threads)
    {
        Assert.SkipWhen(Environment.ProcessorCount < threads, $"{Environment.ProcessorCount} processor: no {threads} threads at once");
        int before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(threads);
            Compute(1); // starts them
            Dictionary<string, long> start = ThreadTicks();
            Compute(30);
            long[] spent = [.. ThreadTicks().Select(t => t.Value - start.GetValueOrDefault(t.Key))];
            Assert.Equal(threads, spent.Count(ticks => ticks * 6 > spent.Sum()));
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public void The_number_of_threads_is_kept_on_every_thread()
    {
        int before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(2);
            int elsewhere = 0;
            Thread other = new(() => elsewhere = torch.get_num_threads());
            other.Start();
            other.Join();
            Assert.Equal((2, 2), (torch.get_num_threads(), elsewhere));
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    /// <summary>In processes of their own: the first call of each matters. Without the call in Load, some 6 of 100 fail.</summary>
    [Fact]
    public void First_cosines_of_a_process_have_the_bits_of_later_ones()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "one processor: no two threads call at once");
        for (int i = 0; i < 15; i++)
            ProcessTests.RunAlone(typeof(RuntimeTests), nameof(First_cosines));
    }

    [Fact(Explicit = true)]
    public void First_cosines()
    {
        LibtorchRuntime.Load();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(512, 1024), angles = torch.arange(0, 1 << 16, torch.ScalarType.Float32) / 100;
        angles.narrow(0, 0, 0).cos(); // binds the function, and computes nothing
        for (int i = 0; i < 8; i++)
            x.matmul(x.t()); // the threads are there and wait
        Assert.Equal(angles.cos().bytes.ToArray(), angles.cos().bytes.ToArray());
    }

    [Fact]
    public void Threads_that_wait_give_way_to_a_busy_neighbor()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "one processor: nothing waits");
        int before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(Environment.ProcessorCount);
            Compute(10);
            double quiet = double.MaxValue, busy = double.MaxValue;
            for (int round = 0; round < 4; round++)
            {
                quiet = Math.Min(quiet, Seconds());
                using (new BusyNeighbors(1))
                    busy = Math.Min(busy, Seconds());
            }
            output.WriteLine(FormattableString.Invariant($"{quiet:0.000} s quiet, {busy:0.000} s beside a busy neighbor"));
            Assert.InRange(busy / quiet, 0, 2.5);
        }
        finally
        {
            torch.set_num_threads(before);
        }

        static double Seconds()
        {
            long start = Stopwatch.GetTimestamp();
            Compute(40);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    [Fact]
    public void Waits_are_short_only_while_others_want_the_processors()
    {
        Compute(1); // the kernels are loaded: the watch has begun
        using (new BusyNeighbors(Environment.ProcessorCount + 1))
            Assert.True(Becomes(true), "the policy did not see busy neighbors");
        Assert.True(Becomes(false), "the policy did not see that they are gone");
        Assert.DoesNotContain(
            "OpenMP idle", Directory.GetDirectories("/proc/self/task").Select(t => File.ReadAllText(Path.Combine(t, "comm")).Trim()));

        static bool Becomes(bool expected)
        {
            long start = Stopwatch.GetTimestamp();
            while (WaitPolicy.GivesWay != expected && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1))
            {
                if (expected)
                    Compute(1);
                else
                    Thread.Sleep(50);
            }
            return WaitPolicy.GivesWay == expected;
        }
    }

    // Many small parallel regions of libtorch and of our kernels, one after the other, as in a training step.
    private static void Compute(int times)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGrad = torch.no_grad();
        torch.Tensor x = torch.ones(512, 768), weight = torch.ones(768, 768), norm = torch.ones(768);
        for (int i = 0; i < times; i++)
        {
            using DisposeScope inner = torch.NewDisposeScope();
            torch.Tensor y = KernelSet.Cpu.RmsNorm.Forward(x.matmul(weight), norm, 1e-6, RmsNormStyle.Llama);
            KernelSet.Cpu.SwiGlu.Forward(y, y, GateActivation.Silu).add_(x);
        }
    }

    // Processor time of every thread but the compiler's, in clock ticks.
    private static Dictionary<string, long> ThreadTicks()
    {
        Dictionary<string, long> ticks = [];
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

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static string PackageFile(string package, string file)
    {
        using JsonDocument assets = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(Oracles.RepositoryRoot, "artifacts/obj/TraceFast.Kernels/project.assets.json")));
        string folder = assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        string path = assets.RootElement.GetProperty("libraries").EnumerateObject()
            .First(l => l.Name.StartsWith(package + "/", StringComparison.OrdinalIgnoreCase)).Value.GetProperty("path").GetString()!;
        return Path.Combine(folder, path, "runtimes/linux-x64/native", file);
    }

    /// <summary>Other programs that take a processor each.</summary>
    private sealed class BusyNeighbors(int count) : IDisposable
    {
        private readonly Process[] _processes = [
            .. Enumerable.Range(0, count).Select(_ => Process.Start("sh", ["-c", "while :; do :; done"]))];

        public void Dispose()
        {
            foreach (Process process in _processes)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }
}
