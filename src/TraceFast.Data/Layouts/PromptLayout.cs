using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// A prompt whose answers the stage samples itself, <c>{"prompt"}</c>: the user's text or a message list. Answers beside it are not read.
/// </summary>
internal sealed class PromptLayout : RecordLayout
{
    public const string Key = "prompt";

    public override string Name => "prompts";

    public override RecordKind Kind => RecordKind.Conversation;

    public override IReadOnlyList<string> Keys { get; } = [Key];

    public override TrainingRecord Read(JsonObject record, SourceLocation origin) =>
        new PromptRecord(origin, Conversations.ReadPrompt(record.Require(Key), Key));
}
