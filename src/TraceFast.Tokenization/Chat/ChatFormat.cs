using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// How a conversation becomes tokens: by a LLaMA-Factory template name or by the model's own chat_template. What a record says (system,
/// user and assistant contents) becomes no control token, whatever it spells, unless <see cref="ChatSettings.SplitSpecialTokens"/> is off;
/// where it spells none, the ids equal those of the rendered text. Safe for use by several threads.
/// </summary>
public sealed class ChatFormat
{
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IChatTemplate _source;
    private readonly Tokenizer _tokenizer;
    private readonly ChatSettings _settings;
    private readonly Lazy<SearchValues<string>> _specialTokens;

    private ChatFormat(IChatTemplate source, Tokenizer tokenizer, ChatSettings settings)
    {
        _source = source;
        _tokenizer = tokenizer;
        _settings = settings;
        _specialTokens = new(
            () => SearchValues.Create([.. tokenizer.SpecialIds.Select(id => tokenizer.IdToToken(id)!)], StringComparison.Ordinal));
        StopTokenIds = [.. source.StopTokenIds];
        ContentHash = HashBuilder.HexOf($"{tokenizer.ContentHash}\n{source.HashedContent}{settings.Hashed}");
    }

    /// <summary>The LLaMA-Factory template names that are known.</summary>
    public static IReadOnlyCollection<string> TemplateNames => TemplateTable.Names;

    /// <summary>The template's name, or "chat_template" for the model's own.</summary>
    public string Name => _source.Name;

    /// <summary>The system text of a conversation that brings none; null where there is none.</summary>
    public string? SystemText => _source.SystemText;

    /// <summary>Ids that end an answer, the usual one first.</summary>
    public int[] StopTokenIds { get; }

    /// <summary>
    /// True where only the last answer of a conversation ends with a token (LLaMA-Factory's efficient_eos); earlier answers are ended by
    /// the next turn's opening. Such templates cannot be trained on the prompt.
    /// </summary>
    public bool EfficientEos => _source.EfficientEos;

    /// <summary>
    /// SHA-256 (hexadecimal) over all that determines the ids of a conversation: tokenizer, template, named tokens, the date where the
    /// template prints it.
    /// </summary>
    public string ContentHash { get; }

    /// <summary>A LLaMA-Factory template.</summary>
    /// <param name="llamaFactoryName">its name</param>
    /// <param name="t">the tokenizer</param>
    /// <param name="modelFolder">where tokenizer_config.json names the bos and eos tokens</param>
    /// <param name="settings">null: those of a format that nothing was said about</param>
    /// <exception cref="InputException">unknown name, or a tokenizer without the template's tokens</exception>
    public static ChatFormat ForTemplate(string llamaFactoryName, Tokenizer t, string modelFolder, ChatSettings? settings = null)
    {
        settings ??= new ChatSettings();
        TemplateDefinition template = TemplateTable.Find(llamaFactoryName);
        return new ChatFormat(new LlamaFactoryTemplate(template, t, SpecialTokens.Read(Folder(modelFolder), t), settings), t, settings);
    }

    /// <summary>The model's own chat_template (chat_template.jinja or tokenizer_config.json).</summary>
    /// <exception cref="InputException">no template, or one that is wrong or not supported; the message names its line</exception>
    public static ChatFormat FromModel(string modelFolder, Tokenizer t) => FromModel(modelFolder, t, DateTime.Now);

    /// <summary>The same at a given time, so that a run that goes on another day has the tokens that it began with.</summary>
    /// <param name="modelFolder">folder of the template and the named tokens</param>
    /// <param name="t">the tokenizer</param>
    /// <param name="now">the local time that strftime_now prints, the same for every conversation</param>
    /// <param name="settings">null: those of a format that nothing was said about</param>
    /// <exception cref="InputException">no template, or one that is wrong or not supported; the message names its line</exception>
    public static ChatFormat FromModel(string modelFolder, Tokenizer t, DateTime now, ChatSettings? settings = null)
    {
        settings ??= new ChatSettings();
        string folder = Folder(modelFolder);
        return new ChatFormat(
            new HuggingFaceTemplate(ChatTemplateFile.Read(folder), t, SpecialTokens.Read(folder, t), now, settings), t, settings);
    }

    /// <summary>
    /// One (prompt, response) for each assistant turn in order; concatenated they are the conversation. A response ends with what ends
    /// the turn. The two are tokenized separately, as LLaMA-Factory and TRL do.
    /// </summary>
    /// <param name="conversation">ends with the assistant's message</param>
    /// <param name="lastTurnOnly">one pair for the last answer, the turns before it in its prompt (mask_history)</param>
    /// <param name="atMost">a text that is certain to have more tokens is refused before it is tokenized</param>
    /// <param name="variables">what the record gives a model's own template beside its messages</param>
    /// <exception cref="InputException">a conversation that the format cannot express, or variables that it has no use for; the message
    /// names the turn</exception>
    /// <exception cref="TextTooLongException">see <paramref name="atMost"/></exception>
    public IReadOnlyList<(int[] Prompt, int[] Response)> EncodeTurns(
        IReadOnlyList<Message> conversation, bool lastTurnOnly = false, int atMost = int.MaxValue, TemplateVariables? variables = null)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        RequireMessages(conversation, Role.Assistant);
        if (conversation.First(m => m.Role != Role.System).Role == Role.Assistant)
            throw new ChatException("the conversation begins with the assistant's message, expected a user's message that it answers");
        return [.. _source.Turns(conversation, lastTurnOnly, variables).Select(t => (Ids(t.Prompt, atMost), Ids(t.Response, atMost)))];
    }

    /// <summary>All that the model reads before it answers.</summary>
    /// <param name="promptEndingInUser">the messages</param>
    /// <param name="atMost">as in <see cref="EncodeTurns"/></param>
    /// <param name="variables">as in <see cref="EncodeTurns"/></param>
    /// <param name="answer">the answer that is trained after it; null where the model is to write one</param>
    /// <exception cref="InputException">as in <see cref="EncodeTurns"/></exception>
    public int[] EncodePrompt(
        IReadOnlyList<Message> promptEndingInUser, int atMost = int.MaxValue, TemplateVariables? variables = null, Message? answer = null)
    {
        ArgumentNullException.ThrowIfNull(promptEndingInUser);
        RequireMessages(promptEndingInUser, Role.User);
        return Ids(_source.Prompt(promptEndingInUser, answer, variables), atMost);
    }

    /// <summary>The answer and what ends its turn.</summary>
    /// <param name="prompt">the messages before it</param>
    /// <param name="answer">the assistant's message</param>
    /// <param name="atMost">as in <see cref="EncodeTurns"/></param>
    /// <param name="variables">as in <see cref="EncodeTurns"/></param>
    /// <exception cref="InputException">as in <see cref="EncodeTurns"/></exception>
    public int[] EncodeResponse(
        IReadOnlyList<Message> prompt, Message answer, int atMost = int.MaxValue, TemplateVariables? variables = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        RequireMessages(prompt, Role.User);
        return Ids(_source.Response(prompt, answer, variables), atMost);
    }

    /// <summary>
    /// The special tokens that messages spell, with their numbers; what becomes of them is <see cref="ChatSettings.SplitSpecialTokens"/>'
    /// business.
    /// </summary>
    public IReadOnlyDictionary<int, int> SpecialTokensIn(IEnumerable<Message> messages)
    {
        Dictionary<int, int> found = [];
        foreach (string text in messages.SelectMany(m => new[] { m.Content, m.Thought?.Text ?? "" }))
            if (text.AsSpan().ContainsAny(_specialTokens.Value))
                foreach (int id in _tokenizer.Encode(text).Where(_tokenizer.SpecialIds.Contains))
                    found[id] = found.GetValueOrDefault(id) + 1;
        return found;
    }

    /// <summary>For training, which needs answers: refuses a format of which only prompts can be had.</summary>
    /// <exception cref="InputException">It cannot be told where an answer ends.</exception>
    public void RequireAnswers() => _source.RequireAnswers();

    /// <summary>A token's text and id, for messages; the id alone where the tokenizer has none.</summary>
    public string DescribeToken(int id) =>
        _tokenizer.IdToToken(id) is { } token ? $"{token} ({id})" : id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// The conversation as text, as transformers' apply_chat_template; a LLaMA-Factory template always opens the answer after a user's
    /// message.
    /// </summary>
    public string Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateVariables? variables = null) =>
        _source.Render(messages, addGenerationPrompt, variables).Text;

    /// <summary>Text and ids of a conversation.</summary>
    /// <param name="safe">
    /// false: as transformers' apply_chat_template, special tokens parsed in all of the text; true: as training with split_special_tokens,
    /// where what the messages say stays plain text, and each answer is tokenized apart from its prompt
    /// </param>
    public RenderedChat Tokenize(IReadOnlyList<Message> messages, bool addGenerationPrompt, bool safe, TemplateVariables? variables = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (!safe)
        {
            string rendered = Render(messages, addGenerationPrompt, variables);
            return new RenderedChat(rendered, _tokenizer.Encode(rendered));
        }
        ChatText text = new();
        if (!addGenerationPrompt && messages.Count > 0 && messages[^1].Role == Role.Assistant)
            foreach ((ChatText prompt, ChatText response) in _source.Turns(messages, lastTurnOnly: false, variables))
                text.Add(prompt).Add(response);
        else
            text.Add(_source.Render(messages, addGenerationPrompt, variables));
        return new RenderedChat(text.Text, text.Encode(_tokenizer));
    }

    /// <summary>What a run prints once about its format: template, system text, tokens that end an answer.</summary>
    public IReadOnlyList<string> Describe() =>
    [
        $"template: {Name} ({_source.Origin})",
        $"system text: {(SystemText is null ? "none" : Quote(SystemText))}",
        $"an answer ends with: {string.Join(" ", StopTokenIds.Select(DescribeToken))}"
            + (EfficientEos ? "; only the last answer of a conversation gets one" : ""),
        .. _source.SettingsInWords,
    ];

    /// <summary>The tokens of one record, one line each for what the model reads and what it is trained on, with their ids.</summary>
    /// <param name="parts">tokens in order and whether they are labels</param>
    public IReadOnlyList<string> DescribeTokens(IEnumerable<(int[] Tokens, bool Labelled)> parts) =>
    [
        .. parts.Select(part =>
            $"{(part.Labelled ? "labelled" : "prompt")} ({part.Tokens.Length} tokens): {Quote(_tokenizer.Decode(part.Tokens))} = "
                + $"[{string.Join(", ", part.Tokens)}]"),
    ];

    private int[] Ids(ChatText text, int atMost) => text.Encode(_tokenizer, _settings.SplitSpecialTokens, atMost);

    private static string Quote(string text) => JsonSerializer.Serialize(text, s_readable);

    private static string Folder(string path) => File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;

    private static void RequireMessages(IReadOnlyList<Message> messages, Role last)
    {
        if (messages.Count == 0 || messages[^1].Role != last)
            throw new ChatException(
                $"the messages end with {(messages.Count == 0 ? "nothing" : $"the {messages[^1].Role.ToString().ToLowerInvariant()}'s")}, "
                + $"expected the {last.ToString().ToLowerInvariant()}'s");
    }
}

/// <summary>LLaMA-Factory's enable_thinking: what becomes of the thoughts of answers.</summary>
public enum Thinking
{
    /// <summary>Not said: a LLaMA-Factory template takes it as <see cref="On"/>, a model's own template is not told.</summary>
    Unsaid,

    /// <summary>true: an answer without a thought gets an empty one, which is trained.</summary>
    On,

    /// <summary>false: thoughts of answers are left out, and the empty thought ends the prompt, where it is not trained.</summary>
    Off,

    /// <summary>null: thoughts of answers are trained; where there is none, the empty thought ends the prompt.</summary>
    AsGiven,
}

/// <summary>What a chat format is told beside its template; the names in brackets are the configuration keys.</summary>
public sealed record ChatSettings
{
    /// <summary>
    /// Special tokens that a message spells stay plain text, so that no message brings a control token; false: each is its one id, as
    /// LLaMA-Factory and transformers' apply_chat_template read it [split_special_tokens].
    /// </summary>
    public bool SplitSpecialTokens { get; init; } = true;

    /// <summary>What becomes of thoughts [enable_thinking].</summary>
    public Thinking Thinking { get; init; }

    /// <summary>
    /// Whether thoughts of earlier answers stay in a prompt [preserve_thinking]; null: not said, which LLaMA-Factory takes as false.
    /// </summary>
    public bool? PreserveThinking { get; init; }

    /// <summary>What deviates from not saying anything, for a hash.</summary>
    internal string Hashed =>
        (SplitSpecialTokens ? "" : "\nsplit_special_tokens=false") + (Thinking == Thinking.Unsaid ? "" : $"\nthinking={Thinking}")
        + (PreserveThinking is { } preserve ? $"\npreserve_thinking={preserve}" : "");
}

/// <summary>
/// A conversation that a chat format cannot turn into tokens, a template that is unknown or does not fit the tokenizer, or a
/// chat_template that does not separate prompt and answer.
/// </summary>
public sealed class ChatException : InputException
{
    public ChatException(string message)
        : base(message)
    {
    }
}

/// <summary>A conversation as text and as token ids.</summary>
/// <param name="Rendered">the text, control tokens spelled out</param>
/// <param name="Ids">its token ids</param>
public sealed record RenderedChat(string Rendered, int[] Ids);
