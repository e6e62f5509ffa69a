using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>What a layout's records hold, whatever stage reads them.</summary>
internal enum RecordKind
{
    /// <summary>A conversation: for supervised fine-tuning.</summary>
    Conversation,

    /// <summary>One prompt with a chosen and a rejected response.</summary>
    Pair,

    /// <summary>Two prompts with a response each.</summary>
    Quad,
}

/// <summary>
/// One way in which users write records down. A layout decodes a JSON object into the record that it is; which stage may read
/// that is <see cref="StageRules"/>' business. It is told the columns and tags to look under when it is made.
/// </summary>
/// <param name="toolsKey">Where records keep their tools; null: under "tools".</param>
internal abstract class RecordLayout(string? toolsKey = null)
{
    /// <summary>How messages and notices call it.</summary>
    public abstract string Name { get; }

    public abstract RecordKind Kind { get; }

    /// <summary>The keys that it reads, required and optional ones.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>Where records keep the tools that they were written with.</summary>
    public string ToolsKey { get; } = toolsKey ?? TemplateKeys.Tools;

    /// <summary>Whether prompts are ready token ids, for which no template is rendered.</summary>
    public virtual bool IsTokenIds => false;

    /// <summary>
    /// Whether a record holds two answers to compare that this layout passes over, since its data set was not said to be a ranking.
    /// </summary>
    public virtual bool IsRanked(JsonObject record) => false;

    /// <exception cref="RecordException">The object is not such a record.</exception>
    public abstract TrainingRecord Read(JsonObject record, SourceLocation origin);
}
