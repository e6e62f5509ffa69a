using System.Text.Json;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>One response with a strict and a loose flag for each of its instructions.</summary>
public sealed record IfEvalRecord : RecordResult
{
    public required IReadOnlyList<bool> Strict { get; init; }

    public required IReadOnlyList<bool> Loose { get; init; }

    /// <summary>The prompt among the paraphrases of one; null: it stands by itself.</summary>
    public Paraphrase? Paraphrase { get; init; }

    /// <summary>The response did not end by itself, but at the limit of its tokens; null: not known.</summary>
    public bool? IsCut { get; init; }

    /// <summary><c>"strict": [...], "loose": [...]</c>, after <c>"key"</c> where it is a paraphrase.</summary>
    public override void WriteTo(Utf8JsonWriter json)
    {
        if (Paraphrase is { } paraphrase)
            json.WriteString("key", paraphrase.Key);
        Write(json, "strict", Strict);
        Write(json, "loose", Loose);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<bool> flags)
    {
        json.WriteStartArray(name);
        foreach (bool flag in flags)
            json.WriteBooleanValue(flag);
        json.WriteEndArray();
    }
}

/// <summary>Which of a prompt's paraphrases this is: IFEval++'s keys, "1000:original", "1000:rephrasing:2", "1000:distractor:1".</summary>
public sealed record Paraphrase(string Key)
{
    /// <summary>The kind of the prompt that the others vary.</summary>
    public const string Original = "original";

    /// <summary>What the key names the prompt, before its first colon.</summary>
    public string Case { get; } = Key.Split(':')[0];

    /// <summary>How it was varied, before its second colon.</summary>
    public string Kind { get; } = Key.Split(':')[1];

    /// <summary>Null: the key has no colon.</summary>
    public static Paraphrase? OfKey(string key) => key.Contains(':') ? new Paraphrase(key) : null;
}

/// <summary>
/// Prompt-level accuracy (all instructions of a prompt), instruction-level accuracy (the mean over all instructions), strict and loose; the
/// latter by group (the id before its colon) and by type (the id). Plain ratios (google-research, instruction_following_eval,
/// evaluation_lib.py, print_report).
/// <code>
///   reliable@k    share of the cases of which k prompts are all followed: of all kinds, k the most that a case has;
///                 of a kind, the original and its first k - 1 paraphrases
/// </code>
/// (Dong et al. 2025, arXiv 2512.14754; IFEval-pp, calculate_reliable_at_k, where k is 10, 2 and 4.) A case is an original with its
/// paraphrases; one with fewer than k prompts is not reliable. Its prompts are one unit.
/// </summary>
internal static class IfEvalMetrics
{
    /// <param name="bench">Its name.</param>
    /// <param name="records">Scored ones and lines that could not be.</param>
    public static BenchResult Of(string bench, IReadOnlyList<RecordResult> records)
    {
        IfEvalRecord[] all = [.. records.OfType<IfEvalRecord>()];
        Dictionary<string, int> cases = all.Select(r => r.Paraphrase).OfType<Paraphrase>().Where(p => p.Kind == Paraphrase.Original)
            .Select(p => p.Case).Distinct().Index().ToDictionary(c => c.Item, c => c.Index);
        (int Unit, IfEvalRecord Record)[] scored =
        [
            .. records.Index().Where(r => r.Item is IfEvalRecord).Select(r => (Unit: r.Index, Record: (IfEvalRecord)r.Item))
                .Select(r => (UnitOf(r.Record, r.Unit), r.Record)).OrderBy(r => r.Item1),
        ];
        return new BenchResult
        {
            Bench = bench,
            Counts = [("prompts", scored.Length), ("instructions", scored.Sum(r => r.Record.Strict.Count))],
            Metrics =
            [
                Prompts("prompt_strict", scored, r => r.Strict), Prompts("prompt_loose", scored, r => r.Loose),
                Instructions("instruction_strict", null, scored, r => r.Strict, (_, _) => true),
                Instructions("instruction_loose", null, scored, r => r.Loose, (_, _) => true),
                .. cases.Count == 0 ? [] : Reliable(cases, all, _ => true, most: int.MaxValue),
            ],
            Breakdowns =
            [
                By("group", scored, id => id[..id.IndexOf(':')]), By("type", scored, id => id),
                .. cases.Count == 0 ? [] : new[] { ByKind(cases, all) },
                .. all.Any(r => r.IsCut is not null) ? new[] { ByEnd(scored) } : [],
            ],
            Records = records,
            Errors = [.. records.OfType<UnscoredRecord>().Select(r => r.Error)],
        };

        int UnitOf(IfEvalRecord record, int index) =>
            record.Paraphrase is { } p && cases.TryGetValue(p.Case, out int unit) ? unit : cases.Count + index;
    }

    /// <summary>
    /// Of the responses that ended by themselves, of those that were cut, and of all where one that was cut follows nothing: a text without
    /// end may obey what asks for much of something.
    /// </summary>
    private static Breakdown ByEnd((int Unit, IfEvalRecord Record)[] scored)
    {
        return Breakdown.OfPresent(
            "end of the response",
            [
                .. Of("by itself", [.. scored.Where(r => r.Record.IsCut != true)], cutCounts: true),
                .. Of("cut", [.. scored.Where(r => r.Record.IsCut == true)], cutCounts: true),
                .. Of("cut is wrong", scored, cutCounts: false),
            ]);

        static Metric[] Of(string part, (int Unit, IfEvalRecord Record)[] records, bool cutCounts)
        {
            IReadOnlyList<bool> Flags(IfEvalRecord r, IReadOnlyList<bool> flags) =>
                cutCounts || r.IsCut != true ? flags : [.. flags.Select(_ => false)];
            return
            [
                Prompts("prompt_strict", records, r => Flags(r, r.Strict)) with { Part = part },
                Prompts("prompt_loose", records, r => Flags(r, r.Loose)) with { Part = part },
                Instructions("instruction_strict", part, records, r => Flags(r, r.Strict), (_, _) => true),
                Instructions("instruction_loose", part, records, r => Flags(r, r.Loose), (_, _) => true),
            ];
        }
    }

    private static Breakdown ByKind(Dictionary<string, int> cases, IfEvalRecord[] records)
    {
        string[] kinds =
        [
            .. records.Select(r => r.Paraphrase).OfType<Paraphrase>().Where(p => cases.ContainsKey(p.Case) && p.Kind != Paraphrase.Original)
                .Select(p => p.Kind).Distinct().Order(StringComparer.Ordinal),
        ];
        return new Breakdown(
            "kind of paraphrase",
            [
                .. kinds.SelectMany(kind => new[] { 2, int.MaxValue }.SelectMany(
                    most => Reliable(cases, records, p => p.Kind == kind || p.Kind == Paraphrase.Original, most)
                        .Select(m => m with { Part = kind })).DistinctBy(m => m.Name)),
            ]);
    }

    /// <summary>Strict and loose.</summary>
    /// <param name="most">Of a case, the original first; else all that there are.</param>
    private static IEnumerable<Metric> Reliable(
        Dictionary<string, int> cases, IfEvalRecord[] records, Func<Paraphrase, bool> isMeant, int most)
    {
        IfEvalRecord[][] prompts =
        [
            .. cases.Keys.GroupJoin(
                records.Where(r => r.Paraphrase is { } p && isMeant(p)), c => c, r => r.Paraphrase!.Case,
                (_, of) => of.OrderBy(r => r.Paraphrase!.Kind == Paraphrase.Original ? 0 : 1).Take(most).ToArray()),
        ];
        int k = prompts.Max(p => p.Length);
        Metric Of(string name, Func<IfEvalRecord, IReadOnlyList<bool>> flags) => new(
            $"reliable@{k}_{name}",
            [.. prompts.Select((of, unit) => new Observation(unit, of.Length == k && of.All(r => flags(r).All(f => f)) ? 1 : 0, 1))]);
        return [Of("strict", r => r.Strict), Of("loose", r => r.Loose)];
    }

    private static Metric Prompts(
        string name, (int Unit, IfEvalRecord Record)[] records, Func<IfEvalRecord, IReadOnlyList<bool>> flags) => new(
        name,
        [
            .. records.GroupBy(r => r.Unit)
                .Select(unit => new Observation(unit.Key, unit.Count(r => flags(r.Record).All(f => f)), unit.Count())),
        ]);

    private static Metric Instructions(
        string name, string? part, (int Unit, IfEvalRecord Record)[] records, Func<IfEvalRecord, IReadOnlyList<bool>> flags,
        Func<IfEvalRecord, int, bool> counts)
    {
        List<Observation> observations = [];
        foreach (IGrouping<int, (int Unit, IfEvalRecord Record)> unit in records.GroupBy(r => r.Unit))
        {
            bool[] of = [.. unit.SelectMany(r => flags(r.Record).Where((_, i) => counts(r.Record, i)))];
            if (of.Length > 0)
                observations.Add(new Observation(unit.Key, of.Count(f => f), of.Length));
        }
        return new Metric(name, observations) { Part = part };
    }

    private static Breakdown By(string name, (int Unit, IfEvalRecord Record)[] records, Func<string, string> partOf)
    {
        IEnumerable<string> parts = records.SelectMany(r => r.Record.Constraints).Select(c => partOf(c.Type)).Distinct()
            .Order(StringComparer.Ordinal);
        return new Breakdown(name, [.. parts.SelectMany(part => new[]
        {
            Instructions("strict", part, records, r => r.Strict, (r, i) => partOf(r.Constraints[i].Type) == part),
            Instructions("loose", part, records, r => r.Loose, (r, i) => partOf(r.Constraints[i].Type) == part),
        })]);
    }
}

/// <summary>
/// What <c>--per-record</c> wrote for IFEval or IFBench: each line's strict and loose flags, without prompts and instructions. Enough to
/// compare two runs.
/// </summary>
internal static class InstructionFlagFile
{
    /// <summary>The flags' result, without breakdowns; null where the file's first line has no flags, or a response beside them.</summary>
    /// <exception cref="InputException">A later line has none, or they are no list of booleans; names file and line.</exception>
    public static BenchResult? TryRead(string bench, string path)
    {
        if (JsonLines.Read(path).FirstOrDefault() is not { } first || !first.Has("strict") || first.Has("response"))
            return null;
        return IfEvalMetrics.Of(bench, [.. JsonLines.Read(path).Select(Read)]);
    }

    private static IfEvalRecord Read(JsonLine line)
    {
        bool[] strict = Flags(line, "strict"), loose = Flags(line, "loose");
        if (strict.Length != loose.Length)
            throw line.Error($"{strict.Length} strict but {loose.Length} loose flags");
        return new IfEvalRecord
        {
            Line = line.Line, Prompt = "", Response = "", Constraints = [], Strict = strict, Loose = loose,
            Paraphrase = line.Has("key") ? Paraphrase.OfKey(line.Text("key")) : null,
        };
    }

    private static bool[] Flags(JsonLine line, string key)
    {
        JsonElement value = line.Value(key);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0
            || value.EnumerateArray().Any(f => f.ValueKind is not (JsonValueKind.True or JsonValueKind.False)))
            throw line.Error($"'{key}' is {value.GetRawText()}; a list of true and false is expected");
        return [.. value.EnumerateArray().Select(f => f.GetBoolean())];
    }
}

/// <summary>Strict and loose verdicts (google-research, instruction_following_eval, evaluation_lib.py).</summary>
internal static class InstructionScorer
{
    private static readonly Finding s_blank = new(false, "the answer is blank");

    /// <summary>The verdict on the response as it is. A blank one follows no instruction.</summary>
    public static Finding Strict(IInstruction instruction, string response) =>
        PythonString.IsBlank(response) ? s_blank : instruction.Check(response);

    /// <summary>Whether a variant follows an instruction that the response itself does not follow (it is the first of the eight).</summary>
    public static bool Loose(IInstruction instruction, IReadOnlyList<string> variants) =>
        variants.Skip(1).Any(v => !PythonString.IsBlank(v) && instruction.Check(v).IsFollowed);

    /// <summary>The response; without asterisks; without its first, its last, and both lines (trimmed); these without asterisks.</summary>
    public static IReadOnlyList<string> Variants(string response)
    {
        string[] lines = response.Split('\n');
        string noFirst = Join(lines, 1, 0), noLast = Join(lines, 0, 1), inside = Join(lines, 1, 1);
        return [response, Plain(response), noFirst, noLast, inside, Plain(noFirst), Plain(noLast), Plain(inside)];
    }

    private static string Join(string[] lines, int first, int last) =>
        PythonString.Strip(string.Join('\n', lines, first, Math.Max(0, lines.Length - first - last)));

    private static string Plain(string text) => text.Replace("*", "", StringComparison.Ordinal);
}
