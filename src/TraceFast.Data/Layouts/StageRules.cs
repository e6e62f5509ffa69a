namespace TraceFast.Data.Layouts;

/// <summary>Which kinds of record a stage reads, and as what.</summary>
internal static class StageRules
{
    /// <exception cref="InputException">The stage has no use for such records.</exception>
    public static void Require(Stage stage, RecordLayout layout, string file)
    {
        bool fits = stage switch
        {
            Stage.Sft => true,
            Stage.Dpo => layout.Kind != RecordKind.Conversation,
            _ => layout.Kind == RecordKind.Quad,
        };
        if (fits)
            return;
        string found = layout.Kind == RecordKind.Pair ? "pairs: one prompt with a chosen and a rejected response" : "one response per prompt";
        string needed = stage == Stage.Dpo
            ? "pairs or quads: {conversations|messages, chosen, rejected}, {instruction, chosen, rejected} or {prompt, chosen, rejected} (ranking: true in dataset_info.json), {prompt_ids, chosen_ids, rejected_ids}, {x1, y1, x2, y2}"
            : "quads: {conversations: [x1, x2], chosen, rejected}, {x1, y1, x2, y2} or {x1_ids, y1_ids, x2_ids, y2_ids}";
        string name = stage == Stage.Dpo ? "dpo" : "iopo";
        throw new InputException($"{file}: found the layout '{layout.Name}' ({found}); stage {name} needs {needed}");
    }

    /// <summary>
    /// The record as the stage trains on it: sft takes of a pair the prompt and its chosen response, of a quad both (x1, y1) and
    /// (x2, y2); dpo and iopo take records as they are.
    /// </summary>
    public static TrainingRecord[] Adapt(Stage stage, TrainingRecord record) => (stage, record) switch
    {
        (Stage.Sft, PairRecord pair) => [Supervised(pair.Origin, pair.Prompt, pair.Chosen)],
        (Stage.Sft, QuadRecord quad) => [Supervised(quad.Origin, quad.X1, quad.Y1), Supervised(quad.Origin, quad.X2, quad.Y2)],
        _ => [record],
    };

    private static TrainingRecord Supervised(RecordOrigin origin, Prompt prompt, Response response) => (prompt, response) switch
    {
        (Prompt.Chat chat, Response.Text text) => new SftRecord(origin, [.. chat.Messages, new Message(Role.Assistant, text.Content)]),
        (Prompt.Ids prompts, Response.Ids responses) => new SftIdsRecord(origin, prompts.Tokens, responses.Tokens),
        _ => throw new InvalidOperationException("a layout mixed text and token ids in one record"),
    };
}
