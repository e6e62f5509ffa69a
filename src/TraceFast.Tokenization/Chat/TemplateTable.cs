using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Chat;

/// <summary>LLaMA-Factory's text templates by name: templates.json beside this file.</summary>
internal static class TemplateTable
{
    private static readonly Lazy<IReadOnlyDictionary<string, TemplateDefinition>> s_table = new(Load);

    public static IReadOnlyCollection<string> Names => [.. s_table.Value.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="ChatException">no template of that name; the message lists the nearest ones</exception>
    public static TemplateDefinition Find(string name) =>
        s_table.Value.TryGetValue(name, out TemplateDefinition? template)
            ? template
            : throw new ChatException(
                $"template: found '{name}', which is not a known text template; the nearest are "
                + $"{string.Join(", ", NearestNames.Of(name, Names, 4))}. Leave template out to use the model's own chat_template");

    private static Dictionary<string, TemplateDefinition> Load()
    {
        using Stream stream = typeof(TemplateTable).Assembly.GetManifestResourceStream("templates.json")!;
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return JsonConfig.Parse("templates.json", bytes.ToArray()).Required("templates").Members()
            .ToDictionary(m => m.Name, m => TemplateDefinition.Read(m.Name, m.Value), StringComparer.Ordinal);
    }
}

/// <summary>
/// A part of a turn: text with at most one {{content}}, a named token of the tokenizer (bos, eos), or a token by its text.
/// </summary>
internal abstract record Slot
{
    private Slot()
    {
    }

    public sealed record Text(string Value) : Slot;

    public sealed record Special(string Name) : Slot;

    public sealed record Token(string Value) : Slot;
}

/// <summary>
/// A LLaMA-Factory template: what is around system, user and assistant texts. The user slot holds the opening of the answer; the
/// assistant slot holds what ends it.
/// </summary>
/// <param name="Prefix">before everything</param>
/// <param name="Separator">before each user turn but the first</param>
/// <param name="SystemInFirstUser">the system text is inside the first user slot, as its content's beginning</param>
/// <param name="DefaultSystem">the system text of a conversation that brings none (or an empty one)</param>
/// <param name="StopWords">tokens that end an answer</param>
/// <param name="ReplaceEos">the first stop word takes the place of the tokenizer's eos token</param>
/// <param name="EfficientEos">the last answer, and only that one, gets eos appended</param>
/// <param name="ThoughtWords">what opens and closes a thought, and what an empty one is; null where the template knows none</param>
internal sealed record TemplateDefinition(
    string Name,
    IReadOnlyList<Slot> Prefix,
    IReadOnlyList<Slot> System,
    IReadOnlyList<Slot> User,
    IReadOnlyList<Slot> Assistant,
    IReadOnlyList<Slot> Separator,
    bool SystemInFirstUser,
    string DefaultSystem,
    IReadOnlyList<string> StopWords,
    bool ReplaceEos,
    bool EfficientEos,
    (string Open, string Close, string Empty)? ThoughtWords)
{
    public static TemplateDefinition Read(string name, JsonConfig value)
    {
        IReadOnlyList<Slot> Slots(string key) => value.Optional(key) is { } slots ? [.. slots.Items().Select(ReadSlot)] : [];
        IReadOnlyList<string> Texts(string key) => value.Optional(key) is { } texts ? [.. texts.Items().Select(t => t.AsText())] : [];
        return new TemplateDefinition(
            name,
            Slots("prefix"),
            Slots("system"),
            Slots("user"),
            Slots("assistant"),
            Slots("separator"),
            value.Flag("system_in_first_user", false),
            value.Optional("default_system")?.AsText() ?? "",
            Texts("stop_words"),
            value.Flag("replace_eos", false),
            value.Flag("efficient_eos", false),
            value.Flag("reasoning", false) && Texts("thought_words") is [string open, string close]
                ? (open, close, value.Optional("empty_thought")?.AsText() ?? open + close)
                : null);
    }

    private static Slot ReadSlot(JsonConfig value)
    {
        if (!value.IsObject)
            return new Slot.Text(value.AsText());
        return value.Optional("special") is { } special ? new Slot.Special(special.AsText()) : new Slot.Token(value.Text("token"));
    }
}
