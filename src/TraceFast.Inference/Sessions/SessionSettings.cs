namespace TraceFast.Inference.Sessions;

/// <summary>Where an exported model runs.</summary>
public enum InferenceDevice
{
    Cpu,
    Cuda,
}

/// <summary>How a session is opened.</summary>
public sealed record SessionSettings
{
    public InferenceDevice Device { get; init; }

    /// <summary>Number of the CUDA device.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Threads of one operator; null: one for each core.</summary>
    public int? Threads { get; init; }

    /// <summary>Whether idle threads spin between operators: faster alone on a machine, a burden to others on a shared one.</summary>
    public bool Spinning { get; init; } = true;

    /// <summary>The settings for a device as options name it: cpu, cuda or cuda:N.</summary>
    /// <param name="threads">0: one for each processor.</param>
    /// <exception cref="OnnxModelException">It is none of these.</exception>
    public static SessionSettings OnDevice(string device, int threads = 0)
    {
        const string numbered = "cuda:";
        int index = 0;
        if (device is not ("cpu" or "cuda")
            && !(device.StartsWith(numbered, StringComparison.Ordinal)
                && int.TryParse(device.AsSpan(numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out index)))
            throw new OnnxModelException($"device '{device}'", "is not known; expected cpu, cuda or cuda:N");
        return new SessionSettings
        {
            Device = device == "cpu" ? InferenceDevice.Cpu : InferenceDevice.Cuda,
            DeviceIndex = index,
            Threads = threads > 0 ? threads : Environment.ProcessorCount,
        };
    }
}
