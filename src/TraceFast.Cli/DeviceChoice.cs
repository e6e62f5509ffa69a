using TraceFast.Data;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Cli;

/// <summary>The device that an option names.</summary>
internal static class DeviceChoice
{
    /// <exception cref="InputException">It is no device, or this libtorch has none of its kind.</exception>
    public static torch.Device Parse(string name)
    {
        LibtorchRuntime.Load();
        if (name == "cpu")
            return torch.CPU;
        if (name != "cuda"
            && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name["cuda:".Length..], out int index) && index >= 0))
            throw new InputException($"device '{name}' is not known; expected cpu, cuda or cuda:N");
        if (!torch.cuda.is_available())
            throw new InputException($"device '{name}' is asked for, but this libtorch sees no CUDA device; use cpu");
        return torch.device(name);
    }
}
