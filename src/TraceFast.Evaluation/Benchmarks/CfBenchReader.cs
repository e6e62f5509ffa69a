using System.Globalization;
using TraceFast.Data;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Reads CFBench's published layout: idx, prompt, gold, split, criteria = rows of [text, 主需 | 次需, group, subgroup]. Responses stand in the
/// same records under "response" (the layout of its outputs), or in a file of their own with the records' "idx" (or "id"). A stored
/// judgement (judge_score and judge_parsing, or judge_response) is scored as it stands.
/// </summary>
public static class CfBenchReader
{
    /// <param name="responses">File of responses.</param>
    /// <param name="data">CFBench's own file; null: the file of responses holds its records.</param>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<CfBenchRecord> Read(string responses, string? data)
    {
        IReadOnlyList<JsonLine> answers = ResponseFile.Read(responses);
        if (data is null)
        {
            if (!answers[0].Has("criteria"))
                throw answers[0].Error(
                    "neither a record of CFBench ('criteria' is missing) nor is CFBench's own file named: add --data FILE");
            return [.. answers.Select(a => Record(a, a))];
        }

        IReadOnlyList<JsonLine> records = ResponseFile.Read(data);
        IReadOnlyList<JsonLine> joined = ResponseFile.Join(
            records, IdOf, answers, a => a.Has("idx") ? IdOf(a) : ResponseFile.IdOrNull(a) ?? IdOf(a), "idx");
        return [.. records.Select((r, i) => Record(r, joined[i]))];
    }

    /// <summary>The prompts of CFBench's own file.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<BenchPrompt> Prompts(string data) =>
        [.. ResponseFile.Read(data).Select(r => BenchPrompt.Of(IdOf(r), r.Text("prompt")))];

    private static string IdOf(JsonLine line) => line.Integer("idx").ToString(CultureInfo.InvariantCulture);

    private static CfBenchRecord Record(JsonLine record, JsonLine answer)
    {
        string split = record.Text("split");
        if (split is not ("easy" or "hard"))
            throw record.Error($"'split' is \"{split}\", not easy or hard");
        Criterion[] criteria = [.. record.Rows("criteria").Select((row, i) => CriterionOf(record, row, i))];
        if (criteria.Length == 0)
            throw record.Error("'criteria' is empty; a prompt of CFBench has at least one criterion");
        return new CfBenchRecord(
            answer.Line, IdOf(record), record.Text("prompt"), record.TextOrNull("gold") ?? "", split, criteria, ResponseFile.TextOf(answer),
            Stored(answer, criteria));
    }

    private static Criterion CriterionOf(JsonLine record, IReadOnlyList<string> row, int number)
    {
        if (row.Count < 2 || row[1] is not ("主需" or "次需"))
            throw record.Error($"criteria[{number}] is [{string.Join(", ", row)}], not [text, 主需 or 次需, group, subgroup]");
        return new Criterion(row[0], row[1] == "主需", row.Count > 2 ? row[2] : "");
    }

    private static StoredJudgement? Stored(JsonLine answer, Criterion[] criteria)
    {
        if (!answer.Has("judge_score"))
            return answer.TextOrNull("judge_response") is { } said ? new StoredJudgement(null, said) : null;
        IReadOnlyList<string> scores = answer.Texts("judge_score");
        Parsing parsing = answer.Text("judge_parsing") switch
        {
            "1" => Parsing.Whole,
            "0" => Parsing.Picked,
            "-1" => Parsing.Failed,
            string other => throw answer.Error($"'judge_parsing' is \"{other}\", not \"1\", \"0\" or \"-1\""),
        };
        if (scores.Count == 0 || (parsing == Parsing.Whole && scores.Count != criteria.Length))
            throw answer.Error($"'judge_score' has {scores.Count} scores for {criteria.Length} criteria");
        if (scores.FirstOrDefault(s => s is not ("0" or "1" or "0.0" or "1.0")) is { } odd)
            throw answer.Error($"'judge_score' holds \"{odd}\"; a score is \"0\" or \"1\"");
        return new StoredJudgement(new CfBenchReading(parsing, scores), answer.TextOrNull("judge_response"));
    }
}

/// <summary>How a CFBench record's judgement was read; the published names "1", "0" and "-1".</summary>
public enum Parsing
{
    /// <summary>"1": every criterion has a score.</summary>
    Whole,

    /// <summary>"0": scores were picked from lines that do not fit the criteria one to one.</summary>
    Picked,

    /// <summary>"-1": nothing could be read.</summary>
    Failed,
}

/// <summary>What a judge is asked about an answer.</summary>
/// <param name="Text">The criterion.</param>
/// <param name="IsPrimary">主需; false: 次需.</param>
/// <param name="Group">Its kind of constraint, empty in some.</param>
public sealed record Criterion(string Text, bool IsPrimary, string Group);

/// <summary>
/// A judgement that stands in the file already: its scores as text and how they were read, or the judge's answer that is still to be read.
/// </summary>
public sealed record StoredJudgement(CfBenchReading? Reading, string? Answer);

/// <summary>A prompt of CFBench (arXiv 2408.01122), its criteria and the response to it.</summary>
/// <param name="Line">1-based, in the file of responses.</param>
/// <param name="Id">idx.</param>
/// <param name="Prompt">The user's instruction.</param>
/// <param name="Gold">Reference answer, often empty.</param>
/// <param name="Split">"easy" or "hard".</param>
/// <param name="Criteria">At least one.</param>
/// <param name="Response">The answer.</param>
/// <param name="Stored">A published judgement; null: there is none.</param>
public sealed record CfBenchRecord(
    int Line, string Id, string Prompt, string Gold, string Split, IReadOnlyList<Criterion> Criteria, string Response,
    StoredJudgement? Stored);
