using System.Text.Json;

namespace TraceFast.Evaluation;

/// <summary>
/// A file of responses: a JSON array or one object a line. Each holds the response's text under one of the keys that published outputs use,
/// and may also hold the benchmark's whole record.
/// </summary>
public static class ResponseFile
{
    /// <summary>
    /// Keys of a response's text, the first that is there is taken: TRACE, CFBench and IFEval; ComplexBench; FollowBench; several
    /// harnesses; this program's own generate.
    /// </summary>
    private static readonly string[] s_keys = ["response", "generated", "generation", "output", "text"];

    /// <exception cref="InputException">It cannot be read, or holds nothing.</exception>
    public static IReadOnlyList<JsonLine> Read(string path)
    {
        JsonLine[] lines = [.. JsonLines.Read(path)];
        return lines.Length > 0 ? lines : throw new InputException($"{path}: holds no record");
    }

    /// <summary>The response's text, which may be empty.</summary>
    /// <exception cref="InputException">There is none, or it is no string.</exception>
    public static string TextOf(JsonLine line) => TextOrNull(line)
        ?? throw line.Error(
            $"there is no response: none of the keys {string.Join(", ", s_keys.Select(k => $"'{k}'"))} and no choices[0].message.content");

    /// <summary>The response's text; null where the record has none.</summary>
    /// <exception cref="InputException">It is no string.</exception>
    public static string? TextOrNull(JsonLine line)
    {
        if (s_keys.FirstOrDefault(line.Has) is { } key)
            return line.Text(key);
        if (!line.Has("choices"))
            return null;
        IReadOnlyList<JsonLine> choices = line.Objects("choices");
        return choices.Count > 0 ? choices[0].Object("message").Text("content") : null;
    }

    /// <summary>
    /// Whether the response ended at the limit of its tokens: "finish_reason" as generate and OpenAI-compatible servers write it; null: the
    /// file does not say.
    /// </summary>
    public static bool? IsCutOrNull(JsonLine line)
    {
        JsonLine? place = line.Has("finish_reason") ? line
            : line.Has("choices") && !s_keys.Any(line.Has) && line.Objects("choices") is [JsonLine first, ..] ? first : null;
        return place?.Has("finish_reason") == true && place.Value("finish_reason") is { ValueKind: JsonValueKind.String } reason
            ? reason.GetString() == "length" : null;
    }

    /// <summary>The text or number that names a record or a response under "id", as text; null where there is none.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public static string? IdOrNull(JsonLine line)
    {
        string? json = line.IdentifierOrNull("id");
        return json is { Length: > 0 } && json[0] == '"' ? line.Text("id") : json;
    }

    /// <summary>The records of a benchmark, each with its response.</summary>
    /// <param name="data">The benchmark's own file; null: the responses hold its records.</param>
    /// <param name="mark">A key that only the benchmark's records have.</param>
    /// <param name="key">The key by which responses name the records of <paramref name="data"/>, chosen by the first response.</param>
    /// <exception cref="InputException">Names file and line.</exception>
    internal static IEnumerable<(JsonLine Record, JsonLine Answer)> WithRecords(
        string responses, string? data, string bench, string mark, Func<JsonLine, JoinKey> key)
    {
        IReadOnlyList<JsonLine> answers = Read(responses);
        if (data is null)
            return answers[0].Has(mark)
                ? answers.Select(a => (a, a))
                : throw answers[0].Error(
                    $"neither a record of {bench} ('{mark}' is missing) nor is {bench}'s own file named: add --data FILE");
        IReadOnlyList<JsonLine> records = Read(data);
        JoinKey by = key(answers[0]);
        return records.Zip(Join(records, by.OfRecord, answers, by.OfResponse, by.Name));
    }

    /// <summary>Joins responses to the records of a benchmark's own file by a key that both have: each record once.</summary>
    /// <param name="what">What messages call the key: "id".</param>
    /// <exception cref="InputException">A response belongs to no record, two belong to one, or a record has none.</exception>
    public static IReadOnlyList<JsonLine> Join<TRecord>(
        IReadOnlyList<TRecord> records, Func<TRecord, string> idOf, IReadOnlyList<JsonLine> responses, Func<JsonLine, string> idOfResponse,
        string what)
    {
        Dictionary<string, Queue<int>> places = [];
        for (int i = 0; i < records.Count; i++)
        {
            string id = idOf(records[i]);
            if (!places.TryGetValue(id, out Queue<int>? queue))
                places[id] = queue = new Queue<int>();
            queue.Enqueue(i);
        }

        JsonLine?[] joined = new JsonLine?[records.Count];
        foreach (JsonLine response in responses)
        {
            string id = idOfResponse(response);
            if (!places.TryGetValue(id, out Queue<int>? queue))
                throw response.Error($"the benchmark has no record of the {what} \"{Shown(id)}\"");
            if (!queue.TryDequeue(out int place))
                throw response.Error($"more responses than records of the {what} \"{Shown(id)}\"");
            joined[place] = response;
        }

        int[] missing = [.. Enumerable.Range(0, records.Count).Where(i => joined[i] is null)];
        if (missing.Length > 0)
            throw new InputException(
                $"{missing.Length} of {records.Count} records have no response, the first "
                    + $"the one of the {what} \"{Shown(idOf(records[missing[0]]))}\"; score the whole benchmark, or give the part "
                    + "that was answered as --data");
        return joined!;
    }

    private static string Shown(string id) => id.Length <= 60 ? id : id[..60] + "...";
}

/// <summary>A key that records and their responses have in common.</summary>
/// <param name="Name">As messages call it.</param>
internal sealed record JoinKey(string Name, Func<JsonLine, string> OfRecord, Func<JsonLine, string> OfResponse)
{
    /// <summary>A whole number; responses may call it "id" instead.</summary>
    public static JoinKey Number(string name)
    {
        string Of(JsonLine line) => line.Integer(name).ToString(CultureInfo.InvariantCulture);
        return new JoinKey(name, Of, a => a.Has(name) ? Of(a) : ResponseFile.IdOrNull(a) ?? Of(a));
    }
}
