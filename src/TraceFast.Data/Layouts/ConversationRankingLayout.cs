using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// LLaMA-Factory's preference record: a conversation that ends with the user, and a chosen and a rejected answer to its last
/// turn, <c>{"conversations": [{"from", "value"}, ...], "chosen": {"from": "gpt", "value"}, "rejected": {...}}</c>.
/// </summary>
internal sealed class ConversationRankingLayout(ConversationColumns columns, ConversationTags tags) : RecordLayout(columns.Tools)
{
    public override string Name => tags.RoleTag == ConversationTags.OpenAi.RoleTag ? "OpenAI messages ranking" : "sharegpt ranking";

    public override RecordKind Kind => RecordKind.Pair;

    public override IReadOnlyList<string> Keys { get; } =
        [.. new[] { columns.Messages, columns.System, columns.Chosen, columns.Rejected }.OfType<string>()];

    public override TrainingRecord Read(JsonObject record, SourceLocation origin)
    {
        List<Message> messages = Conversations.Read(record.Require(columns.Messages), columns.Messages, tags);
        Conversations.Check(messages, columns.Messages, Role.User);
        Conversations.WithSystem(messages, columns.System == null ? null : record.FindText(columns.System));
        return new PairRecord(
            origin, new Prompt.Chat(messages), Answer(record, columns.Chosen!), Answer(record, columns.Rejected!, isRejected: true));
    }

    private Response.Text Answer(JsonObject record, string key, bool isRejected = false) =>
        Conversations.ReadCompared(record.Require(key), key, tags, isRejected);
}
