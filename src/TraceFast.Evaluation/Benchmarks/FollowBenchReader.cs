namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Reads FollowBench's published layouts. The benchmark: TYPE_constraints.json with example_id, category, source, level, instruction,
/// target. Responses: TYPE_constraint.jsonl with the instruction as prompt (or prompt_new) and choices[0].message.content; or the
/// benchmark's records with the response in them.
/// </summary>
public static class FollowBenchReader
{
    private const int Levels = 5;
    private static readonly string[] s_types = ["content", "situation", "style", "format", "mixed", "example"];

    /// <param name="responses">A file, or a folder with one file for each set.</param>
    /// <param name="data">The benchmark's folder or file; null: the responses are in its records.</param>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<FollowBenchGroup> Read(string responses, string? data)
    {
        List<FollowBenchRecord> records = [];
        foreach ((string type, string path) in Files(data ?? responses))
            records.AddRange(Set(type, path, data is null ? null : AnswersOf(responses, type)));
        return Groups(records, data ?? responses);
    }

    /// <summary>The instructions of the benchmark's folder or file, levels 1 to 5 of each example, in order.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<FollowBenchGroup> Unanswered(string data) =>
        Groups([.. Files(data).SelectMany(set => ResponseFile.Read(set.Path).Select(line => Record(set.Type, line, answered: false)))],
            data);

    /// <summary>The prompts of the benchmark's folder or file: each level of each example that is scored.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<BenchPrompt> Prompts(string data) => Prompts(Unanswered(data));

    /// <summary>Whether a folder holds a set of the benchmark.</summary>
    public static bool IsFolder(string folder) => s_types.Any(t => FileOf(folder, t) is not null);

    internal static IReadOnlyList<BenchPrompt> Prompts(IReadOnlyList<FollowBenchGroup> groups) =>
        [.. groups.SelectMany(g => g.Scored).Select(r => BenchPrompt.Of(r.Id, r.Instruction))];

    /// <summary>The sets of a folder, or of a single file; a file's set follows from its name, else from each record ("" here).</summary>
    private static List<(string Type, string Path)> Files(string path)
    {
        if (!Directory.Exists(path))
            return [(TypeOf(path), path)];
        List<(string, string)> files = [];
        foreach (string type in s_types)
        {
            if (FileOf(path, type) is { } file)
                files.Add((type, file));
        }

        return files.Count > 0
            ? files : throw new InputException($"{path}: holds no set of FollowBench ({s_types[0]}_constraints.json ...)");
    }

    private static string? FileOf(string folder, string type) =>
        Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
            .FirstOrDefault(f => TypeOf(f) == type && Path.GetExtension(f) is (".json" or ".jsonl"));

    private static string TypeOf(string path) =>
        s_types.FirstOrDefault(t => Path.GetFileName(path).StartsWith(t + "_constraint", StringComparison.Ordinal)) ?? "";

    private static IReadOnlyList<JsonLine> AnswersOf(string responses, string type)
    {
        string path = !Directory.Exists(responses)
            ? responses
            : FileOf(responses, type)
                ?? throw new InputException($"{responses}: holds no responses to the set {type} ({type}_constraint.jsonl)");
        return ResponseFile.Read(path);
    }

    private static IEnumerable<FollowBenchRecord> Set(string type, string path, IReadOnlyList<JsonLine>? answers)
    {
        IReadOnlyList<JsonLine> lines = ResponseFile.Read(path);
        FollowBenchRecord[] records = [.. lines.Select(l => Record(type, l, answers is null))];
        if (answers is null)
            return records;
        // By the id that eval gave the prompt; else, as the published code does, the first response to the same instruction.
        bool byId = answers[0].Has("id");
        Dictionary<string, JsonLine> answerOf = [];
        foreach (JsonLine answer in answers)
            answerOf.TryAdd(byId ? answer.Text("id") : answer.TextOrNull("prompt_new") ?? answer.Text("prompt"), answer);
        return records.Select((r, i) => r.Level == 0
            ? r
            : answerOf.TryGetValue(byId ? r.Id : r.Instruction, out JsonLine? answer)
                ? r with { Response = ResponseFile.TextOf(answer), Line = answer.Line }
                : throw lines[i].Error(
                    $"no response to example {r.ExampleId}, level {r.Level}; score the whole set, or give the part that "
                        + "was answered as --data"));
    }

    private static FollowBenchRecord Record(string type, JsonLine line, bool answered)
    {
        string category = line.Text("category");
        int level = line.Integer("level");
        if (level is < 0 or > Levels)
            throw line.Error($"'level' is {level}; FollowBench has levels 0 to {Levels}");
        string set = line.TextOrNull("constraint_type") ?? (type.Length > 0 ? type : category);
        string? response = answered && level > 0 ? ResponseFile.TextOf(line) : null;
        return new FollowBenchRecord(
            line.Line, set, line.Integer("example_id"), category, line.Text("source"), level, line.Text("instruction"),
            line.TextOrNull("target") ?? "", response);
    }

    private static List<FollowBenchGroup> Groups(List<FollowBenchRecord> records, string path)
    {
        List<FollowBenchGroup> groups = [];
        List<FollowBenchRecord> levels = [];
        for (int i = 0; i < records.Count; i++)
        {
            levels.Add(records[i]);
            bool ends = i + 1 == records.Count || records[i + 1].ExampleId != records[i].ExampleId || records[i + 1].Type != records[i].Type
                || records[i + 1].Level <= records[i].Level;
            if (!ends)
                continue;
            string found = string.Join(", ", levels.Select(l => l.Level.ToString(CultureInfo.InvariantCulture)));
            if (found is not ("0, 1, 2, 3, 4, 5" or "1, 2, 3, 4, 5"))
                throw new InputException(
                    $"{path}:{levels[0].Line}: example {levels[0].ExampleId} of the set {levels[0].Type} has the levels {found}; it needs "
                        + $"1 to {Levels}, the initial instruction (0) before them");
            groups.Add(new FollowBenchGroup(levels));
            levels = [];
        }

        return groups;
    }
}

/// <summary>One example of FollowBench (arXiv 2310.20410) at one level: the instruction with that many added constraints.</summary>
/// <param name="Type">The set that it is scored in: content, situation, style, format, mixed or example.</param>
/// <param name="Category">The record's own category (in the set "mixed": another than the set's).</param>
/// <param name="Source">Where its instruction comes from; some are checked by program.</param>
/// <param name="Level">0 (the initial instruction, unanswered) to 5.</param>
/// <param name="Target">What a program compares with; empty where a judge decides.</param>
/// <param name="Response">The answer; null at level 0.</param>
public sealed record FollowBenchRecord(
    int Line, string Type, int ExampleId, string Category, string Source, int Level, string Instruction, string Target, string? Response)
{
    /// <summary>What its response carries as "id": "format/3/2", set, example and level.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Type}/{ExampleId}/{Level}");
}

/// <summary>An example's levels in order: 0 to 5, or 1 to 5 in the set "example".</summary>
public sealed record FollowBenchGroup(IReadOnlyList<FollowBenchRecord> Levels)
{
    public string Type => Levels[0].Type;

    /// <summary>Whether its instructions are Chinese: the programs and prompts of the Chinese set apply.</summary>
    public bool IsChinese { get; } = Levels[0].Instruction.Count(c => c is >= '\u4e00' and <= '\u9fff') * 4 > Levels[0].Instruction.Length;

    /// <summary>Whether a program decides about its responses; else the judge.</summary>
    public bool IsRuleChecked => FollowBenchRules.Applies(Levels[^1], IsChinese);

    /// <summary>The records that are scored.</summary>
    public IEnumerable<FollowBenchRecord> Scored => Levels.Where(l => l.Level > 0);
}
