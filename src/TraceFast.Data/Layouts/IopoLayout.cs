using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// The published IOPO record: the conversation is two adjacent human turns, x1 and x2; chosen is y1, rejected is y2 (DAMO-ConvAI,
/// IOPO/Method-IOPO). A system turn or column, where there is one, belongs to both prompts.
/// </summary>
internal sealed class IopoLayout(ConversationColumns columns, ConversationTags tags) : RecordLayout(columns.Tools)
{
    public override string Name => "published IOPO";

    public override RecordKind Kind => RecordKind.Quad;

    public override IReadOnlyList<string> Keys { get; } =
        [.. new[] { columns.Messages, columns.System, columns.Chosen, columns.Rejected }.OfType<string>()];

    /// <summary>The shape that tells it from a ranking record: two turns of the user and nothing else but a system turn.</summary>
    public static bool HasShape(IReadOnlyList<Message> messages) =>
        messages is [{ Role: Role.User }, { Role: Role.User }]
            or [{ Role: Role.System }, { Role: Role.User }, { Role: Role.User }];

    public override TrainingRecord Read(JsonObject record, SourceLocation origin)
    {
        List<Message> messages = Conversations.Read(record.Require(columns.Messages), columns.Messages, tags);
        if (!HasShape(messages))
            throw new RecordException(
                $"'{columns.Messages}' holds the turns {Describe(messages)}; a published IOPO record has exactly two "
                    + $"adjacent turns of '{tags.User}' (x1, x2), with chosen (y1) and rejected (y2); {StageRules.QuadsFromPairs}");
        Conversations.WithSystem(messages, columns.System == null ? null : record.FindText(columns.System));
        List<Message> system = messages[..^2];
        return new QuadRecord(origin,
            new Prompt.Chat([.. system, messages[^2]]), Answer(record, columns.Chosen!),
            new Prompt.Chat([.. system, messages[^1]]), Answer(record, columns.Rejected!));
    }

    private Response.Text Answer(JsonObject record, string key) => Conversations.ReadCompared(record.Require(key), key, tags);

    private string Describe(List<Message> messages)
    {
        const int Shown = 8;
        string list = string.Join(", ", messages.Take(Shown).Select(message => message.Role switch
        {
            Role.User => tags.User,
            Role.Assistant => tags.Assistant,
            _ => tags.System,
        }));
        return messages.Count <= Shown ? $"[{list}]" : $"[{list}, ... {messages.Count} in all]";
    }
}
