namespace TraceFast.Kernels.Profiling;

/// <summary>What an event is, as the trace's categories. Any other text is a category of its own.</summary>
public static class ProfilerCategory
{
    /// <summary>One optimizer step: the root of its events.</summary>
    public const string Step = "step";

    /// <summary>A part of a step that is made of other events: forward, a layer.</summary>
    public const string Structure = "structure";

    /// <summary>A backward pass: what is no part of it is the engine's own time and libtorch's own formulas.</summary>
    public const string Autograd = "autograd";

    /// <summary>A call of an operation, forward or backward.</summary>
    public const string Operation = "operation";

    /// <summary>Choosing and packing records, copies to and from the device.</summary>
    public const string Data = "data";

    /// <summary>Sums over sequences, the objective and its gradient.</summary>
    public const string Loss = "loss";

    /// <summary>Gradient norm, clipping, dropping gradients.</summary>
    public const string Optimizer = "optimizer";

    /// <summary>Exchanges with other ranks, and waiting for them.</summary>
    public const string Communication = "communication";

    /// <summary>Metrics, evaluations, checkpoints.</summary>
    public const string Run = "run";
}

/// <summary>Sizes of an operation's operands. They are put into words when a profile is written, not while it is measured.</summary>
/// <param name="Text">A composite format with a place for each size, for example <c>x [{0}, {1}]</c>; null: none are known.</param>
public readonly record struct OperandSizes(string? Text, long A, long B = 0, long C = 0, long D = 0, long E = 0)
{
    /// <summary>For example <c>x [512, 576]</c>; empty where nothing is known.</summary>
    public override string ToString() =>
        Text is null ? "" : string.Format(System.Globalization.CultureInfo.InvariantCulture, Text, A, B, C, D, E);
}

/// <summary>
/// One stretch of work. Times are nanoseconds from the start of the profile; -1 in <see cref="Parent"/>, <see cref="Layer"/> and
/// <see cref="Step"/>: none.
/// </summary>
public struct ProfilerEvent
{
    /// <summary>See <see cref="ProfilerCategory"/>.</summary>
    public string Category { get; internal set; }

    public string Name { get; internal set; }

    /// <summary>Who computed it (<see cref="KernelProvider.Name"/>); null outside the kernels.</summary>
    public string? Provider { get; internal set; }

    /// <summary>The event that it is a part of, by its place in the profile.</summary>
    public int Parent { get; internal set; }

    /// <summary>0-based layer of the model.</summary>
    public int Layer { get; internal set; }

    /// <summary>0-based optimizer step, by the caller's count.</summary>
    public int Step { get; internal set; }

    /// <summary>Managed thread that it ran on.</summary>
    public int Thread { get; internal set; }

    public long Start { get; internal set; }

    public long End { get; internal set; }

    /// <summary>On the device's stream, in the host's time; both 0 where no device was timed.</summary>
    public long DeviceStart { get; internal set; }

    /// <inheritdoc cref="DeviceStart"/>
    public long DeviceEnd { get; internal set; }

    /// <summary>Managed bytes that its thread allocated, parts included.</summary>
    public long AllocatedBytes { get; internal set; }

    /// <summary>Live tensor handles after it less those before it.</summary>
    public long Tensors { get; internal set; }

    /// <summary>What it must do at least; nothing where its operation has no formula.</summary>
    public Cost Cost { get; internal set; }

    public OperandSizes Sizes { get; internal set; }

    /// <summary>Nanoseconds on the device where it was timed, else on the host.</summary>
    public readonly long Duration => DeviceEnd > 0 ? DeviceEnd - DeviceStart : End - Start;

    internal string? BackwardName { get; set; }

    internal Cost BackwardCost { get; set; }

    internal nint StartMark { get; set; }

    internal nint EndMark { get; set; }
}

/// <summary>Memory in use at a moment.</summary>
/// <param name="At">Nanoseconds from the start of the profile.</param>
/// <param name="ResidentBytes">Of the process; 0 where the system does not report it.</param>
/// <param name="ManagedBytes">Of the garbage-collected heap.</param>
/// <param name="Tensors">Live tensor handles.</param>
public readonly record struct MemorySample(long At, long ResidentBytes, long ManagedBytes, long Tensors);

/// <summary>
/// Garbage collections between two looks at their number, with the pauses that they made. They are placed at the end of the event in which
/// they were found.
/// </summary>
/// <param name="Start">Nanoseconds from the start of the profile.</param>
/// <param name="Duration">All pauses, nanoseconds.</param>
/// <param name="Count">Collections.</param>
/// <param name="Generation">Of the last one.</param>
/// <param name="HeapBytes">After the last one.</param>
public readonly record struct CollectionPause(long Start, long Duration, int Count, int Generation, long HeapBytes);
