using TraceFast.Cuda;

namespace TraceFast.Benchmarks.Gpu;

/// <summary>One row of the case table.</summary>
/// <param name="Operation">As the product names it.</param>
/// <param name="Shape">What is special about it.</param>
/// <param name="Run">Launches, and compares with float64 loops.</param>
internal sealed record KernelCase(string Operation, Element Element, string Shape, Action<KernelCheck> Run);

/// <summary>The run of one case: its arrays, its launches, and the largest error of its results as a share of what is allowed.</summary>
internal sealed class KernelCheck(GpuDevice device, int seed) : IDisposable
{
    private readonly List<DeviceArray> _arrays = [];
    private readonly Random _random = new(seed);

    /// <summary>1 is at the limit; infinite where a result is not a number.</summary>
    public double WorstShare { get; private set; }

    /// <summary>Which result was worst.</summary>
    public string Worst { get; private set; } = "";

    /// <summary>Normal numbers, rounded to the dtype.</summary>
    public DeviceArray Normal(Element element, long count, double scale = 1)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = scale * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return Array(element, values);
    }

    /// <summary>Whole numbers below a limit.</summary>
    public DeviceArray Whole(Element element, long count, int limit) =>
        Array(element, [.. Enumerable.Range(0, (int)count).Select(_ => (double)_random.Next(limit))]);

    /// <summary>An array for results: filled with 7, so that what a kernel leaves out is seen.</summary>
    public DeviceArray Empty(Element element, long count)
    {
        double[] values = new double[count];
        System.Array.Fill(values, 7);
        return Array(element, values);
    }

    public DeviceArray Array(Element element, double[] values)
    {
        DeviceArray array = new(device, element, values);
        _arrays.Add(array);
        return array;
    }

    /// <summary>A group for each row.</summary>
    public void LaunchRows(string kernel, int rows, int threads, params ReadOnlySpan<LaunchArgument> arguments) =>
        device.Launch(kernel, new LaunchShape(rows, 1, threads), arguments);

    public void Launch(string kernel, int gridX, int gridY, int threads, params ReadOnlySpan<LaunchArgument> arguments) =>
        device.Launch(kernel, new LaunchShape(gridX, gridY, threads), arguments);

    /// <summary>
    /// Compares; an error counts relative to the number, to the array's root mean square or to <paramref name="size"/>, the largest of
    /// them.
    /// </summary>
    /// <param name="name">Of the result.</param>
    /// <param name="result">On the device.</param>
    /// <param name="expected">By float64 loops.</param>
    /// <param name="size">Of terms that may cancel each other.</param>
    /// <param name="tolerance">Instead of the dtype's.</param>
    public void Close(string name, DeviceArray result, ReadOnlySpan<double> expected, double size = 0, double? tolerance = null)
    {
        double[] got = result.Read();
        if (got.Length != expected.Length)
            throw new ArgumentException($"{name}: {got.Length} results, {expected.Length} expected", nameof(expected));
        double squares = 0;
        foreach (double value in expected)
            squares += value * value;
        size = Math.Max(size, Math.Sqrt(squares / Math.Max(1, expected.Length)));
        for (int i = 0; i < got.Length; i++)
        {
            double error = Math.Abs(got[i] - expected[i]);
            double allowed = (tolerance ?? result.Element.Tolerance()) * Math.Max(Math.Abs(expected[i]), size);
            double share = error == 0 ? 0 : error / allowed;
            if (double.IsNaN(share))
                share = double.PositiveInfinity;
            if (share > WorstShare)
                (WorstShare, Worst) = (share, FormattableString.Invariant($"{name}[{i}] is {got[i]:g9}, expected {expected[i]:g9}"));
        }
    }

    public void Dispose() => _arrays.ForEach(a => a.Dispose());
}

/// <summary>An array in the device's memory.</summary>
internal sealed class DeviceArray : IDisposable
{
    private readonly GpuDevice _device;

    public DeviceArray(GpuDevice device, Element element, ReadOnlySpan<double> values)
    {
        (_device, Element, Count) = (device, element, values.Length);
        byte[] bytes = element.Encode(values);
        Values = element.Decode(bytes);
        Address = device.Allocate(bytes.Length);
        device.Write(Address, bytes);
    }

    public Element Element { get; }

    public int Count { get; }

    public nint Address { get; }

    /// <summary>As they were given, rounded to the dtype.</summary>
    public double[] Values { get; }

    public static implicit operator LaunchArgument(DeviceArray array) => array.ToLaunchArgument();

    public LaunchArgument ToLaunchArgument() => LaunchArgument.View(Address, Count);

    /// <summary>As they are on the device.</summary>
    public double[] Read() => Element.Decode(_device.Read(Address, (long)Count * Element.Size()));

    public void Dispose() => _device.Free(Address);
}
