using System.Text;
using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// What an entry of dataset_info.json says about layout: formatting, ranking, columns and tags. As in LLaMA-Factory, a <c>columns</c>
/// object names all columns there are, a missing one has the defaults; tags that are not given keep theirs.
/// </summary>
internal static class EntryLayout
{
    private static readonly string[] s_unsupportedColumns = ["images", "videos", "audios", "kto_tag"];

    private static readonly string[] s_alpacaColumnKeys = [
        "prompt", "query", "response", "history", "system", "chosen", "rejected", "tools"];

    private static readonly string[] s_conversationColumnKeys = ["messages", "system", "chosen", "rejected", "tools"];

    private static readonly string[] s_tagKeys =
        ["role_tag", "content_tag", "user_tag", "assistant_tag", "system_tag", "observation_tag", "function_tag"];

    /// <summary>All that an entry says about it, one line for each key; "" where it says nothing.</summary>
    public static string Stated(JsonObject entry) => string.Concat(
        new[] { "formatting", "ranking", "columns", "tags" }
            .Select(key => entry.Find(key) is { } value ? $"{key}: {Encoding.UTF8.GetString(value.Bytes.Span)}\n" : ""));

    /// <exception cref="RecordException">A key has a value that is not known, or names something that is not supported.</exception>
    public static Func<JsonObject, Stage, RecordLayout?> Of(JsonObject entry)
    {
        string? formatting = entry.FindText("formatting");
        bool? stated = entry.Find("ranking")?.Boolean("ranking");
        JsonObject? columns = entry.Find("columns")?.Object("columns");
        JsonObject? tags = entry.Find("tags")?.Object("tags");
        if (formatting == null && stated == null && columns == null && tags == null)
            return LayoutRecognition.Recognize;
        bool ranking = stated ?? false;
        switch (formatting ?? "alpaca")
        {
            case "alpaca":
                AlpacaLayout alpaca = new(ReadAlpacaColumns(columns, ranking), ranking);
                return (_, _) => alpaca;
            case "sharegpt" or "openai":
                ConversationColumns conversation = ReadConversationColumns(columns, ranking);
                ConversationTags roles = ReadTags(tags, formatting == "openai" ? ConversationTags.OpenAi : ConversationTags.ShareGpt);
                return (first, stage) => LayoutRecognition.ForConversations(first, conversation, roles, ranking, stage);
            default:
                throw new RecordException($"'formatting' is '{formatting}'; known are alpaca, sharegpt and openai");
        }
    }

    private static AlpacaColumns ReadAlpacaColumns(JsonObject? columns, bool ranking)
    {
        if (columns == null)
            return AlpacaColumns.Default with { History = null, System = null };
        CheckKeys("columns", columns, s_alpacaColumnKeys);
        AlpacaColumns read = new(columns.FindText("prompt"), columns.FindText("query"), columns.FindText("response"),
            columns.FindText("history"), columns.FindText("system"), columns.FindText("chosen"), columns.FindText("rejected"),
            columns.FindText("tools"));
        if (read.Prompt == null && read.Query == null)
            throw new RecordException("'columns' names neither 'prompt' nor 'query', so records have no prompt");
        if (ranking)
            RequireRanked(read.Chosen, read.Rejected);
        else if (read.Response == null)
            throw new RecordException("'columns' names no 'response', so records have none (for chosen and rejected set ranking: true)");
        return read;
    }

    private static ConversationColumns ReadConversationColumns(JsonObject? columns, bool ranking)
    {
        if (columns == null)
            return new("conversations", null, "chosen", "rejected");
        CheckKeys("columns", columns, s_conversationColumnKeys);
        ConversationColumns read = new(columns.FindText("messages") ?? "conversations", columns.FindText("system"),
            columns.FindText("chosen"), columns.FindText("rejected"), columns.FindText("tools"));
        if (ranking)
            RequireRanked(read.Chosen, read.Rejected);
        return read;
    }

    private static void RequireRanked(string? chosen, string? rejected)
    {
        if (chosen == null || rejected == null)
            throw new RecordException("'ranking' is true, but 'columns' does not name both 'chosen' and 'rejected'");
    }

    private static ConversationTags ReadTags(JsonObject? tags, ConversationTags defaults)
    {
        if (tags == null)
            return defaults;
        CheckKeys("tags", tags, s_tagKeys);
        return new ConversationTags(
            tags.FindText("role_tag") ?? defaults.RoleTag, tags.FindText("content_tag") ?? defaults.ContentTag,
            tags.FindText("user_tag") ?? defaults.User, tags.FindText("assistant_tag") ?? defaults.Assistant,
            tags.FindText("system_tag") ?? defaults.System, tags.FindText("observation_tag") ?? defaults.Observation,
            tags.FindText("function_tag") ?? defaults.Function);
    }

    private static void CheckKeys(string name, JsonObject given, string[] known)
    {
        foreach (string key in given.Keys)
        {
            if (s_unsupportedColumns.Contains(key))
                throw new RecordException(
                    $"'{name}.{key}' is not supported: records are text, with a response or a pair of them; "
                        + "remove the key if the column is empty, or the data set");
            if (!known.Contains(key))
                throw new RecordException($"'{name}.{key}' is not known; known are {string.Join(", ", known)}");
        }
    }
}
