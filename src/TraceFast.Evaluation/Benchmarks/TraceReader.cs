using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Reads TRACE's published layout: id, messages (system, user), description, constraints_splits (the constraints, one a line), levels2
/// (their labels), constraints_num. Responses stand in the same records under "response", or in a file of their own with the records' "id"
/// (or the user's message as "prompt").
/// </summary>
public static class TraceReader
{
    /// <param name="responses">File of responses.</param>
    /// <param name="data">TRACE's own file; null: the file of responses holds its records.</param>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<TraceRecord> Read(string responses, string? data)
    {
        IReadOnlyList<JsonLine> answers = ResponseFile.Read(responses);
        if (data is null)
        {
            if (!answers[0].Has("constraints_splits"))
                throw answers[0].Error(
                    "neither a record of TRACE ('constraints_splits' is missing) nor is TRACE's own file named: add --data FILE");
            return [.. answers.Select(a => Record(a, a))];
        }

        IReadOnlyList<JsonLine> records = ResponseFile.Read(data);
        Func<JsonLine, string> id = answers[0].Has("id")
            ? line => line.Text("id") : line => line.Has("prompt") ? line.Text("prompt") : UserMessage(line);
        Func<JsonLine, string> idOfRecord = answers[0].Has("id") ? line => line.Text("id") : UserMessage;
        IReadOnlyList<JsonLine> joined = ResponseFile.Join(records, idOfRecord, answers, id, answers[0].Has("id") ? "id" : "prompt");
        return [.. records.Select((r, i) => Record(r, joined[i]))];
    }

    /// <summary>The prompts of TRACE's own file: each record's messages up to the user's last.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<BenchPrompt> Prompts(string data) => [.. ResponseFile.Read(data).Select(r =>
    {
        IReadOnlyList<Message> messages = r.Messages("messages");
        int last = messages.Count - 1;
        while (last >= 0 && messages[last].Role != Role.User)
            last--;
        return last >= 0
            ? new BenchPrompt(r.Text("id"), [.. messages.Take(last + 1)]) : throw r.Error("'messages' has no message of the user");
    })];

    private static TraceRecord Record(JsonLine record, JsonLine answer)
    {
        IReadOnlyList<string> texts = record.Texts("constraints_splits");
        IReadOnlyList<string> labels = record.Texts("levels2");
        if (texts.Count == 0)
            throw record.Error("'constraints_splits' is empty; an instruction of TRACE has at least one constraint");
        if (labels.Count != texts.Count)
            throw record.Error($"'levels2' has {labels.Count} labels for {texts.Count} constraints");
        if (record.Has("constraints_num") && record.Integer("constraints_num") != texts.Count)
            throw record.Error($"'constraints_num' is {record.Integer("constraints_num")}, and there are {texts.Count} constraints");
        return new TraceRecord(
            answer.Line, record.Text("id"), UserMessage(record), record.TextOrNull("description") ?? "",
            [.. texts.Select((t, i) => new TraceConstraint(t, labels[i]))], ResponseFile.TextOf(answer));
    }

    /// <summary>The last user's message.</summary>
    private static string UserMessage(JsonLine record) =>
        record.Messages("messages").LastOrDefault(m => m.Role == Role.User)?.Content
            ?? throw record.Error("'messages' has no message of the user");
}

/// <summary>One constraint of a TRACE instruction: a line of it.</summary>
/// <param name="Text">As it stands in the instruction, its number included.</param>
/// <param name="Label">The label in levels2, as it stands in the file.</param>
public sealed record TraceConstraint(string Text, string Label)
{
    /// <summary>One of the 26 kinds; null where the label is none of them (the published file holds two such labels).</summary>
    public Category? Kind { get; } = Category.OfLabel(Label);

    /// <summary>The kind's name, or the label itself where it is no kind.</summary>
    public string KindName => Kind?.Name ?? $"{Label} (no kind of TRACE)";

    public string GroupName => Kind?.Group.ToString().ToLowerInvariant() ?? "(no kind of TRACE)";
}

/// <summary>An instruction of TRACE (arXiv 2411.06208, section 3) and the response to it.</summary>
/// <param name="Line">1-based, in the file of responses.</param>
/// <param name="Id">The record's id.</param>
/// <param name="Instruction">The user's message.</param>
/// <param name="Description">The task without constraints and inputs.</param>
/// <param name="Constraints">At least one.</param>
/// <param name="Response">The answer, possibly empty.</param>
public sealed record TraceRecord(
    int Line, string Id, string Instruction, string Description, IReadOnlyList<TraceConstraint> Constraints, string Response);
