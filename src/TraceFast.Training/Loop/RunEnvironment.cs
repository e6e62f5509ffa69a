using System.Reflection;
using System.Runtime.InteropServices;
using TraceFast.Models;
using TraceFast.Training.Configuration;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>What the bits of a run depend on besides its configuration and data: processor, threads, versions.</summary>
internal static class RunEnvironment
{
    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>This program's version.</summary>
    public static string Version { get; } =
        typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? typeof(RunEnvironment).Assembly.GetName().Version!.ToString();

    /// <summary>The processor's name, for example "AMD EPYC 9R14"; the architecture where the system does not report it.</summary>
    public static string Processor { get; } = Field("model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Whether the processor multiplies bf16 numbers itself (AVX512_BF16 or AMX_BF16).</summary>
    public static bool HasBf16Arithmetic { get; } =
        (Field("flags") ?? "").Split(' ').Any(flag => flag is "avx512_bf16" or "amx_bf16");

    /// <summary>Name of the compute dtype fact.</summary>
    public const string ComputeDtype = "compute dtype";

    /// <summary>The facts that a checkpoint and the reference cache record.</summary>
    public static SortedDictionary<string, string> Describe(DecoderOptions options) => new(StringComparer.Ordinal)
    {
        [ComputeDtype] = ComputeDtypeChoice.NameOf(options.ComputeDtype),
        ["device"] = options.Device.ToString(),
        ["kernels"] = options.Kernels.Describe(),
        ["libtorch"] = torch.__version__,
        ["processor"] = Processor,
        ["threads"] = torch.get_num_threads().ToString(CultureInfo.InvariantCulture),
        ["version"] = Version,
    };

    private static string? Field(string name) => !File.Exists(ProcessorFile)
        ? null
        : File.ReadLines(ProcessorFile)
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
            .FirstOrDefault();
}

/// <summary>
/// What must be the same for a run to be resumed: the values of the configuration keys that its numbers depend on, and hashes of the
/// content of paths.
/// </summary>
internal static class ConfigFingerprint
{
    /// <param name="ranks">Micro-batches of a step are counted over all ranks, so that another number of them may resume.</param>
    public static SortedDictionary<string, string> Of(RunConfiguration configuration, LoadedRun run, string? referenceContent, int ranks)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SortedDictionary<string, string> fingerprint = new(StringComparer.Ordinal)
        {
            ["content of the model"] = run.Model.Decoder.ContentHash,
            ["content of the starting adapter"] = run.Model.Adapter?.ContentHash ?? "none",
            ["content of the training records"] = ContentHash.Of(run.Data.Train),
            ["content of the evaluation records"] = ContentHash.Of(run.Data.Evaluation),
            ["compute dtype"] = ComputeDtypeChoice.NameOf(run.Model.Decoder.Options.ComputeDtype),
            ["reference log-probs"] = referenceContent ?? "none",
            ["gradient_accumulation_steps"] =
                (configuration.GradientAccumulationSteps * ranks).ToString(CultureInfo.InvariantCulture),
        };
        if (run.Rollouts is { } rollouts)
            fingerprint["content of the rewards"] = rollouts.ContentHash;
        foreach ((string name, string value) in configuration.ValuesOf(key => key.Declared.Compared))
            fingerprint[name] = value;
        return fingerprint;
    }
}
