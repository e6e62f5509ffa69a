using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>The keys that conversation records keep their parts under; null: the data set has no such column.</summary>
internal sealed record ConversationColumns(string Messages, string? System, string? Chosen, string? Rejected, string? Tools = null);

/// <summary>
/// <c>{"conversations": [{"from", "value"}, ...], "system"}</c> (sharegpt) or <c>{"messages": [{"role", "content"}, ...]}</c>
/// (OpenAI): an optional system turn, then user and assistant in turn, the assistant last. Every assistant turn is trained.
/// </summary>
internal sealed class ConversationLayout(ConversationColumns columns, ConversationTags tags) : RecordLayout(columns.Tools)
{
    public override string Name => tags.RoleTag == ConversationTags.OpenAi.RoleTag ? "OpenAI messages" : "sharegpt";

    public override RecordKind Kind => RecordKind.Conversation;

    public override IReadOnlyList<string> Keys { get; } = [.. new[] { columns.Messages, columns.System }.OfType<string>()];

    public override bool IsRanked(JsonObject record) =>
        columns is { Chosen: { } chosen, Rejected: { } rejected } && record.Has(chosen) && record.Has(rejected);

    public override TrainingRecord Read(JsonObject record, SourceLocation origin)
    {
        List<Message> messages = Conversations.Read(record.Require(columns.Messages), columns.Messages, tags);
        try
        {
            Conversations.Check(messages, columns.Messages, Role.Assistant);
        }
        catch (RecordException e) when (IsRanked(record))
        {
            throw new RecordException($"{e.Message}; {StageRules.SetRanking}");
        }
        return Conversations.Trained(
            origin, Conversations.WithSystem(messages, columns.System == null ? null : record.FindText(columns.System)));
    }
}
