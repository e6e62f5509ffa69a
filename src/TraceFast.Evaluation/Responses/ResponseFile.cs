using TraceFast.Data;

namespace TraceFast.Evaluation.Responses;

/// <summary>
/// A file of responses: a JSON array or one object a line. Each holds the response's text under one of the keys that published outputs use,
/// and may hold the benchmark's whole record beside it.
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

    /// <summary>The text or number that names a record or a response under "id", as text; null where there is none.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public static string? IdOrNull(JsonLine line)
    {
        string? json = line.IdentifierOrNull("id");
        return json is { Length: > 0 } && json[0] == '"' ? line.Text("id") : json;
    }

    /// <summary>Puts responses to the records of a benchmark's own file by a key that both have: each record once.</summary>
    /// <param name="records">The benchmark's records.</param>
    /// <param name="idOf">A record's key.</param>
    /// <param name="responses">In any order.</param>
    /// <param name="idOfResponse">A response's key.</param>
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
