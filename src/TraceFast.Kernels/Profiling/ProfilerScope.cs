namespace TraceFast.Kernels.Profiling;

/// <summary>An open event; disposing of it ends it. The default value stands for a profiler that is off: nothing is done.</summary>
public readonly struct ProfilerScope : IDisposable, IEquatable<ProfilerScope>
{
    private readonly Profiler? _profiler;
    private readonly int _index;
    private readonly int _outer;

    internal ProfilerScope(Profiler profiler, int index, int outer) => (_profiler, _index, _outer) = (profiler, index, outer);

    /// <summary>Whether anything is recorded. Ask before working out what <see cref="Describe"/> is told.</summary>
    public bool IsOpen => _profiler is not null;

    /// <summary>Says what is computed in this event.</summary>
    /// <param name="cost">Its own work.</param>
    /// <param name="sizes">Its operands.</param>
    /// <param name="backward">The work of its backward pass, where it has one.</param>
    public void Describe(Cost cost, OperandSizes sizes, Cost backward = default) => _profiler?.Describe(_index, cost, sizes, backward);

    public void Dispose() => _profiler?.End(_index, _outer);

    public bool Equals(ProfilerScope other) => _profiler == other._profiler && _index == other._index;

    public override bool Equals(object? obj) => obj is ProfilerScope other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_profiler, _index);

    public static bool operator ==(ProfilerScope left, ProfilerScope right) => left.Equals(right);

    public static bool operator !=(ProfilerScope left, ProfilerScope right) => !left.Equals(right);
}

/// <summary>What a node of the autograd graph keeps of the call that made it.</summary>
internal sealed record BackwardCall(string Name, string? Provider, int Layer, Cost Cost, OperandSizes Sizes);
