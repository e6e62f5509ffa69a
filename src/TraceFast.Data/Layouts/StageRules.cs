using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>Which kinds of record a stage reads, and as what.</summary>
internal static class StageRules
{
    /// <summary>What to do with pairs where quads are needed.</summary>
    public const string QuadsFromPairs = "'tracefast data quads --from preference' makes quads of pairs";

    /// <summary>What to do where an entry of dataset_info.json passes over two answers.</summary>
    public const string SetRanking =
        "its records have a chosen and a rejected answer: set \"ranking\": true in their entry of dataset_info.json";

    /// <exception cref="InputException">The stage has no use for such records.</exception>
    public static void Require(Stage stage, RecordLayout layout, JsonObject first, string file)
    {
        bool fits = stage switch
        {
            Stage.Sft => true,
            Stage.Dpo => layout.Kind != RecordKind.Conversation,
            Stage.Grpo => layout is PromptLayout or QuadLayout,
            _ => layout.Kind == RecordKind.Quad,
        };
        if (fits)
            return;
        if (stage == Stage.Grpo)
            throw new InputException(
                $"{file}: found the layout '{layout.Name}'; stage grpo samples answers to prompts and checks them by the constraints that "
                    + "records list; it needs {prompt, constraints} or {x1, y1, constraints1, x2, y2, constraints2}, as data synth and "
                    + "data quads write them");
        string found = layout.Kind == RecordKind.Pair
            ? "pairs: one prompt with a chosen and a rejected response" : "one response per prompt";
        string needed = stage == Stage.Dpo
            ? "pairs or quads: {conversations|messages, chosen, rejected}, {instruction, chosen, rejected} or {prompt, chosen, rejected} "
                + "(ranking: true in dataset_info.json), {prompt_ids, chosen_ids, rejected_ids}, {x1, y1, x2, y2}"
            : "quads: {conversations: [x1, x2], chosen, rejected}, {x1, y1, x2, y2} or {x1_ids, y1_ids, x2_ids, y2_ids}";
        string name = stage == Stage.Dpo ? "dpo" : "iopo";
        string remedy = layout.IsRanked(first) ? "; " + SetRanking
            : stage != Stage.Iopo ? ""
            : "; " + (layout.Kind == RecordKind.Pair ? QuadsFromPairs : "'tracefast data quads --from sft' makes quads of such records");
        throw new InputException($"{file}: found the layout '{layout.Name}' ({found}); stage {name} needs {needed}{remedy}");
    }

    /// <summary>
    /// The record as the stage trains on it: sft takes of a pair the prompt and its chosen response, of a quad both (x1, y1) and
    /// (x2, y2); dpo and iopo take records as they are; grpo takes prompts alone, both of a quad.
    /// </summary>
    public static TrainingRecord[] Adapt(Stage stage, TrainingRecord record) => (stage, record) switch
    {
        (Stage.Sft, PairRecord pair) => [Supervised(pair, pair.Prompt, pair.Chosen)],
        (Stage.Sft, QuadRecord quad) => [Supervised(quad, quad.X1, quad.Y1), Supervised(quad, quad.X2, quad.Y2)],
        (Stage.Grpo, QuadRecord { X1: Prompt.Chat x1, X2: Prompt.Chat x2 } quad) => [Alone(quad, x1.Messages), Alone(quad, x2.Messages)],
        _ => [record],
    };

    private static PromptRecord Alone(TrainingRecord of, IReadOnlyList<Message> prompt) =>
        new(of.Origin, prompt) { Variables = of.Variables };

    private static TrainingRecord Supervised(TrainingRecord of, Prompt prompt, Response response) => (prompt, response) switch
    {
        (Prompt.Chat chat, Response.Text text) => new SftRecord(of.Origin, [.. chat.Messages, text.Message]) { Variables = of.Variables },
        (Prompt.Ids prompts, Response.Ids responses) => new SftIdsRecord(of.Origin, prompts.Tokens, responses.Tokens),
        _ => throw new InvalidOperationException("a layout mixed text and token ids in one record"),
    };
}
