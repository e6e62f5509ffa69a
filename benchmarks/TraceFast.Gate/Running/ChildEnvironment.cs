using System.Collections;

namespace TraceFast.Gate.Running;

/// <summary>The environment of a measured process. It lies above the stack, so that its size moves all that lies there.</summary>
public static class ChildEnvironment
{
    private const string Padding = "GATE_PADDING";

    /// <summary>This process's own.</summary>
    public static Dictionary<string, string> Inherited() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);

    /// <param name="own">Of the command; goes before what is inherited.</param>
    /// <param name="padding">Bytes of a variable that nobody reads.</param>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyDictionary<string, string> own, int padding)
    {
        Dictionary<string, string> environment = Inherited();
        foreach ((string name, string value) in own)
            environment[name] = value;
        environment[Padding] = new string('x', padding);
        return environment;
    }
}
