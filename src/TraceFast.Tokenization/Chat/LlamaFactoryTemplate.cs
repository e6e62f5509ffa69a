using System.Text.RegularExpressions;
using TraceFast.Data;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// A conversation by a LLaMA-Factory template: each slot is one text for the tokenizer, as LLaMA-Factory's encode_multiturn does it,
/// so prompt and answer, and the system and the first user slot, never merge into one token.
/// </summary>
internal sealed class LlamaFactoryTemplate : IChatTemplate
{
    private const string Content = "{{content}}";

    private readonly TemplateDefinition _template;
    private readonly Tokenizer _tokenizer;
    private readonly Thoughts? _thoughts;
    private readonly string? _bos;
    private readonly string? _eos;
    private readonly string _origin;
    private readonly ChatSettings _settings;

    public LlamaFactoryTemplate(TemplateDefinition template, Tokenizer tokenizer, SpecialTokens tokens, ChatSettings settings)
    {
        _template = template;
        _tokenizer = tokenizer;
        _settings = settings;
        _thoughts = template.ThoughtWords is (string open, string close, string empty) ? new Thoughts(open, close, empty, settings) : null;
        _bos = tokens.Bos;
        _eos = template.ReplaceEos ? template.StopWords[0] : tokens.Eos;
        if (_eos is null && (template.EfficientEos || Slots.Contains(new Slot.Special("eos"))))
            throw new ChatException(
                $"template {template.Name}: needs the tokenizer's eos_token, but {tokenizer.Path} has none beside it; "
                + "set eos_token in tokenizer_config.json or choose a template that brings its own end of turn");
        // LLaMA-Factory adds a missing stop word to the tokenizer. A model that never saw it cannot write it, so that helps only where
        // the conversation itself spells it: there the tokenizer does not fit the template.
        List<int> stops = _eos is null ? [] : [Id(_eos)];
        List<string> missing = new();
        foreach (string word in template.StopWords)
        {
            if (tokenizer.TokenToId(word) is { } id)
                stops.Add(id);
            else if (Slots.OfType<Slot.Text>().Any(s => s.Value.Contains(word, StringComparison.Ordinal)))
                Id(word);
            else
                missing.Add(word);
        }
        // The one that the assistant slot writes comes first.
        string answer = string.Concat(template.Assistant.OfType<Slot.Text>().Select(slot => slot.Value));
        StopTokenIds = [.. stops.Distinct().OrderBy(id => answer.Contains(tokenizer.IdToToken(id)!, StringComparison.Ordinal) ? 0 : 1)];
        _origin = missing.Count == 0 ? "" : $"; the tokenizer lacks its stop word {string.Join(", ", missing)}";
    }

    public string Name => _template.Name;

    public string Origin =>
        (_template.Name == "qwen" ? "LLaMA-Factory template, as in the published IOPO trainer" : "LLaMA-Factory template") + _origin;

    public string? SystemText => _template.DefaultSystem.Length > 0 ? _template.DefaultSystem : null;

    public IReadOnlyList<int> StopTokenIds { get; }

    public bool EfficientEos => _template.EfficientEos;

    public string HashedContent => $"llama-factory\n{System.Text.Json.JsonSerializer.Serialize(Texts())}";

    public IReadOnlyList<string> SettingsInWords => _thoughts is not null ? [_thoughts.InWords]
        : _settings.Thinking != Thinking.Unsaid || _settings.PreserveThinking is not null
        ? [$"thoughts: template {Name} has none, so enable_thinking and preserve_thinking do nothing"]
        : [];

    public IReadOnlyList<(ChatText Prompt, ChatText Response)> Turns(
        IReadOnlyList<Message> conversation, bool lastTurnOnly, TemplateVariables? variables)
    {
        if (lastTurnOnly && _thoughts is not { KeepsEarlier: true })
        {
            IReadOnlyList<Message> before = [.. conversation.SkipLast(1)];
            return [(Prompt(before, conversation[^1], variables), Response(before, conversation[^1], variables))];
        }
        RefuseVariables(variables);
        (SystemMessage system, List<Message> turns) = Shape(conversation, endsWith: Role.Assistant);
        List<(ChatText Prompt, ChatText Response)> result = new();
        for (int i = 0; i < turns.Count; i += 2)
            result.Add((EndPrompt(User(i, turns[i].Content, system), turns[i + 1]), Answer(turns[i + 1], isLast: i + 2 == turns.Count)));
        return lastTurnOnly ? [(Joined(result), result[^1].Response)] : result;
    }

    public ChatText Prompt(IReadOnlyList<Message> messages, Message? answer, TemplateVariables? variables)
    {
        RefuseVariables(variables);
        (SystemMessage system, List<Message> turns) = Shape(_thoughts?.Earlier(messages) ?? messages, endsWith: Role.User);
        return EndPrompt(Join(turns, system), answer);
    }

    public ChatText Response(IReadOnlyList<Message> prompt, Message answer, TemplateVariables? variables) => Answer(answer, isLast: true);

    // A slot is the answer's.
    public void RequireAnswers()
    {
    }

    // The user slot always opens the answer, so the generation prompt cannot be left out.
    public ChatText Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateVariables? variables)
    {
        RefuseVariables(variables);
        (SystemMessage system, List<Message> turns) = Shape(messages, endsWith: null);
        return Join(turns, system);
    }

    private void RefuseVariables(TemplateVariables? variables)
    {
        if (variables is null)
            return;
        string given = variables.Tools is not null ? "tools" : variables.Documents is not null ? "documents" : "chat_template_kwargs";
        throw new ChatException(
            $"template {Name}: has no place for '{given}', "
            + "which only a model's own chat_template reads; leave template out to use that, or take them out of the record");
    }

    // All turns but the last answer, as one text.
    private static ChatText Joined(List<(ChatText Prompt, ChatText Response)> turns)
    {
        ChatText text = new();
        foreach ((ChatText prompt, ChatText response) in turns[..^1])
            text.Add(prompt).Add(response);
        return text.Add(turns[^1].Prompt);
    }

    private ChatText EndPrompt(ChatText prompt, Message? answer) =>
        _thoughts?.EndsPrompt(answer is null ? null : _thoughts.Trained(answer)) == true ? prompt.Add([(_thoughts.Empty, true)]) : prompt;

    /// <param name="FromTemplate">true where the conversation brings none and the template's own is used</param>
    private readonly record struct SystemMessage(string Text, bool FromTemplate);

    private ChatText Join(List<Message> turns, SystemMessage system)
    {
        ChatText text = new();
        for (int i = 0; i < turns.Count; i++)
            text.Add(turns[i].Role == Role.User
                ? User(i, turns[i].Content, system)
                : Add(new ChatText(), _template.Assistant, ContentOf(turns[i])));
        return text;
    }

    private ChatText User(int index, string content, SystemMessage system)
    {
        ChatText text = new();
        List<(string, bool)> before = [];
        if (index == 0)
        {
            Add(text, _template.Prefix, "");
            if (system.Text.Length > 0 && _template.SystemInFirstUser)
                before = Pieces(((Slot.Text)_template.System[0]).Value, [(system.Text, system.FromTemplate)]);
            else if (system.Text.Length > 0)
                Add(text, _template.System, [(system.Text, system.FromTemplate)]);
        }
        else
        {
            Add(text, _template.Separator, "");
        }
        return Add(text, _template.User, [.. before, (content, false)]);
    }

    private ChatText Answer(Message answer, bool isLast)
    {
        ChatText text = new();
        Message trained = _thoughts?.Trained(answer) ?? answer;
        if (_thoughts?.BeginsAnswer(trained) == true)
            text.Add([(_thoughts.Empty, true)]);
        Add(text, _template.Assistant, ContentOf(trained));
        if (isLast && _template.EfficientEos)
            text.AddToken(_eos!, Id(_eos!));
        return text;
    }

    private List<(string Text, bool AllowSpecial)> ContentOf(Message answer) => _thoughts?.Content(answer) ?? (answer.Thought is null
        ? [(answer.Content, false)]
        : throw new ChatException(
            $"template {Name}: an answer has '{answer.Thought.Key}', and the template has no place for a thought; leave "
                + "template out to use the model's own "
            + "chat_template, or write the thought into the content"));

    private ChatText Add(ChatText text, IReadOnlyList<Slot> slots, string content) => Add(text, slots, [(content, false)]);

    private ChatText Add(ChatText text, IReadOnlyList<Slot> slots, List<(string Text, bool AllowSpecial)> content)
    {
        foreach (Slot slot in slots)
        {
            switch (slot)
            {
                case Slot.Text part:
                    text.Add(Pieces(part.Value, content));
                    break;
                case Slot.Token token:
                    text.AddToken(token.Value, Id(token.Value));
                    break;
                case Slot.Special special when (special.Name == "bos" ? _bos : _eos) is { } named:
                    text.AddToken(named, Id(named));
                    break;
            }
        }
        return text;
    }

    private static List<(string Text, bool AllowSpecial)> Pieces(string slot, List<(string Text, bool AllowSpecial)> content)
    {
        int at = slot.IndexOf(Content, StringComparison.Ordinal);
        return at < 0 ? [(slot, true)] : [(slot[..at], true), .. content, (slot[(at + Content.Length)..], true)];
    }

    // The system text (the template's own where the conversation brings none) and the turns, user and assistant by turns.
    private (SystemMessage System, List<Message> Turns) Shape(IReadOnlyList<Message> messages, Role? endsWith)
    {
        bool hasSystem = messages.Count > 0 && messages[0].Role == Role.System;
        SystemMessage system = hasSystem && messages[0].Content.Length > 0
            ? new(messages[0].Content, FromTemplate: false)
            : new(_template.DefaultSystem, FromTemplate: true);
        int offset = hasSystem ? 1 : 0;
        List<Message> turns = [.. messages.Skip(offset)];
        for (int i = 0; i < turns.Count; i++)
        {
            Role expected = i % 2 == 0 ? Role.User : Role.Assistant;
            if (turns[i].Role != expected)
                throw new ChatException(
                    $"template {Name}: message {i + offset} (counted from 0) is the {turns[i].Role}'s, expected the {expected}'s: "
                    + "after an optional system message, user and assistant take turns");
        }
        if (turns.Count == 0 || (endsWith is { } last && turns[^1].Role != last))
            throw new ChatException($"template {Name}: the conversation has to end with the {(endsWith ?? Role.User)}'s message");
        return (system, turns);
    }

    private IEnumerable<Slot> Slots =>
        [.. _template.Prefix, .. _template.System, .. _template.User, .. _template.Assistant, .. _template.Separator];

    private int Id(string token) => _tokenizer.TokenToId(token) ?? throw new ChatException(
        $"template {Name}: needs the token '{token}', which {_tokenizer.Path} does not have; choose a template that fits the tokenizer, or "
        + "leave template out to use the model's own chat_template");

    private object Texts() => new
    {
        prefix = _template.Prefix.Select(s => s.ToString()),
        system = _template.System.Select(s => s.ToString()),
        user = _template.User.Select(s => s.ToString()),
        assistant = _template.Assistant.Select(s => s.ToString()),
        separator = _template.Separator.Select(s => s.ToString()),
        _template.SystemInFirstUser,
        _template.DefaultSystem,
        _template.EfficientEos,
        thoughts = _thoughts?.Empty,
        bos = _bos,
        eos = _eos,
    };
}

/// <summary>
/// LLaMA-Factory's rules for the thoughts of its reasoning templates (ReasoningTemplate): with enable_thinking true an answer without a
/// thought gets an empty one, which is trained; with false the thoughts of answers go, and the empty one ends the prompt, where it is not;
/// with null thoughts stay, and where there is none the empty one ends the prompt. Where only the last answer counts, earlier ones lose
/// their thoughts, unless preserve_thinking keeps them.
/// </summary>
internal sealed class Thoughts(string open, string close, string empty, ChatSettings settings)
{
    private readonly Regex _thought = new(
        Regex.Escape(open) + "(.*?)" + Regex.Escape(close), RegexOptions.Singleline | RegexOptions.CultureInvariant);

    public string Empty => empty;

    public bool KeepsEarlier => settings.PreserveThinking == true;

    /// <summary>An answer as it is trained.</summary>
    public Message Trained(Message answer) => settings.Thinking == Thinking.Off ? Without(answer) : answer;

    /// <summary>Whether the empty thought is at the end of an answer's prompt.</summary>
    /// <param name="answer">As <see cref="Trained"/> gives it; null where it is still to be written.</param>
    public bool EndsPrompt(Message? answer) =>
        settings.Thinking is Thinking.Off or Thinking.AsGiven && (answer is null || !HasThought(answer));

    /// <summary>Whether the empty thought is at an answer's beginning.</summary>
    public bool BeginsAnswer(Message answer) => settings.Thinking is Thinking.On or Thinking.Unsaid && !HasThought(answer);

    /// <summary>Answers before the one that counts.</summary>
    public IReadOnlyList<Message> Earlier(IReadOnlyList<Message> messages) =>
        KeepsEarlier ? messages : [.. messages.Select(m => m.Role == Role.Assistant ? Without(m) : m)];

    /// <summary>
    /// The content of an answer with the thought that is beside it in front, in the template's words; contents hold no special tokens.
    /// </summary>
    public List<(string Text, bool AllowSpecial)> Content(Message answer) => answer.Thought is { } thought
        ? [(open, true), (thought.Text.Trim('\n'), false), (close, true), (answer.Content.TrimStart('\n'), false)]
        : [(answer.Content, false)];

    /// <summary>What the settings do, for the user.</summary>
    public string InWords => settings.Thinking switch
    {
        Thinking.Off => "thoughts: those of answers are left out, and an empty one ends each prompt, unlabelled (enable_thinking: false)",
        Thinking.AsGiven =>
            "thoughts: those of answers are trained; where there is none, an empty one ends the prompt, unlabelled (enable_thinking: null)",
        _ => "thoughts: an answer without one gets an empty one, which is trained (enable_thinking: true)",
    };

    private bool HasThought(Message answer) => answer.Thought is not null
        || answer.Content.Contains(open.Trim(), StringComparison.Ordinal)
        || answer.Content.Contains(close.Trim(), StringComparison.Ordinal);

    private Message Without(Message answer) =>
        answer with { Content = _thought.Replace(answer.Content, "").TrimStart('\n'), Thought = null };
}
