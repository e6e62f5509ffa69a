using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary><c>{"prompt", "response"}</c> or TRL's <c>{"prompt", "completion"}</c>: strings, or message lists.</summary>
internal sealed class PromptResponseLayout(string responseKey) : RecordLayout
{
    public override string Name => $"prompt and {responseKey}";

    public override RecordKind Kind => RecordKind.Conversation;

    public override IReadOnlyList<string> Keys { get; } = ["prompt", responseKey];

    public override TrainingRecord Read(JsonObject record, SourceLocation origin)
    {
        List<Message> messages = Conversations.ReadPrompt(record.Require("prompt"), "prompt");
        messages.Add(Conversations.ReadResponse(record.Require(responseKey), responseKey, ConversationTags.OpenAi));
        return Conversations.Trained(origin, messages);
    }
}
