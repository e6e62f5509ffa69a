using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// The keys and role names of message lists. Defaults: LLaMA-Factory's for sharegpt, and those of OpenAI's chat messages (which
/// Hugging Face datasets and TRL share).
/// </summary>
internal sealed record ConversationTags(
    string RoleTag, string ContentTag, string User, string Assistant, string System, string Observation, string Function)
{
    public static ConversationTags ShareGpt { get; } =
        new("from", "value", "human", "gpt", "system", "observation", "function_call");

    public static ConversationTags OpenAi { get; } =
        new("role", "content", "user", "assistant", "system", "tool", "function");
}

/// <summary>
/// Message lists and the rules that LLaMA-Factory holds them to: a system message may come first; then user and assistant
/// alternate, user first.
/// </summary>
internal static class Conversations
{
    /// <summary>Keys of a message whose content would be lost were they passed over.</summary>
    private static readonly string[] UnreadableKeys =
        ["tool_calls", "function_call", "tools", "images", "image", "videos", "video", "audios", "audio"];

    /// <summary>Every message of a list, in order; roles and emptiness checked, order not.</summary>
    public static List<Message> Read(JsonValue list, string key, ConversationTags tags, bool emptyAllowed = false)
    {
        var messages = new List<Message>();
        foreach (JsonValue element in list.Elements(key))
        {
            string place = $"{key}[{messages.Count}]";
            JsonObject message = element.Object(place);
            Role role = ReadRole(message.Require(tags.RoleTag).Text($"{place}.{tags.RoleTag}"), place, tags);
            string content = ReadContent(message, place, tags.ContentTag);
            // An empty system message is none: the template's own is used, as LLaMA-Factory does.
            if (!emptyAllowed && content.Length == 0 && role == Role.System && messages.Count == 0)
                continue;
            messages.Add(new Message(role, emptyAllowed ? content : NotEmpty(content, $"{place}.{tags.ContentTag}")));
        }
        if (messages.Count == 0)
            throw new RecordException($"'{key}' holds no message");
        return messages;
    }

    /// <summary>A response written as a message object, as a list of one message, or as plain text.</summary>
    public static string ReadResponse(JsonValue value, string key, ConversationTags tags)
    {
        if (value.IsText)
            return NotEmpty(value.Text(key), key);
        if (value.IsList)
        {
            List<Message> messages = Read(value, key, tags);
            return messages is [{ Role: Role.Assistant }]
                ? messages[0].Content
                : throw new RecordException($"'{key}' holds {messages.Count} messages; exactly one of the assistant's is expected");
        }
        JsonObject message = value.Object(key);
        if (message.FindText(tags.RoleTag) is { } role && ReadRole(role, key, tags) != Role.Assistant)
            throw new RecordException($"'{key}' is said by '{role}'; it must be by '{tags.Assistant}'");
        return NotEmpty(ReadContent(message, key, tags.ContentTag), key);
    }

    /// <summary>
    /// Checks order and ends: an optional system message, then user and assistant in turn; the last is <paramref name="last"/>'s.
    /// </summary>
    public static void Check(IReadOnlyList<Message> messages, string key, Role last)
    {
        int first = messages[0].Role == Role.System ? 1 : 0;
        for (int i = first; i < messages.Count; i++)
        {
            Role expected = (i - first) % 2 == 0 ? Role.User : Role.Assistant;
            if (messages[i].Role != expected)
                throw new RecordException($"'{key}': message {i + 1} is the {Name(messages[i].Role)}'s where the {Name(expected)}'s is due (user and assistant alternate, user first)");
        }
        if (messages.Count == first)
            throw new RecordException($"'{key}' holds no message but the system's");
        if (messages[^1].Role != last)
            throw new RecordException($"'{key}' ends with a message of the {Name(messages[^1].Role)}; it must end with one of the {Name(last)}");
    }

    /// <summary>Puts a record's own system text first, unless the messages bring one or there is none.</summary>
    public static List<Message> WithSystem(List<Message> messages, string? system)
    {
        if (!string.IsNullOrEmpty(system) && messages[0].Role != Role.System)
            messages.Insert(0, new Message(Role.System, system));
        return messages;
    }

    /// <summary>A prompt given as the user's text or as a message list that ends with the user.</summary>
    public static List<Message> ReadPrompt(JsonValue value, string key)
    {
        if (value.IsText)
            return [new Message(Role.User, NotEmpty(value.Text(key), key))];
        List<Message> messages = Read(value, key, ConversationTags.OpenAi);
        Check(messages, key, Role.User);
        return messages;
    }

    private static Role ReadRole(string role, string place, ConversationTags tags)
    {
        if (role == tags.User)
            return Role.User;
        if (role == tags.Assistant)
            return Role.Assistant;
        if (role == tags.System)
            return Role.System;
        if (role == tags.Observation || role == tags.Function)
            throw new RecordException($"{place} has the role '{role}': turns of tool use are not supported; drop the record or write the turn as text of '{tags.User}' or '{tags.Assistant}'");
        throw new RecordException($"{place} has the role '{Shorten(role)}'; known are '{tags.User}', '{tags.Assistant}' and '{tags.System}' (set 'tags' in dataset_info.json for others)");
    }

    private static string ReadContent(JsonObject message, string place, string contentTag)
    {
        foreach (string key in UnreadableKeys)
            if (key != contentTag && message.Find(key) is { SaysSomething: true })
                throw new RecordException($"{place} has '{key}', which is not supported: text alone is trained on");
        if (message.Find("weight") is { } weight && weight.Bytes.Span.SequenceEqual("0"u8))
            throw new RecordException($"{place} has 'weight' 0: leaving single turns untrained is not supported");
        JsonValue content = message.Require(contentTag);
        string path = $"{place}.{contentTag}";
        return content.IsList ? JoinParts(content, path) : content.Text(path);
    }

    /// <summary>Content as a list of parts, <c>[{"type": "text", "text": ...}]</c>.</summary>
    private static string JoinParts(JsonValue content, string path)
    {
        var text = new System.Text.StringBuilder();
        foreach (JsonValue element in content.Elements(path))
        {
            JsonObject part = element.Object(path);
            string type = part.Require("type").Text($"{path}.type");
            if (type != "text")
                throw new RecordException($"{path} has a part of type '{Shorten(type)}': text alone is trained on");
            text.Append(part.Require("text").Text($"{path}.text"));
        }
        return text.ToString();
    }

    private static string NotEmpty(string text, string key) =>
        text.Length > 0 ? text : throw new RecordException($"'{key}' is empty");

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";

    private static string Name(Role role) => role switch
    {
        Role.User => "user",
        Role.Assistant => "assistant",
        _ => "system",
    };
}
