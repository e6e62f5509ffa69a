using System.Globalization;
using TraceFast.Data;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Reads ComplexBench's published layout (data_final.json): main_id, group, instruction, task_types, composition_types, category,
/// scoring_questions with question, rule, constraint_dimensions, composition_types, dep. Responses stand in the same records, or in a file
/// of their own with "main_id" (or "id") and "generated".
/// </summary>
public static class ComplexBenchReader
{
    /// <param name="responses">File of responses.</param>
    /// <param name="data">ComplexBench's own file; null: the file of responses holds its records.</param>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<ComplexBenchRecord> Read(string responses, string? data)
    {
        IReadOnlyList<JsonLine> answers = ResponseFile.Read(responses);
        if (data is null)
        {
            if (!answers[0].Has("scoring_questions"))
                throw answers[0].Error(
                    "neither a record of ComplexBench ('scoring_questions' is missing) nor "
                        + "is ComplexBench's own file named: add --data FILE");
            return [.. answers.Select(a => Record(a, a))];
        }

        IReadOnlyList<JsonLine> records = ResponseFile.Read(data);
        IReadOnlyList<JsonLine> joined = ResponseFile.Join(
            records, IdOf, answers, a => a.Has("main_id") ? IdOf(a) : ResponseFile.IdOrNull(a) ?? IdOf(a), "main_id");
        return [.. records.Select((r, i) => Record(r, joined[i]))];
    }

    /// <summary>The instructions of ComplexBench's own file.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<BenchPrompt> Prompts(string data) =>
        [.. ResponseFile.Read(data).Select(r => BenchPrompt.Of(IdOf(r), r.Text("instruction")))];

    private static string IdOf(JsonLine line) => line.Integer("main_id").ToString(CultureInfo.InvariantCulture);

    private static ComplexBenchRecord Record(JsonLine record, JsonLine answer)
    {
        ScoringQuestion[] questions = [.. record.Objects("scoring_questions").Select(Question)];
        if (questions.Length == 0)
            throw record.Error("'scoring_questions' is empty; an instruction of ComplexBench has at least one question");
        for (int i = 0; i < questions.Length; i++)
        {
            if (questions[i].DependsOn.Any(d => d < 0 || d >= questions.Length))
                throw record.Error(
                    $"scoring_questions[{i}]: 'dep' names question "
                    + $"{questions[i].DependsOn.First(d => d < 0 || d >= questions.Length)}; there are {questions.Length}, from 0");
        }

        return new ComplexBenchRecord(
            answer.Line, IdOf(record), record.TextOrNull("group") ?? "", record.Text("instruction"), record.Text("task_types"),
            record.Texts("composition_types"),
            record.Text("category"), questions, ResponseFile.TextOf(answer));
    }

    private static ScoringQuestion Question(JsonLine question) => new(
        question.Text("question"), question.TextOrNull("rule"), question.Texts("constraint_dimensions"),
        question.Texts("composition_types"), question.Integers("dep"));
}

/// <summary>A scoring question of ComplexBench.</summary>
/// <param name="Text">The question.</param>
/// <param name="Rule">A rule that a program checks; null: a judge answers.</param>
/// <param name="Dimensions">Constraint dimensions that it verifies.</param>
/// <param name="Compositions">Composition types that it verifies: And, Chain, Selection.</param>
/// <param name="DependsOn">Numbers of the questions that must be true first.</param>
public sealed record ScoringQuestion(
    string Text, string? Rule, IReadOnlyList<string> Dimensions, IReadOnlyList<string> Compositions, IReadOnlyList<int> DependsOn);

/// <summary>An instruction of ComplexBench (arXiv 2407.03978) and the response to it.</summary>
/// <param name="Line">1-based, in the file of responses.</param>
/// <param name="Id">main_id.</param>
/// <param name="Group">Instructions of one tree share it (the coherence test); empty: none.</param>
/// <param name="Instruction">The instruction.</param>
/// <param name="TaskType">What kind of task.</param>
/// <param name="Compositions">All composition types of the instruction.</param>
/// <param name="Category">Composition types and depth: "And_Selection_2".</param>
/// <param name="Questions">At least one.</param>
/// <param name="Response">The answer.</param>
public sealed record ComplexBenchRecord(
    int Line, string Id, string Group, string Instruction, string TaskType, IReadOnlyList<string> Compositions, string Category,
    IReadOnlyList<ScoringQuestion> Questions, string Response);
