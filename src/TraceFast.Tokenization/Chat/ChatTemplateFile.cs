using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Jinja;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// The chat template of a model folder, as transformers finds it: chat_template.jinja, else chat_template in tokenizer_config.json.
/// </summary>
internal static class ChatTemplateFile
{
    /// <summary>Real templates have some kilobytes.</summary>
    private const long MaxBytes = 16 << 20;

    public static JinjaTemplate Read(string folder)
    {
        string file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file))
            return JinjaTemplate.Parse(file, ReadText(file));
        JsonConfig? config = JsonConfig.ReadIfPresent(folder, "tokenizer_config.json");
        if (config?.Optional("chat_template") is not { } template)
        {
            throw new ChatException(
                $"{folder}: found no chat template (chat_template.jinja, or chat_template in tokenizer_config.json); name a LLaMA-Factory "
                + "one with template:, for example template: chatml");
        }
        string name = $"{template.File} chat_template";
        return JinjaTemplate.Parse(name, template.IsArray ? Default(template) : template.AsText());
    }

    // Several templates by name: [{"name": "default", "template": "..."}, {"name": "tool_use", ...}]
    private static string Default(JsonConfig templates)
    {
        IReadOnlyList<JsonConfig> items = templates.Items();
        foreach (JsonConfig item in items)
            if (item.Text("name") == "default")
                return item.Text("template");
        throw templates.Error(
            $"templates named {string.Join(", ", items.Select(i => i.Text("name")))}",
            "one named default; or name a LLaMA-Factory one with template:");
    }

    private static string ReadText(string file)
    {
        try
        {
            byte[] bytes = InputFile.ReadAllBytes(file, MaxBytes);
            return new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (System.Text.DecoderFallbackException e)
        {
            throw new InputException($"{file}: found bytes that are no valid UTF-8, expected a chat template", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: cannot be read ({e.Message})", e);
        }
    }
}
