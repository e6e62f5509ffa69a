using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// TRL's preference record, <c>{"prompt", "chosen", "rejected"}</c>: strings or message lists. Lists may hold the whole conversation;
/// the prompt is then what chosen and rejected begin with in common, whether it is given apart or not.
/// </summary>
internal sealed class PreferenceLayout : RecordLayout
{
    public override string Name => "preference (prompt, chosen, rejected)";

    public override RecordKind Kind => RecordKind.Pair;

    public override IReadOnlyList<string> Keys { get; } = ["prompt", "chosen", "rejected"];

    public override TrainingRecord Read(JsonObject record, SourceLocation origin)
    {
        JsonValue chosen = record.Require("chosen");
        JsonValue rejected = record.Require("rejected");
        JsonValue? prompt = record.Find("prompt");
        if (chosen.IsList && rejected.IsList)
            return ReadLists(origin, prompt, chosen, rejected);
        if (chosen.IsList || rejected.IsList)
            throw new RecordException("of 'chosen' and 'rejected' one is a message list and the other is not");
        if (prompt is not { } given)
            throw new RecordException(
                "the key 'prompt' is missing: without it 'chosen' and 'rejected' must be "
                    + "message lists, the prompt being what they begin with in common");
        return new PairRecord(origin, new Prompt.Chat(Conversations.ReadPrompt(given, "prompt")),
            Answer(chosen, "chosen"), Answer(rejected, "rejected", isRejected: true));
    }

    private static PairRecord ReadLists(SourceLocation origin, JsonValue? prompt, JsonValue chosenList, JsonValue rejectedList)
    {
        List<Message> chosen = Conversations.Read(chosenList, "chosen", ConversationTags.OpenAi);
        List<Message> rejected = Conversations.Read(rejectedList, "rejected", ConversationTags.OpenAi, isRejected: true);
        if (chosen[0].Role == Role.Assistant && prompt is { } given)
            return new PairRecord(
                origin, new Prompt.Chat(Conversations.ReadPrompt(given, "prompt")), Only(chosen, "chosen"), Only(rejected, "rejected"));

        Conversations.Check(chosen, "chosen", Role.Assistant);
        Conversations.Check(rejected, "rejected", Role.Assistant);
        int shared = 0;
        while (shared < Math.Min(chosen.Count, rejected.Count) - 1 && AreSame(chosen[shared], rejected[shared]))
            shared++;
        if (shared != chosen.Count - 1 || shared != rejected.Count - 1)
            throw new RecordException(
                $"'chosen' and 'rejected' begin with {shared} messages in common, after "
                    + $"which {chosen.Count - shared} and {rejected.Count - shared} follow; exactly one answer each is expected");
        List<Message> common = chosen[..shared];
        if (prompt is { } stated)
            CheckStated(stated, common);
        return new PairRecord(
            origin, new Prompt.Chat(common), Conversations.Compared(chosen[^1], "chosen"),
            Conversations.Compared(rejected[^1], "rejected"));
    }

    /// <summary>
    /// A prompt given beside whole conversations must be theirs: as text one of the user's turns, as a list the same messages.
    /// </summary>
    private static void CheckStated(JsonValue stated, List<Message> common)
    {
        bool same = stated.IsText
            ? common.Exists(m => m.Role == Role.User && m.Content == stated.Text("prompt"))
            : Conversations.Read(stated, "prompt", ConversationTags.OpenAi) is var prompt && prompt.Count == common.Count
                && prompt.Zip(common).All(p => AreSame(p.First, p.Second));
        if (!same)
            throw new RecordException("'prompt' is not what 'chosen' and 'rejected' begin with in common");
    }

    /// <summary>Keys that say nothing of what was said, such as a message's own id, do not tell two messages apart.</summary>
    private static bool AreSame(Message a, Message b) => (a.Role, a.Content, a.Thought?.Text) == (b.Role, b.Content, b.Thought?.Text);

    private static Response.Text Only(List<Message> messages, string key) =>
        messages is [{ Role: Role.Assistant }]
            ? Conversations.Compared(messages[0], key)
            : throw new RecordException(
                $"'{key}' holds {messages.Count} messages; with a prompt apart, exactly one of the assistant's is expected");

    private static Response.Text Answer(JsonValue value, string key, bool isRejected = false) =>
        Conversations.ReadCompared(value, key, ConversationTags.OpenAi, isRejected);
}
