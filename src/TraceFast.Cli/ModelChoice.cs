using TraceFast.Data.Files;
using TraceFast.Data;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;

namespace TraceFast.Cli;

/// <summary>A model to decode with and how, as options name it.</summary>
internal sealed record ModelChoice
{
    public required string Model { get; init; }

    public string? Adapter { get; init; }

    /// <summary>Null: auto.</summary>
    public ExportPrecision? Precision { get; init; }

    /// <summary>Null: the model's own.</summary>
    public string? Template { get; init; }

    public required GenerationSettings Settings { get; init; }

    public required SessionSettings Session { get; init; }

    /// <summary>As the option names it.</summary>
    public required string Device { get; init; }

    public required DecodeOptions Options { get; init; }

    public bool Overwrite { get; init; }

    /// <summary>The folder of the exported model, exported now where it is not yet.</summary>
    /// <exception cref="Data.InputException">No such folder, or it cannot be exported.</exception>
    public string Exported(Action<string> log, CancellationToken interrupt) =>
        ExportCache.Resolve(Model, Adapter, Precision, log, interrupt: interrupt);

    /// <summary>What is read of it, for the check of outputs.</summary>
    public OutputCheck Inputs() => new OutputCheck(Overwrite).Reads("--model", ExportCache.Folders(Model, Adapter));

    /// <summary>The exported model, open.</summary>
    /// <exception cref="Data.InputException">A file is absent or damaged.</exception>
    public TextModel Open(string exported) => TextModel.Open(exported, Session, Template);
}
