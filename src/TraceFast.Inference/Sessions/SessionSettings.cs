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
}
