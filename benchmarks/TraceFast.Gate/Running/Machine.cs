namespace TraceFast.Gate.Running;

/// <summary>What figures depend on, and must not change while they are taken.</summary>
/// <param name="Processors">That the gate may run on.</param>
/// <param name="Model">Of the processor.</param>
/// <param name="Features">Its flags, as a hash.</param>
public sealed record Machine(string Host, string Model, int Processors, string Features, string Kernel)
{
    public static Machine Here()
    {
        string[] facts = File.ReadAllLines("/proc/cpuinfo");
        string Fact(string name) => Array.Find(facts, f => f.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : "";
        return new Machine(
            Environment.MachineName, Fact("model name"), ChildProcess.Allowed().Count, HashBuilder.HexOf(Fact("flags"))[..12],
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
    }

    /// <summary>In what it differs from another; null: in nothing.</summary>
    public string? DifferenceFrom(Machine other) =>
        Processors != other.Processors ? $"{other.Processors} processors before, {Processors} now"
        : Model != other.Model || Features != other.Features ? $"'{other.Model}' before, '{Model}' now"
        : Kernel != other.Kernel ? $"kernel {other.Kernel} before, {Kernel} now"
        : Host != other.Host ? $"machine '{other.Host}' before, '{Host}' now" : null;

    public override string ToString() => $"{Processors} processors, {Model}, Linux {Kernel}";
}
