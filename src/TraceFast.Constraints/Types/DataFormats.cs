using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using CsvHelper;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Data.Json;

namespace TraceFast.Constraints.Types;

/// <summary>
/// The whole answer is data: that and nothing else, apart from one code fence around it. Such a type owns the prose of the answer: it
/// goes with nothing that is about the look of text or about a part of it.
/// </summary>
internal static class DataFormat
{
    public const Aspects Owns = Aspects.Prose;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 512 };

    /// <summary>The most values that the writer makes.</summary>
    internal const int MaxValues = 30;

    private static readonly JsonWriterOptions s_indented =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_flat = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value to write: what fits its key where the writer knows such texts, most of the time, else a sentence.</summary>
    internal static Sentence ValueOf(Draft draft, string key) =>
        draft.Source.Knows(key, draft.Language) && draft.Random.Chance(0.7) ? new(draft.Language) { Cell = key, IsPunctuated = false }
            : new(draft.Language);

    internal static string WriteJson(bool isIndented, Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, isIndented ? s_indented : s_flat))
            write(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>
    /// The answer as data: all of it without spaces around, or what is within one code fence around all of it. A word before or after the
    /// data is not data; a fence is only how a chat shows it.
    /// </summary>
    public static ReadOnlySpan<char> PayloadOf(Response response)
    {
        ReadOnlySpan<char> text = response.Text.AsSpan().Trim();
        if (text is not ['`' or '~', ..] || response.Markdown.CodeBlocks is not [{ IsClosed: true } only]
            || only.Span.Length != text.Length)
            return text;
        return response.Span(only.Code).Trim();
    }

    /// <summary>
    /// The answer as strict JSON (RFC 8259): no comments, no trailing commas, no key twice in an object, nested at most 512 deep; null with
    /// the reason where it is not. The caller disposes it.
    /// </summary>
    public static JsonDocument? ParseJson(Response response, char opening, out string error)
    {
        error = "";
        ReadOnlySpan<char> text = PayloadOf(response);
        char closing = opening == '{' ? '}' : ']';
        if (text.Length < 2 || text[0] != opening || text[^1] != closing)
        {
            error = $"the whole answer is not {(opening == '{' ? "a JSON object" : "a JSON array")}: it does not start with {opening} and "
                + $"end with {closing}";
            return null;
        }

        byte[] utf8 = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = Encoding.UTF8.GetBytes(text, utf8);
        try
        {
            return JsonDocument.Parse(utf8.AsMemory(0, length), s_strict);
        }
        catch (JsonException exception)
        {
            error = $"the answer is not valid JSON: {JsonErrors.Describe(exception)}";
            return null;
        }
    }
}

/// <summary>The answer is one JSON object or array, whatever is in it. It conflicts with CSV, whose header row is not JSON.</summary>
public sealed record Json() : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("json", Category.OutputFormat, typeof(Json), _ => new Json()) { Owns = DataFormat.Owns, Marks = ",\"" };

    public override Verdict Check(Response response)
    {
        using JsonDocument? document =
            DataFormat.ParseJson(response, DataFormat.PayloadOf(response) is ['{', ..] ? '{' : '[', out string error);
        return Verdict.Of(document is not null, document is null ? error : "the answer is valid JSON");
    }

    public override bool Apply(Draft draft) =>
        JsonObject.Apply(draft, draft.Language == Language.Chinese ? ["主题", "说明", "例子", "细节"]
        : ["topic", "description", "example", "detail"]);

    public override Constraint SampleConflicting(SamplingContext context) => Csv.Definition.Sample(context);
}

/// <summary>
/// The answer is one JSON object with these keys at its top, in any order; others may be there too. It conflicts with a JSON array.
/// </summary>
public sealed record JsonObject(TextList Keys) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("json_object", Category.OutputFormat, typeof(JsonObject), context => new JsonObject(context.SampleSeveral("keys", 2, 5)))
    { Owns = DataFormat.Owns, Marks = ",\":" };

    public override Verdict Check(Response response)
    {
        using JsonDocument? document = DataFormat.ParseJson(response, '{', out string error);
        if (document is null)
            return new(Outcome.Violated, error);
        foreach (string key in Keys)
        {
            if (!document.RootElement.TryGetProperty(key, out _))
                return new(Outcome.Violated, $"the JSON object has no key \"{key}\"");
        }

        return new(Outcome.Obeyed, "the answer is a JSON object with the keys asked for");
    }

    public override bool Apply(Draft draft) => Apply(draft, [.. Keys.Distinct(StringComparer.Ordinal)]);

    /// <summary>An object with these keys, and more where words need a place.</summary>
    internal static bool Apply(Draft draft, IReadOnlyList<string> keys)
    {
        List<string> all = [.. keys];
        bool isIndented = draft.Random.Chance(0.6);
        return draft.TakeData(keys.Select(k => DataFormat.ValueOf(draft, k)), More, sentences => DataFormat.WriteJson(isIndented, json =>
        {
            json.WriteStartObject();
            for (int n = 0; n < sentences.Count; n++)
                json.WriteString(all[n], sentences[n].Text);
            json.WriteEndObject();
        }));

        Sentence More()
        {
            string key = draft.Language == Language.Chinese ? "补充" : "more";
            while (all.Contains(key))
                key += "_";
            all.Add(key);
            return DataFormat.ValueOf(draft, key);
        }
    }

    public override Constraint SampleConflicting(SamplingContext context) => JsonArray.Definition.Sample(context);
}

/// <summary>The answer is one JSON array with that many elements.</summary>
public sealed record JsonArray(CountRange Range) : Constraint(Scope.Whole)
{
    private const int Low = 2, High = 8;

    public static readonly ConstraintType Definition =
        new("json_array", Category.OutputFormat, typeof(JsonArray), context => new JsonArray(CountRange.Sample(context.Random, Low, High)))
    { Owns = DataFormat.Owns, Marks = ",\"" };

    public override Verdict Check(Response response)
    {
        using JsonDocument? document = DataFormat.ParseJson(response, '[', out string error);
        if (document is null)
            return new(Outcome.Violated, error);
        int elements = document.RootElement.GetArrayLength();
        return Verdict.Of(Range.Contains(elements), $"the JSON array has {elements} elements; asked for {Range}");
    }

    public override bool Apply(Draft draft)
    {
        int count = Range.SampleCount(draft.Random, 2, 5);
        bool isIndented = draft.Random.Chance(0.6);
        return count <= DataFormat.MaxValues
            && draft.TakeData(Enumerable.Range(0, count)
            .Select(_ => DataFormat.ValueOf(draft, "")), More, sentences => DataFormat.WriteJson(isIndented, json =>
        {
            json.WriteStartArray();
            foreach (Sentence sentence in sentences)
                json.WriteStringValue(sentence.Text);
            json.WriteEndArray();
        }));

        Sentence? More() => Range.Contains(++count) ? DataFormat.ValueOf(draft, "") : null;
    }

    public override Constraint SampleConflicting(SamplingContext context) => new JsonArray(Range.SampleDisjoint(context.Random, Low, High));

    protected override string? Validate() => Range.Error();
}

/// <summary>
/// The answer is comma-separated values as RFC 4180 has them: first a row with exactly these columns, then at least one record, every row
/// with as many fields. Spaces belong to fields.
/// </summary>
public sealed record Csv(TextList Columns) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("csv", Category.OutputFormat, typeof(Csv), Sample) { Owns = DataFormat.Owns, Marks = ",\"" };

    private static readonly CsvReaderOptions s_rfc4180 = new()
    {
        Separator = ',',
        HasHeader = false,
        SkipEmptyLines = false,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    public override Verdict Check(Response response)
    {
        ReadOnlySpan<char> text = DataFormat.PayloadOf(response);
        if (!text.StartsWith(Columns[0]) && text is not ['"', ..])
            return new(Outcome.Violated,
                $"the answer is not CSV with the columns {string.Join(", ", Columns)}: it does not start with them");
        using CsvReader reader = CsvReader.FromText(text.ToString(), s_rfc4180);
        try
        {
            string[] header = reader.Read() ? [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)] : [];
            if (!header.SequenceEqual(Columns))
                return new(Outcome.Violated, $"the header row is {string.Join(", ", header)}; asked for {string.Join(", ", Columns)}");
            int records = 0;
            while (reader.Read())
            {
                records++;
                if (reader.FieldCount != Columns.Count)
                    return new(Outcome.Violated, $"record {records} has {reader.FieldCount} fields; the header has {Columns.Count}");
            }

            return Verdict.Of(records > 0, records > 0 ? $"the answer is CSV with {records} records and the columns asked for"
                : "no record follows the header row");
        }
        catch (CsvFormatException error)
        {
            return new(Outcome.Violated,
                $"the answer is not CSV as RFC 4180 has it: row {error.RecordNumber}: {error.Message.Split('\n')[0].TrimEnd()}");
        }
    }

    public override bool Apply(Draft draft)
    {
        List<string> used = [];
        Dictionary<Sentence, string> cells = []; // of the columns before the last
        int rows = draft.Random.Between(2, 5);
        return draft.TakeData(Enumerable.Range(0, rows)
            .Select(_ => Last()), Last, sentences =>
            string.Join('\n', sentences.Select(Row).Prepend(string.Join(',', Columns.Select(Quoted)))));

        // what words are asked for is in the last column
        Sentence Last() => new(draft.Language) { Cell = Columns[^1], IsPunctuated = false };
        string Row(Sentence last)
        {
            if (!cells.TryGetValue(last, out string? before))
                cells.Add(last, before = string.Concat(Columns.SkipLast(1)
                    .Select(c => Quoted(draft.Source.Cell(c, draft.Language, used)) + ",")));
            return before + Quoted(last.Text);
        }
    }

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\n\r") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    /// <summary>Other columns; another order alone would be a trifle to readers.</summary>
    public override Constraint SampleConflicting(SamplingContext context)
    {
        HashSet<string> columns = [.. Columns];
        while (true)
        {
            Csv other = Sample(context);
            if (!columns.SetEquals(other.Columns))
                return other;
        }
    }

    private static Csv Sample(SamplingContext context) => new(context.SampleSeveral("columns", 2, 4));
}

/// <summary>
/// The whole answer (or what one code fence holds) is between &lt;tag&gt; and &lt;/tag&gt;, which occurs once. The text within is free: it
/// need not be escaped as XML has it.
/// </summary>
public sealed record XmlElement(string Tag) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("xml_element", Category.OutputFormat, typeof(XmlElement),
        context => new XmlElement(context.Random.Pick(WordLists.Of(Language.English, "tags"))))
    { Owns = Aspects.Edges, Needs = Aspects.Prose | Aspects.LineForm | Aspects.SentenceEnds | Aspects.Dividers, Marks = "<>" };

    public override Verdict Check(Response response)
    {
        string closing = $"</{Tag}>";
        ReadOnlySpan<char> text = DataFormat.PayloadOf(response);
        if (text.Length < Tag.Length + 2 || text[0] != '<' || !text[1..].StartsWith(Tag)
            || !(text[Tag.Length + 1] == '>' || char.IsWhiteSpace(text[Tag.Length + 1])))
            return new(Outcome.Violated, $"the answer does not start with <{Tag}>");
        int close = text.IndexOf(closing);
        if (close < 0 || !text.EndsWith(closing))
            return new(Outcome.Violated, $"the answer does not end with {closing}");
        if (close != text.Length - closing.Length)
            return new(Outcome.Violated, $"{closing} is before the end of the answer");
        int opened = text.IndexOf('>');
        return Verdict.Of(opened < close && !text[(opened + 1)..close].IsWhiteSpace(), opened < close ? $"the answer is within <{Tag}>"
            : $"<{Tag} is not closed by >");
    }

    public override bool Apply(Draft draft) =>
        draft.Wrap($"<{Tag}>\n", $"\n</{Tag}>") && draft.LeaveUncounted(Unit.Sentences, Unit.Lines, Unit.Paragraphs);

    /// <summary>Another tag.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new XmlElement(context.SampleOther(WordLists.Of(Language.English, "tags"), t => t != Tag));

    protected override string? Validate() => XmlReader.IsName(Tag) ? null : $"\"{Tag}\" is not a name that an XML element can have";
}
