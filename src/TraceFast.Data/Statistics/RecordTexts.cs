namespace TraceFast.Data.Statistics;

/// <summary>One prompt or response of a record, for measuring: its texts, or its ready token ids.</summary>
/// <param name="IsResponse">A response, not a prompt.</param>
/// <param name="Texts">Its messages' texts; empty for token ids.</param>
/// <param name="TokenIds">Its ready token ids; null for text.</param>
internal sealed record RecordPart(bool IsResponse, IReadOnlyList<string> Texts, int[]? TokenIds);

/// <summary>Takes records apart into what is measured on them.</summary>
internal static class RecordTexts
{
    /// <summary>
    /// The prompts and responses: of a conversation one prompt (system and user turns together) and one response per assistant
    /// turn; of a pair one and two; of a quad two and two.
    /// </summary>
    public static IEnumerable<RecordPart> PartsOf(TrainingRecord record) => record switch
    {
        SftRecord sft => [
            new(false, [.. sft.Conversation.Where(m => m.Role != Role.Assistant).Select(m => m.Content)], null),
            .. sft.Conversation.Where(m => m.Role == Role.Assistant).Select(m => new RecordPart(true, TextsOf(m), null))],
        SftIdsRecord ids => [new(false, [], ids.PromptIds), new(true, [], ids.ResponseIds)],
        PairRecord pair => [Of(pair.Prompt), Of(pair.Chosen), Of(pair.Rejected)],
        QuadRecord quad => [Of(quad.X1), Of(quad.X2), Of(quad.Y1), Of(quad.Y2)],
        PromptRecord alone => [new(false, [.. alone.Prompt.Select(m => m.Content)], null)],
        _ => [],
    };

    /// <summary>Messages in the conversation or in each prompt; none for token ids.</summary>
    public static IEnumerable<int> TurnsOf(TrainingRecord record) => record switch
    {
        SftRecord sft => [sft.Conversation.Count],
        PromptRecord alone => [alone.Prompt.Count],
        PairRecord { Prompt: Prompt.Chat chat } => [chat.Messages.Count],
        QuadRecord { X1: Prompt.Chat x1, X2: Prompt.Chat x2 } => [x1.Messages.Count, x2.Messages.Count],
        _ => [],
    };

    /// <summary>"sft", "pair" or "quad", with "_ids" for ready token ids; "prompt" for one without an answer.</summary>
    public static string KindOf(TrainingRecord record) => record switch
    {
        SftRecord => "sft",
        PromptRecord => "prompt",
        SftIdsRecord => "sft_ids",
        PairRecord { Prompt: Prompt.Chat } => "pair",
        PairRecord => "pair_ids",
        QuadRecord { X1: Prompt.Chat } => "quad",
        _ => "quad_ids",
    };

    /// <summary>Whether the two responses that a record sets against each other are the same, so that it teaches no preference.</summary>
    public static bool HasEqualResponses(TrainingRecord record) => record switch
    {
        PairRecord pair => Same(pair.Chosen, pair.Rejected),
        QuadRecord quad => Same(quad.Y1, quad.Y2),
        _ => false,
    };

    private static bool Same(Response a, Response b) => (a, b) switch
    {
        (Response.Text x, Response.Text y) => (x.Content, x.Message.Thought?.Text) == (y.Content, y.Message.Thought?.Text),
        (Response.Ids x, Response.Ids y) => x.Tokens.AsSpan().SequenceEqual(y.Tokens),
        _ => false,
    };

    private static IReadOnlyList<string> TextsOf(Message answer) =>
        answer.Thought is { } thought ? [thought.Text, answer.Content] : [answer.Content];

    private static RecordPart Of(Prompt prompt) => prompt is Prompt.Chat chat
        ? new(false, [.. chat.Messages.Select(m => m.Content)], null)
        : new(false, [], ((Prompt.Ids)prompt).Tokens);

    private static RecordPart Of(Response response) => response is Response.Text text
        ? new(true, TextsOf(text.Message), null)
        : new(true, [], ((Response.Ids)response).Tokens);
}
