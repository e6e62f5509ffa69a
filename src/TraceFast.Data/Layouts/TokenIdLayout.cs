using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// Ready token ids, to which no template is applied: <c>{"prompt_ids", "response_ids"}</c>,
/// <c>{"prompt_ids", "chosen_ids", "rejected_ids"}</c> or <c>{"x1_ids", "y1_ids", "x2_ids", "y2_ids"}</c>. A response brings its own
/// end-of-turn token.
/// </summary>
internal sealed class TokenIdLayout(RecordKind kind) : RecordLayout
{
    public override string Name => $"token ids ({string.Join(", ", Keys)})";

    public override RecordKind Kind => kind;

    public override bool IsTokenIds => true;

    public override IReadOnlyList<string> Keys { get; } = KeysOf(kind);

    public static string[] KeysOf(RecordKind kind) => kind switch
    {
        RecordKind.Conversation => ["prompt_ids", "response_ids"],
        RecordKind.Pair => ["prompt_ids", "chosen_ids", "rejected_ids"],
        _ => ["x1_ids", "y1_ids", "x2_ids", "y2_ids"],
    };

    public override TrainingRecord Read(JsonObject record, SourceLocation origin) => kind switch
    {
        RecordKind.Conversation => new SftIdsRecord(origin, Ids(record, "prompt_ids"), Ids(record, "response_ids")),
        RecordKind.Pair => new PairRecord(origin, ReadX(record, "prompt_ids"), ReadY(record, "chosen_ids"), ReadY(record, "rejected_ids")),
        _ => new QuadRecord(origin, ReadX(record, "x1_ids"), ReadY(record, "y1_ids"), ReadX(record, "x2_ids"), ReadY(record, "y2_ids")),
    };

    private static Prompt.Ids ReadX(JsonObject record, string key) => new(Ids(record, key));

    private static Response.Ids ReadY(JsonObject record, string key) => new(Ids(record, key));

    private static int[] Ids(JsonObject record, string key) => record.Require(key).TokenIds(key);
}
