using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// Keys of a record that are not its texts but go to a model's own chat template, as transformers' apply_chat_template takes them.
/// </summary>
internal static class TemplateKeys
{
    public const string Tools = "tools", Documents = "documents", Keywords = "chat_template_kwargs";

    /// <summary>
    /// What a record holds of them; null where it holds nothing (an empty list or object, null, or an empty text are nothing).
    /// </summary>
    /// <param name="record">A record, or a line of a command's input.</param>
    /// <param name="toolsKey">The key of its tools.</param>
    /// <param name="withDocuments">Whether "documents" are for the template; in data sets the name is used for other things.</param>
    /// <exception cref="RecordException">A value is not of its kind.</exception>
    public static TemplateVariables? Read(JsonObject record, string toolsKey, bool withDocuments)
    {
        string? tools = Objects(record, toolsKey);
        string? documents = withDocuments ? Objects(record, Documents) : null;
        string? keywords = null;
        if (Value(record, Keywords) is { } value)
        {
            _ = value.Object(Keywords);
            keywords = value.Raw(Keywords);
        }
        return tools is null && documents is null && keywords is null ? null : new TemplateVariables(tools, documents, keywords);
    }

    private static string? Objects(JsonObject record, string key)
    {
        if (Value(record, key) is not { } list)
            return null;
        int number = 0;
        foreach (JsonValue element in list.Elements(key))
            _ = element.Object($"{key}[{number++}]");
        return list.Raw(key);
    }

    /// <summary>The value under a key; data sets also write it as JSON inside a string.</summary>
    private static JsonValue? Value(JsonObject record, string key)
    {
        if (record.Find(key) is not { SaysSomething: true } value)
            return null;
        JsonValue inner = value.IsText ? value.InText(key) : value;
        return inner.SaysSomething ? inner : null;
    }
}
