using System.Globalization;
using TraceFast.Data;
using TraceFast.Inference.Sessions;

namespace TraceFast.Cli;

/// <summary>Where and with how many threads an exported model runs, as options name it.</summary>
internal static class SessionChoice
{
    /// <exception cref="InputException">The device is none.</exception>
    public static SessionSettings Parse(string device, int threads)
    {
        SessionSettings settings = new() { Threads = threads > 0 ? threads : Environment.ProcessorCount };
        if (device == "cpu")
            return settings;
        if (device == "cuda")
            return settings with { Device = InferenceDevice.Cuda };
        return device.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(device.AsSpan("cuda:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? settings with { Device = InferenceDevice.Cuda, DeviceIndex = index }
            : throw new InputException($"--device: found '{device}', expected cpu, cuda or cuda:N");
    }
}
