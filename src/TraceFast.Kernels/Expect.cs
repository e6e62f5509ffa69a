namespace TraceFast.Kernels;

/// <summary>
/// Checks of arguments that every provider of an operation shares. Each failure is a <see cref="KernelArgumentException"/>.
/// </summary>
internal readonly struct Expect(string operation)
{
    private const long Any = -1;

    /// <summary>The tensor is floating point and its shape is <paramref name="sizes"/>, where -1 admits any size.</summary>
    public void Floating(torch.Tensor tensor, string argument, params ReadOnlySpan<long> sizes)
    {
        Shape(tensor, argument, sizes);
        if (!Precision.IsFloating(tensor.dtype))
            throw new KernelArgumentException(operation, argument, $"{tensor.dtype}", "Float64, Float32, BFloat16 or Float16");
    }

    public void Shape(torch.Tensor tensor, string argument, params ReadOnlySpan<long> sizes)
    {
        if (tensor is null)
            throw new KernelArgumentException(operation, argument, "null", $"a tensor {Show(sizes)}");
        long[] found = tensor.shape;
        bool same = found.Length == sizes.Length;
        for (int i = 0; same && i < sizes.Length; i++)
            same = sizes[i] == Any || sizes[i] == found[i];
        if (!same)
            throw new KernelArgumentException(operation, argument, Show(found), Show(sizes));
    }

    public void Dtype(torch.Tensor tensor, string argument, params ReadOnlySpan<torch.ScalarType> allowed)
    {
        if (!allowed.Contains(tensor.dtype))
            throw new KernelArgumentException(operation, argument, $"{tensor.dtype}", string.Join(" or ", allowed.ToArray().Distinct()));
    }

    public void SameDevice(torch.Tensor tensor, string argument, torch.Tensor as_)
    {
        if (tensor.device_type != as_.device_type || tensor.device_index != as_.device_index)
            throw new KernelArgumentException(operation, argument, $"on {tensor.device}", $"on {as_.device}, where the first argument is");
    }

    public void That(bool holds, string argument, object? found, string expected)
    {
        if (!holds)
            throw new KernelArgumentException(operation, argument, FormattableString.Invariant($"{found}"), expected);
    }

    public void Finite(double value, string argument) => That(double.IsFinite(value), argument, value, "a finite number");

    public void FiniteNotNegative(double value, string argument) =>
        That(double.IsFinite(value) && value >= 0, argument, value, "a finite number of at least 0");

    public void FinitePositiveOrNull(double? value, string argument) =>
        That(value is null || (value > 0 && double.IsFinite(value.Value)), argument, value, "null or a finite number above 0");

    /// <summary>What a provider of one device takes: a tensor there, of a dtype that its kernels have.</summary>
    public void On(DeviceType device, torch.Tensor tensor, string argument)
    {
        That(tensor.device_type == device, argument, $"on {tensor.device}", $"on {device} (KernelSet.Reference takes every device)");
        Dtype(tensor, argument, torch.ScalarType.Float64, torch.ScalarType.Float32, torch.ScalarType.BFloat16);
    }

    private static string Show(ReadOnlySpan<long> sizes)
    {
        string[] parts = new string[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
            parts[i] = sizes[i] == Any ? "*" : sizes[i].ToString(System.Globalization.CultureInfo.InvariantCulture);
        return $"[{string.Join(", ", parts)}]";
    }
}
