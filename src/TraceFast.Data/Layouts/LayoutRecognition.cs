using System.Text.Json;
using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>Which layout a file is in, recognized from the keys of its first record. A new layout is listed here.</summary>
internal static class LayoutRecognition
{
    /// <summary>One line per layout, for messages.</summary>
    public const string Known =
        "{conversations|messages [, system]}, {conversations|messages, chosen, rejected}, "
            + "{instruction, input, output}, {instruction, chosen, rejected}, "
        + "{prompt, response|completion}, {prompt, chosen, rejected}, {chosen, rejected} as message lists, {x1, y1, x2, y2}, "
        + "{prompt_ids, response_ids}, {prompt_ids, chosen_ids, rejected_ids}, {x1_ids, y1_ids, x2_ids, y2_ids}";

    /// <summary>
    /// The layout of a record given on its own, without dataset_info.json; null when its keys are those of none. One key of a layout that
    /// no other has is enough: what is missing beside it is then said when the record is read.
    /// </summary>
    public static RecordLayout? Recognize(JsonObject record, Stage stage)
    {
        if (HasAny(record, "x1_ids", "x2_ids"))
            return new TokenIdLayout(RecordKind.Quad);
        if (HasAny(record, "chosen_ids", "rejected_ids") && !(stage == Stage.Sft && record.Has("response_ids")))
            return new TokenIdLayout(RecordKind.Pair);
        if (HasAny(record, "prompt_ids", "response_ids"))
            return new TokenIdLayout(RecordKind.Conversation);
        if (HasAny(record, "x1", "x2"))
            return new QuadLayout();
        if (stage == Stage.Grpo && record.Has(PromptLayout.Key))
            return new PromptLayout();
        bool ranked = HasAny(record, "chosen", "rejected");
        foreach (string key in new[] { "conversations", "messages" })
        {
            if (record.Find(key) is not { IsList: true } list)
                continue;
            ConversationTags tags = TagsOf(list);
            ConversationColumns columns = new(key, "system", "chosen", "rejected");
            if (!ranked || !IsPreferenceBeside(record, list, tags))
                return ForConversations(record, columns, tags, ranked, stage);
            return stage == Stage.Sft && Conversations.EndsWithAnswer(list, tags)
                ? new ConversationLayout(columns, tags) : new PreferenceLayout();
        }
        string? response = Array.Find(["response", "completion"], record.Has);
        // Where records hold an answer to be trained and a pair too, the stage says which is meant.
        if (record.Has("instruction"))
            return new AlpacaLayout(AlpacaColumns.Default, ranked && !(stage == Stage.Sft && record.Has("output")));
        if (ranked && !(stage == Stage.Sft && response != null && record.Has("prompt")))
            return new PreferenceLayout();
        return response == null || !record.Has("prompt") ? null : new PromptResponseLayout(response);
    }

    /// <summary>
    /// Whether a record's list of messages is not the prompt of chosen and rejected, but is beside a pair that has its own: it is a
    /// whole conversation (ultrafeedback_binarized repeats prompt and chosen so), or chosen and rejected are.
    /// </summary>
    private static bool IsPreferenceBeside(JsonObject record, JsonValue messages, ConversationTags tags)
    {
        bool wholeAnswers = record.Find("chosen") is { IsList: true } chosen && chosen.Elements("chosen").Skip(1).Any();
        return wholeAnswers || (record.Has("prompt") && Conversations.EndsWithAnswer(messages, tags));
    }

    /// <summary>
    /// Conversations with chosen and rejected are ranking records, or published IOPO records: those in stage iopo always (another
    /// shape is then an error of the record), elsewhere when the first record has their shape.
    /// </summary>
    public static RecordLayout ForConversations(
        JsonObject first, ConversationColumns columns, ConversationTags tags, bool ranking, Stage stage)
    {
        if (!ranking)
            return new ConversationLayout(columns, tags);
        return stage == Stage.Iopo || HasIopoShape(first, columns, tags)
            ? new IopoLayout(columns, tags)
            : new ConversationRankingLayout(columns, tags);
    }

    private static bool HasIopoShape(JsonObject record, ConversationColumns columns, ConversationTags tags)
    {
        try
        {
            return record.Find(columns.Messages) is { } list && IopoLayout.HasShape(Conversations.Read(list, columns.Messages, tags));
        }
        catch (RecordException)
        {
            // Told as an error of the record when it is read.
            return false;
        }
    }

    private static ConversationTags TagsOf(JsonValue list)
    {
        foreach (JsonValue element in list.Elements("messages").Take(1))
            if (element.Kind == JsonTokenType.StartObject && JsonObject.Parse(element.Bytes).Has(ConversationTags.OpenAi.RoleTag))
                return ConversationTags.OpenAi;
        return ConversationTags.ShareGpt;
    }

    private static bool HasAny(JsonObject record, params string[] keys) => Array.Exists(keys, record.Has);
}
