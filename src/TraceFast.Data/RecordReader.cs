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
public readonly record struct ReadOutcome(
    SourceLocation Origin, IReadOnlyList<TrainingRecord> Records, string? Error, bool Fatal = false);

/// <summary>Streams one data set: one record is in memory at a time, and a bad one does not stop it.</summary>
/// <param name="vocabularySize">Ready token ids from this on are errors; null: not known.</param>
public sealed class RecordReader(DataSource source, Stage stage, int? vocabularySize)
{
    /// <summary>Columns that would change what a record means were they passed over.</summary>
    private static readonly string[] s_unsupportedColumns = [
        "functions", "images", "image", "videos", "video", "audios", "audio", "kto_tag"];

    /// <summary>What stage grpo rewards answers by: it is looked up where answers are checked.</summary>
    private static readonly string[] s_constraintKeys = ["constraints", "constraints1", "constraints2", "unchecked"];

    private readonly HashSet<string> _unusedKeys = [];
    private readonly HashSet<string> _otherMessageKeys = [];

    private RecordLayout? _layout;

    /// <summary>The layout's name, once a record has been recognized.</summary>
    public string? Layout => _layout?.Name;

    /// <summary>Top-level keys that records have and the layout does not read, in order of appearance (the first 20).</summary>
    public IReadOnlyCollection<string> UnusedKeys => _unusedKeys;

    /// <summary>Keys of single messages that are neither role, content, mark nor thought, in order of appearance (the first 20).</summary>
    public IReadOnlyCollection<string> OtherMessageKeys => _otherMessageKeys;

    /// <param name="wanted">
    /// Called for each record, in order, with its size in bytes as JSON. One that it does not want is passed over, but for the first,
    /// which the layout is recognized by. Null: all are wanted.
    /// </param>
    /// <exception cref="InputException">A file cannot be read, or its layout is not one that the stage trains on.</exception>
    public IEnumerable<ReadOutcome> Read(Func<int, bool>? wanted = null)
    {
        foreach (string file in source.Files)
            foreach (RawRecord raw in RecordFile.Read(file))
            {
                SourceLocation origin = new(file, raw.Line, raw.Number);
                bool isWanted = wanted?.Invoke(raw.Bytes.Length) ?? true;
                yield return isWanted || _layout is null ? Decode(raw, origin) : new ReadOutcome(origin, [], null);
            }
    }

    private ReadOutcome Decode(RawRecord raw, SourceLocation origin)
    {
        if (raw.Error != null)
            return new(origin, [], raw.Error, raw.Fatal);
        try
        {
            JsonObject record = JsonObject.Parse(raw.Bytes);
            _layout ??= Recognize(record, origin.File);
            CheckColumns(record, _layout);
            TemplateVariables? variables = TemplateKeys.Read(record, _layout.ToolsKey, withDocuments: false);
            if (variables is not null && _layout.IsTokenIds)
                throw new RecordException(
                    $"'{(variables.Tools is null ? TemplateKeys.Keywords : _layout.ToolsKey)}' is not empty, but the prompt is ready token "
                        + "ids, for which no template is rendered");
            TrainingRecord read = _layout.Read(record, origin) with { Variables = variables };
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
            if (_unusedKeys.Count < SourceReport.MostKeys && !(stage == Stage.Grpo && s_constraintKeys.Contains(key)))
                _unusedKeys.Add(key);
        }
    }

    private void NoteMessageKeys(TrainingRecord record)
    {
        foreach (string json in record.Messages.Select(m => m.OtherKeys).OfType<string>())
            foreach (string key in JsonObject.Parse(Encoding.UTF8.GetBytes(json)).Keys)
                if (_otherMessageKeys.Count < SourceReport.MostKeys)
                    _otherMessageKeys.Add(key);
    }
}
