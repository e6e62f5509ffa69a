using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>The keys that alpaca records keep their parts under; null: the data set has no such column.</summary>
internal sealed record AlpacaColumns(
    string? Prompt, string? Query, string? Response, string? History, string? System, string? Chosen, string? Rejected,
    string? Tools = null)
{
    /// <summary>LLaMA-Factory's defaults, and what its documentation calls the optional columns.</summary>
    public static AlpacaColumns Default { get; } = new("instruction", "input", "output", "history", "system", "chosen", "rejected");
}

/// <summary>
/// <c>{"instruction", "input", "output", "history": [[user, assistant], ...], "system"}</c>; with ranking <c>"chosen"</c> and
/// <c>"rejected"</c> in place of the output. The prompt is instruction and input joined by a newline, empty ones left out, as
/// LLaMA-Factory's alpaca converter does it.
/// </summary>
internal sealed class AlpacaLayout(AlpacaColumns columns, bool ranking) : RecordLayout(columns.Tools)
{
    public override string Name => ranking ? "alpaca ranking" : "alpaca";

    public override RecordKind Kind => ranking ? RecordKind.Pair : RecordKind.Conversation;

    public override IReadOnlyList<string> Keys { get; } =
        [.. new[] { columns.Prompt, columns.Query, columns.History, columns.System }
            .Concat(ranking ? [columns.Chosen, columns.Rejected] : new[] { columns.Response }).OfType<string>()];

    public override bool IsRanked(JsonObject record) =>
        !ranking && columns is { Chosen: { } chosen, Rejected: { } rejected } && record.Has(chosen) && record.Has(rejected);

    public override TrainingRecord Read(JsonObject record, SourceLocation origin)
    {
        List<Message> prompt = ReadPrompt(record);
        if (ranking)
            return new PairRecord(origin, new Prompt.Chat(prompt),
                new Response.Text(record.RequireText(columns.Chosen!)),
                new Response.Text(record.Require(columns.Rejected!).Text(columns.Rejected!))); // may be empty
        prompt.Add(new Message(Role.Assistant, record.RequireText(columns.Response!)));
        return new SftRecord(origin, prompt);
    }

    private List<Message> ReadPrompt(JsonObject record)
    {
        List<Message> messages = new();
        if (Optional(record, columns.System) is { Length: > 0 } system)
            messages.Add(new Message(Role.System, system));
        if (columns.History is { } history && record.Find(history) is { } turns)
            ReadHistory(turns, history, messages);
        string? instruction = Optional(record, columns.Prompt);
        string? query = Optional(record, columns.Query);
        string text = string.Join('\n', new[] { instruction, query }.Where(part => !string.IsNullOrEmpty(part)));
        if (text.Length == 0)
            throw new RecordException(
                $"the prompt is empty: neither '{columns.Prompt}' nor '{columns.Query}' holds text (found: {record.DescribeKeys()})");
        messages.Add(new Message(Role.User, text));
        return messages;
    }

    private static void ReadHistory(JsonValue turns, string key, List<Message> messages)
    {
        int number = 0;
        foreach (JsonValue turn in turns.Elements(key))
        {
            string place = $"{key}[{number++}]";
            JsonValue[] pair = [.. turn.Elements(place).Take(3)];
            if (pair.Length != 2)
                throw new RecordException($"'{place}' is not a pair [user text, assistant text]");
            for (int i = 0; i < 2; i++)
            {
                string text = pair[i].Text($"{place}[{i}]");
                if (text.Length == 0)
                    throw new RecordException($"'{place}[{i}]' is empty");
                messages.Add(new Message(i == 0 ? Role.User : Role.Assistant, text));
            }
        }
    }

    private static string? Optional(JsonObject record, string? key) => key == null ? null : record.FindText(key);
}
