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
    private static readonly string[] s_unreadableKeys =
        ["tool_calls", "function_call", "tools", "images", "image", "videos", "video", "audios", "audio"];

    /// <summary>Where a message may say what was thought before it: DeepSeek's and Qwen's key first.</summary>
    private static readonly string[] s_thoughtKeys = ["reasoning_content", "reasoning", "thinking"];

    /// <summary>Every message of a list, in order; roles and emptiness checked, order not.</summary>
    /// <param name="list">The messages.</param>
    /// <param name="key">What they are under.</param>
    /// <param name="tags">Their keys and roles.</param>
    /// <param name="asGiven">They are not to be trained: contents may be empty, and marks are of no account.</param>
    /// <param name="isRejected">The last one is an answer to avoid, which may be empty.</param>
    public static List<Message> Read(JsonValue list, string key, ConversationTags tags, bool asGiven = false, bool isRejected = false)
    {
        List<Message> messages = new();
        int number = 0;
        string? empty = null;
        foreach (JsonValue element in list.Elements(key))
        {
            string place = $"{key}[{number}]";
            JsonObject json = element.Object(place);
            Role role = ReadRole(Require(json, tags.RoleTag, place, ++number).Text($"{place}.{tags.RoleTag}"), place, tags);
            Message message = ReadMessage(json, role, place, number, tags, asGiven);
            // An empty system message is none: the template's own is used, as LLaMA-Factory does.
            if (!asGiven && message.Content.Length == 0 && role == Role.System && messages.Count == 0)
                continue;
            if (empty is not null)
                NotEmpty("", empty);
            if (isRejected && role == Role.Assistant && message.Content.Length == 0)
                empty = $"{place}.{tags.ContentTag}";
            else if (!asGiven)
                NotEmpty(message.Content, $"{place}.{tags.ContentTag}");
            messages.Add(message);
        }
        if (messages.Count == 0)
            throw new RecordException($"'{key}' holds no message");
        return messages;
    }

    /// <summary>A response written as a message object, as a list of one message, or as plain text.</summary>
    /// <param name="isRejected">It is to be avoided, and may be empty: a model's own failure is.</param>
    public static Message ReadResponse(JsonValue value, string key, ConversationTags tags, bool isRejected = false)
    {
        if (value.IsText)
            return new Message(Role.Assistant, isRejected ? value.Text(key) : NotEmpty(value.Text(key), key));
        if (value.IsList)
        {
            List<Message> messages = Read(value, key, tags, isRejected: isRejected);
            return messages is [{ Role: Role.Assistant }]
                ? messages[0]
                : throw new RecordException($"'{key}' holds {messages.Count} messages; exactly one of the assistant's is expected");
        }
        JsonObject json = value.Object(key);
        if (json.FindText(tags.RoleTag) is { } role && ReadRole(role, key, tags) != Role.Assistant)
            throw new RecordException($"'{key}' is said by '{role}'; it must be by '{tags.Assistant}'");
        Message message = ReadMessage(json, Role.Assistant, key, number: null, tags);
        if (!isRejected)
            NotEmpty(message.Content, key);
        return message;
    }

    /// <summary>One of two answers that are compared. Both are needed, so neither can be marked as not to be trained.</summary>
    /// <param name="isRejected">It may be empty.</param>
    public static Response.Text ReadCompared(JsonValue value, string key, ConversationTags tags, bool isRejected = false) =>
        Compared(ReadResponse(value, key, tags, isRejected), key);

    /// <summary>As <see cref="ReadCompared"/>.</summary>
    public static Response.Text Compared(Message answer, string key) => answer.Untrained
        ? throw new RecordException(
            $"'{key}' is marked as not to be trained, but a preference is learned from both answers; leave the record or the mark out")
        : new Response.Text(answer);

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
                throw new RecordException(
                    $"'{key}': message {i + 1} is the {Name(messages[i].Role)}'s where the {Name(expected)}'s is due (user and assistant "
                        + "alternate, user first)");
        }
        if (messages.Count == first)
            throw new RecordException($"'{key}' holds no message but the system's");
        if (messages[^1].Role != last)
            throw new RecordException(
                $"'{key}' ends with a message of the {Name(messages[^1].Role)}; it must end with one of the {Name(last)}");
    }

    /// <summary>A conversation to be trained.</summary>
    /// <exception cref="RecordException">All its answers are marked as not to be trained.</exception>
    public static SftRecord Trained(SourceLocation origin, IReadOnlyList<Message> messages) =>
        messages.Any(m => m is { Role: Role.Assistant, Untrained: false })
        ? new SftRecord(origin, messages)
        : throw new RecordException(
            "no answer is left to be trained: each is marked as not to be (by 'weight', "
                + "'train', 'training' or 'loss'); leave the record or a mark out");

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

    /// <summary>Whether a list ends with a message of the assistant's, so that it is a whole conversation.</summary>
    public static bool EndsWithAnswer(JsonValue list, ConversationTags tags) =>
        list.Elements("messages").LastOrDefault() is { IsObject: true } last
            && JsonObject.Parse(last.Bytes).Find(tags.RoleTag) is { IsText: true } role && role.Text(tags.RoleTag) == tags.Assistant;

    private static Role ReadRole(string role, string place, ConversationTags tags)
    {
        if (role == tags.User)
            return Role.User;
        if (role == tags.Assistant)
            return Role.Assistant;
        if (role == tags.System)
            return Role.System;
        if (role == tags.Observation || role == tags.Function)
            throw new RecordException(
                $"{place} has the role '{role}': turns of tool use are not supported; drop the "
                    + $"record or write the turn as text of '{tags.User}' or '{tags.Assistant}'");
        throw new RecordException(
            $"{place} has the role '{Shorten(role)}'; known are '{tags.User}', '{tags.Assistant}' and '{tags.System}' (set 'tags' in "
                + "dataset_info.json for others)");
    }

    private static Message ReadMessage(JsonObject json, Role role, string place, int? number, ConversationTags tags, bool asGiven = false)
    {
        foreach (string key in s_unreadableKeys)
            if (key != tags.ContentTag && json.Find(key) is { SaysSomething: true })
                throw new RecordException($"{place} has '{key}', which is not supported: text alone is read");
        bool untrained = !asGiven && TrainingMarks.Untrained(json, role, place);
        JsonValue content = Require(json, tags.ContentTag, place, number);
        string path = $"{place}.{tags.ContentTag}";
        string text = content.IsList ? JoinParts(content, path) : content.Text(path);
        Thought? thought = role == Role.Assistant ? ReadThought(json, place) : null;
        return new Message(role, text) { Untrained = untrained, Thought = thought,
            OtherKeys = ReadOthers(json, thought?.Key, place, tags) };
    }

    private static Thought? ReadThought(JsonObject json, string place)
    {
        foreach (string key in s_thoughtKeys)
            if (json.Find(key) is { IsText: true, SaysSomething: true } thought)
                return new Thought(key, thought.Text($"{place}.{key}"));
        return null;
    }

    /// <summary>What says something and is neither role, content, mark nor thought, as one JSON object.</summary>
    private static string? ReadOthers(JsonObject json, string? thoughtKey, string place, ConversationTags tags)
    {
        System.Text.StringBuilder? others = null;
        foreach ((string key, JsonValue value) in json.Fields)
        {
            if (!value.SaysSomething || key == tags.RoleTag || key == tags.ContentTag || key == thoughtKey || TrainingMarks.IsKey(key))
                continue;
            others = others is null ? new System.Text.StringBuilder("{") : others.Append(',');
            others.Append('"').Append(System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(key)).Append("\":")
                .Append(value.Raw($"{place}.{key}"));
        }
        return others?.Append('}').ToString();
    }

    /// <param name="json">A message.</param>
    /// <param name="key">One of its keys.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="number">Counted from 1 in its list; null where it is in none.</param>
    private static JsonValue Require(JsonObject json, string key, string place, int? number)
    {
        if (json.Find(key) is { } value)
            return value;
        string which = number is { } n ? $" (message {n})" : "";
        throw new RecordException(json.Keys.Contains(key)
            ? $"'{place}.{key}'{which} is null, not text"
            : $"{place}{which}: the key '{key}' is missing (found: {json.DescribeKeys()})");
    }

    /// <summary>Content as a list of parts, <c>[{"type": "text", "text": ...}]</c>.</summary>
    private static string JoinParts(JsonValue content, string path)
    {
        System.Text.StringBuilder text = new();
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
