using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// An explicit quad, <c>{"x1", "y1", "x2", "y2"}</c>: y1 answers x1 and not x2, y2 answers x2 and not x1. Prompts are the user's text
/// or message lists, responses text or one message. Optional: answers that fail, "failed1" to x1 and "failed2" to x2, which may be empty,
/// and the numbers of constraints that y1 and y2 break, "broken1" and "broken2".
/// </summary>
internal sealed class QuadLayout : RecordLayout
{
    public override string Name => "quads (x1, y1, x2, y2)";

    public override RecordKind Kind => RecordKind.Quad;

    public override IReadOnlyList<string> Keys { get; } = ["x1", "y1", "x2", "y2", "failed1", "failed2", "broken1", "broken2"];

    public override TrainingRecord Read(JsonObject record, SourceLocation origin) =>
        new QuadRecord(origin, ReadX(record, "x1"), ReadY(record, "y1"), ReadX(record, "x2"), ReadY(record, "y2"))
        {
            F1 = ReadFailed(record, "failed1"), F2 = ReadFailed(record, "failed2"),
            Y1Verified = BreaksNothing(record, "broken1"), Y2Verified = BreaksNothing(record, "broken2"),
        };

    private static Prompt.Chat ReadX(JsonObject record, string key) => new(Conversations.ReadPrompt(record.Require(key), key));

    private static Response.Text ReadY(JsonObject record, string key) =>
        Conversations.ReadCompared(record.Require(key), key, ConversationTags.OpenAi);

    private static Response.Text? ReadFailed(JsonObject record, string key) => record.Find(key) is { } answer
        ? Conversations.ReadCompared(answer, key, ConversationTags.OpenAi, isRejected: true) : null;

    private static bool BreaksNothing(JsonObject record, string key) => record.Find(key) is not { } broken || !broken.Elements(key).Any();
}
