using System.Text;
using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Data.Layouts;

namespace TraceFast.Data;

/// <summary>What became of one record of a file.</summary>
/// <param name="Origin">Where it is.</param>
/// <param name="Records">What the stage trains on: one record, two where sft reads a quad, none when it is bad.</param>
/// <param name="Error">Null, or why it cannot be used.</param>
/// <param name="Fatal">The file cannot be read beyond it.</param>
internal readonly record struct ReadOutcome(SourceLocation Origin, TrainingRecord[] Records, string? Error, bool Fatal = false);

/// <summary>Streams one data set: one record is in memory at a time, and a bad one does not stop it.</summary>
internal sealed class RecordReader(DataSource source, Stage stage, int? vocabularySize)
{
    /// <summary>Columns that would change what a record means were they passed over.</summary>
    private static readonly string[] s_unsupportedColumns = [
        "functions", "images", "image", "videos", "video", "audios", "audio", "kto_tag"];

    private const int MaxUnusedKeys = 20;

    private readonly HashSet<string> _unusedKeys = [];
    private readonly HashSet<string> _otherMessageKeys = [];

    /// <summary>The layout, once a record has been recognized.</summary>
    public RecordLayout? Layout { get; private set; }

    /// <summary>Top-level keys that records have and the layout does not read, in order of appearance (the first 20).</summary>
    public IReadOnlyCollection<string> UnusedKeys => _unusedKeys;

    /// <summary>Keys of single messages that are neither role, content, mark nor thought, in order of appearance (the first 20).</summary>
    public IReadOnlyCollection<string> OtherMessageKeys => _otherMessageKeys;

    /// <exception cref="InputException">A file cannot be read, or its layout is not one that the stage trains on.</exception>
    public IEnumerable<ReadOutcome> Read()
    {
        foreach (string file in source.Files)
            foreach (RawRecord raw in RecordFile.Read(file))
                yield return Decode(raw, new SourceLocation(file, raw.Line, raw.Number));
    }

    private ReadOutcome Decode(RawRecord raw, SourceLocation origin)
    {
        if (raw.Error != null)
            return new(origin, [], raw.Error, raw.Fatal);
        try
        {
            JsonObject record = JsonObject.Parse(raw.Bytes);
            Layout ??= Recognize(record, origin.File);
            CheckColumns(record, Layout);
            TemplateVariables? variables = TemplateKeys.Read(record, Layout.ToolsKey, withDocuments: false);
            if (variables is not null && Layout.IsTokenIds)
                throw new RecordException(
                    $"'{(variables.Tools is null ? TemplateKeys.Keywords : Layout.ToolsKey)}' is not empty, but the prompt is ready token "
                        + "ids, for which no template is rendered");
            TrainingRecord read = Layout.Read(record, origin) with { Variables = variables };
            NoteMessageKeys(read);
            TokenIdRange.Check(read, vocabularySize);
            return new(origin, StageRules.Adapt(stage, read), null);
        }
        catch (JsonException e)
        {
            return new(origin, [], JsonRecordFile.Describe(e, raw.Bytes.Span));
        }
        catch (RecordException e)
        {
            return new(origin, [], e.Message);
        }
    }

    private RecordLayout Recognize(JsonObject first, string file)
    {
        RecordLayout layout = source.LayoutOf(first, stage)
            ?? throw new RecordException($"no known layout has these keys: {first.DescribeKeys()}; known: {LayoutRecognition.Known}");
        StageRules.Require(stage, layout, first, file);
        return layout;
    }

    private void CheckColumns(JsonObject record, RecordLayout layout)
    {
        foreach ((string key, JsonValue value) in record.Fields)
        {
            if (layout.Keys.Contains(key) || key == layout.ToolsKey || key == TemplateKeys.Keywords)
                continue;
            if (s_unsupportedColumns.Contains(key) && value.SaysSomething)
                throw new RecordException($"'{key}' is not empty, and not supported: records are text without tools or media");
            if (key == "label" && layout.Kind == RecordKind.Conversation && value.Kind is JsonTokenType.True or JsonTokenType.False)
                throw new RecordException(
                    "'label' marks the response as desirable or not (KTO), for which there is no "
                        + "data layout; pair the responses as chosen and rejected");
            if (_unusedKeys.Count < MaxUnusedKeys)
                _unusedKeys.Add(key);
        }
    }

    private void NoteMessageKeys(TrainingRecord record)
    {
        foreach (string json in record.Messages.Select(m => m.OtherKeys).OfType<string>())
            foreach (string key in JsonObject.Parse(Encoding.UTF8.GetBytes(json)).Keys)
                if (_otherMessageKeys.Count < MaxUnusedKeys)
                    _otherMessageKeys.Add(key);
    }
}
