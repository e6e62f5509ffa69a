using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// An explicit quad, <c>{"x1", "y1", "x2", "y2"}</c>: y1 answers x1 and not x2, y2 answers x2 and not x1. Prompts are the user's text
/// or message lists, responses text or one message.
/// </summary>
internal sealed class QuadLayout : RecordLayout
{
    public override string Name => "quads (x1, y1, x2, y2)";

    public override RecordKind Kind => RecordKind.Quad;

    public override IReadOnlyList<string> Keys { get; } = ["x1", "y1", "x2", "y2"];

    public override TrainingRecord Read(JsonObject record, SourceLocation origin) =>
        new QuadRecord(origin, ReadX(record, "x1"), ReadY(record, "y1"), ReadX(record, "x2"), ReadY(record, "y2"));

    private static Prompt.Chat ReadX(JsonObject record, string key) => new(Conversations.ReadPrompt(record.Require(key), key));

    private static Response.Text ReadY(JsonObject record, string key) =>
        Conversations.ReadCompared(record.Require(key), key, ConversationTags.OpenAi);
}
