using TraceFast.Inference.Decoding;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;
using TraceFast.Kernels.Libtorch;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>A model to decode with, and its settings.</summary>
internal sealed record ModelChoice
{
    public required string Model { get; init; }

    public string? Adapter { get; init; }

    /// <summary>Null: auto.</summary>
    public ExportPrecision? Precision { get; init; }

    /// <summary>Null: the model's own.</summary>
    public string? Template { get; init; }

    /// <summary>Of conversations; null: those of a format that nothing was said about.</summary>
    public ChatSettings? Chat { get; init; }

    public required GenerationSettings Settings { get; init; }

    public required SessionSettings Session { get; init; }

    /// <summary>As the option names it.</summary>
    public required string Device { get; init; }

    public required DecodeOptions Options { get; init; }

    public bool Overwrite { get; init; }

    /// <summary>The folder of the exported model; exports it if needed.</summary>
    /// <exception cref="InputException">No such folder, or it cannot be exported.</exception>
    /// <param name="ranks">Rank 0 exports, and all open what it has exported.</param>
    /// <param name="cache">Where it is exported to; null: the user's cache.</param>
    public string Exported(Communicator ranks, Action<string> log, CancellationToken interrupt, string? cache = null) =>
        ranks.OfRank0(() => ExportCache.Resolve(Model, Adapter, Precision, log, cache, interrupt));

    /// <summary>Its files, for the check of outputs.</summary>
    public OutputCheck Inputs() => new OutputCheck(Overwrite).Reads("--model", ExportCache.Folders(Model, Adapter));

    /// <summary>The exported model, open.</summary>
    /// <exception cref="InputException">A file is absent or damaged.</exception>
    public TextModel Open(string exported) => TextModel.Open(exported, Session, Template, Chat);
}

/// <summary>The small model that is part of the repository.</summary>
internal static class DemoModel
{
    /// <summary>Of the repository: the launcher names it.</summary>
    public static string Root => Environment.GetEnvironmentVariable("TRACEFAST_ROOT") ?? Directory.GetCurrentDirectory();

    public static string Folder => Path.Combine(Root, "models", "demo");
}

/// <summary>The precision of an export that an option names.</summary>
internal static class PrecisionChoice
{
    /// <summary>Those that an export can have.</summary>
    public static string[] Exports { get; } = [.. Enum.GetNames<ExportPrecision>().Select(n => n.ToLowerInvariant())];

    /// <summary>Those and auto.</summary>
    public static string[] Names { get; } = ["auto", .. Exports];

    /// <summary>Null: auto.</summary>
    public static ExportPrecision? Parse(string name) => name == "auto" ? null : Enum.Parse<ExportPrecision>(name, ignoreCase: true);
}

/// <summary>The device that an option names.</summary>
internal static class DeviceChoice
{
    /// <exception cref="InputException">Not a device, or this libtorch does not have it.</exception>
    public static torch.Device Parse(string name)
    {
        LibtorchRuntime.Load();
        if (name == "cpu")
            return torch.CPU;
        if (name != "cuda"
            && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name["cuda:".Length..], out int index) && index >= 0))
            throw new InputException($"device '{name}' is not known; expected cpu, cuda or cuda:N");
        if (!torch.cuda.is_available())
            throw new InputException($"device '{name}' was given, but this libtorch sees no CUDA device; use cpu");
        return torch.device(name);
    }
}

/// <summary>The compute dtype that an option names. "auto" is float32: scores are compared, so nothing is rounded by default.</summary>
internal static class DtypeChoice
{
    public static readonly string[] Names = ["auto", "float32", "float64", "bfloat16"];

    public static torch.ScalarType Parse(string name) => name switch
    {
        "float64" => torch.ScalarType.Float64,
        "bfloat16" => torch.ScalarType.BFloat16,
        _ => torch.ScalarType.Float32,
    };
}
