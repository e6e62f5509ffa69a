using System.Text.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Chat;

/// <summary>LLaMA-Factory's text templates by name: templates.json beside this file.</summary>
internal static class TemplateTable
{
    private static readonly Lazy<IReadOnlyDictionary<string, TemplateDefinition>> Table = new(Load);

    public static IReadOnlyCollection<string> Names => [.. Table.Value.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="ChatException">no template of that name; the message lists the nearest ones</exception>
    public static TemplateDefinition Find(string name) =>
        Table.Value.TryGetValue(name, out TemplateDefinition? template)
            ? template
            : throw new ChatException(
                $"template: found '{name}', which is not a known text template; the nearest are "
                + $"{string.Join(", ", NearestNames.Of(name, Names, 4))}. Leave template out to use the model's own chat_template");

    private static Dictionary<string, TemplateDefinition> Load()
    {
        using Stream stream = typeof(TemplateTable).Assembly.GetManifestResourceStream("templates.json")!;
        using var document = JsonDocument.Parse(stream);
        return new JsonValue("templates.json", "$", document.RootElement.Clone()).Required("templates").Members()
            .ToDictionary(m => m.Name, m => TemplateDefinition.Read(m.Name, m.Value), StringComparer.Ordinal);
    }
}
