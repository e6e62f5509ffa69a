using System.Text.Json;
using System.Text.RegularExpressions;
using TraceFast.Data;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// A conversation by the model's own chat_template: the prompt is what the template renders with add_generation_prompt, the answer is
/// what it adds to that for the assistant's turn. Holds only where the rendered prompt is the beginning of the rendered whole.
/// </summary>
internal sealed class HuggingFaceTemplate : IChatTemplate
{
    private readonly JinjaTemplate _template;
    /// <summary>Formats of strftime that are finer than a day.</summary>
    private static readonly string[] s_timesOfDay = ["%H", "%I", "%M", "%S", "%p", "%f", "%X", "%c", "%T", "%R", "%r", "%s"];

    private readonly Tokenizer _tokenizer;
    private readonly List<KeyValuePair<string, object?>> _variables;
    private readonly DateTime _now;
    private readonly EndOfTurn _endOfTurn;

    public HuggingFaceTemplate(JinjaTemplate template, Tokenizer tokenizer, SpecialTokens tokens, DateTime now, ChatSettings settings)
    {
        _template = template;
        _tokenizer = tokenizer;
        _now = now;
        _variables =
        [
            new("tools", null),
            new("documents", null),
            .. tokens.ByName.Select(t => KeyValuePair.Create(t.Key, (object?)TaintedString.FromTemplate(t.Value))),
        ];
        if (tokens.Additional.Count > 0)
            _variables.Add(new("additional_special_tokens", new JinjaList([.. tokens.Additional.Select(TaintedString.FromTemplate)])));
        SettingsInWords = [.. Take(settings)];
        _endOfTurn = EndOfTurn.Probe(
            (messages, add) => Rendered(messages, add, _variables), template.Name,
            [.. tokenizer.SpecialIds.Select(id => tokenizer.IdToToken(id)!)]);
        StopTokenIds = Stops(tokens);
        SystemText = ProbeSystemText();
    }

    public string Name => "chat_template";

    public string Origin => $"the model's own, {_template.Name}";

    public string? SystemText { get; }

    public IReadOnlyList<int> StopTokenIds { get; }

    public IReadOnlyList<string> SettingsInWords { get; }

    public bool EfficientEos => false;

    public string HashedContent =>
        "chat_template\n" + _template.Source + "\n" + string.Join("\n", _variables.Select(v => $"{v.Key}={InWords(v.Value)}"))
        + (!_template.Source.Contains("strftime_now", StringComparison.Ordinal) ? ""
            : Array.Exists(s_timesOfDay, f => _template.Source.Contains(f, StringComparison.Ordinal)) ? $"\n{_now:O}"
            : $"\n{_now:yyyy-MM-dd}");

    private static string InWords(object? value) => value is JinjaList list ? string.Join(", ", list.Iterate()) : $"{value}";

    public IReadOnlyList<(ChatText Prompt, ChatText Response)> Turns(
        IReadOnlyList<Message> conversation, bool lastTurnOnly, TemplateVariables? variables)
    {
        if (conversation.Count == 0 || conversation[^1].Role != Role.Assistant)
            throw new ChatException("the conversation has to end with the assistant's message");
        List<KeyValuePair<string, object?>> given = With(variables, conversation);
        List<(ChatText, ChatText)> turns = new();
        TaintedString before = TaintedString.Empty;
        for (int i = 0; i < conversation.Count; i++)
        {
            if (conversation[i].Role != Role.Assistant || (lastTurnOnly && i < conversation.Count - 1))
                continue;
            (TaintedString prompt, TaintedString whole) = Turn([.. conversation.Take(i)], conversation[i], i, given);
            RequirePrefix(
                before, prompt, $"message {i} (the assistant's): the turns before it read differently there than when they were the last",
                "Train the last answer only (mask_history: true)");
            turns.Add((Text(prompt, before.Length), Text(whole, prompt.Length)));
            before = whole;
        }
        return turns;
    }

    public ChatText Prompt(IReadOnlyList<Message> messages, Message? answer, TemplateVariables? variables) =>
        Text(Rendered(messages, true, With(variables, messages)), 0);

    public ChatText Response(IReadOnlyList<Message> prompt, Message answer, TemplateVariables? variables)
    {
        (TaintedString rendered, TaintedString whole) = Turn(prompt, answer, prompt.Count, With(variables, prompt));
        return Text(whole, rendered.Length);
    }

    public ChatText Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateVariables? variables) =>
        Text(Rendered(messages, addGenerationPrompt, With(variables, messages)), 0);

    public void RequireAnswers() => _endOfTurn.RequireKnown();

    private (TaintedString Prompt, TaintedString Whole) Turn(
        IReadOnlyList<Message> before, Message answer, int index, IReadOnlyList<KeyValuePair<string, object?>> variables)
    {
        RequireAnswers();
        TaintedString prompt = Rendered(before, true, variables);
        TaintedString whole = Rendered([.. before, answer], false, variables);
        RequirePrefix(
            prompt, whole, $"message {index} (the assistant's): the conversation with it does not start with its prompt",
            "Write the answer as the prompt opens it");
        if (answer.Thought is { } thought && !whole.Value.AsSpan(prompt.Length).Contains(thought.Text.Trim(), StringComparison.Ordinal))
            throw new ChatException(
                $"message {index} (the assistant's) has '{thought.Key}', which the chat template {_template.Name} does not write where it "
                    + "answers, so the thought "
                + "would not be trained; take it out of the record, write it into the content, or "
                + "name a LLaMA-Factory template that has thoughts with template:");
        return (prompt, _endOfTurn.Cut(whole, prompt.Length, _template.Name));
    }

    private void RequirePrefix(TaintedString beginning, TaintedString whole, string what, string remedy)
    {
        if (whole.Value.StartsWith(beginning.Value, StringComparison.Ordinal))
            return;
        int same = beginning.Value.Zip(whole.Value).TakeWhile(p => p.First == p.Second).Count();
        throw new ChatException(
            $"{what}: the chat template {_template.Name} rewrites earlier text once more "
                + $"follows, here {EndOfTurn.Quote(beginning.Value[same..])} "
            + $"becomes {EndOfTurn.Quote(whole.Value[same..])}, so the answer cannot be trained as the "
            + $"continuation of its prompt. {remedy}, or "
            + "name a LLaMA-Factory template with template:");
    }

    // Passes the settings that the template reads on to it, and says which it does not read.
    private IEnumerable<string> Take(ChatSettings settings)
    {
        foreach ((string name, bool said, object? value) in new[]
        {
            ("enable_thinking", settings.Thinking != Thinking.Unsaid,
                settings.Thinking == Thinking.AsGiven ? null : (object?)(settings.Thinking == Thinking.On)),
            ("preserve_thinking", settings.PreserveThinking is not null, settings.PreserveThinking),
        })
        {
            if (!said)
                continue;
            bool reads = Reads(name);
            if (reads)
                _variables.Add(new(name, value));
            yield return reads
                ? $"{name}: given to the chat template, which reads it" : $"{name}: does nothing, the chat template does not read it";
        }
    }

    private bool Reads(string name) => Regex.IsMatch(_template.Source, $@"\b{Regex.Escape(name)}\b", RegexOptions.CultureInvariant);

    // All variables but the messages. What the template would not use is refused, since whoever gave it expects it to count.
    private List<KeyValuePair<string, object?>> With(TemplateVariables? variables, IReadOnlyList<Message> messages)
    {
        if (variables is null)
            return _variables;
        List<KeyValuePair<string, object?>> given = [.. _variables];
        if (variables.Keywords is { } keywords)
        {
            using JsonDocument document = JsonDocument.Parse(keywords);
            foreach (JsonProperty keyword in document.RootElement.EnumerateObject())
            {
                if (keyword.Name is "messages" or "add_generation_prompt" || !Reads(keyword.Name))
                    throw Unused($"'chat_template_kwargs' gives '{keyword.Name}'");
                Set(given, keyword.Name, JinjaValue.FromJson(keyword.Value));
            }
        }
        foreach ((string name, string? json) in new[] { ("tools", variables.Tools), ("documents", variables.Documents) })
        {
            if (json is null)
                continue;
            using JsonDocument document = JsonDocument.Parse(json);
            TaintedString without = Rendered(messages, false, given);
            Set(given, name, JinjaValue.FromJson(document.RootElement));
            if (without.Value == Rendered(messages, false, given).Value)
                throw Unused($"'{name}' is not empty");
        }
        return given;
    }

    private ChatException Unused(string what) => new(
        $"{what}, and the chat template {_template.Name} does not use it here; take it out, or use a model whose template does");

    private static void Set(List<KeyValuePair<string, object?>> variables, string name, object? value)
    {
        variables.RemoveAll(v => v.Key == name);
        variables.Add(new(name, value));
    }

    private TaintedString Rendered(
        IReadOnlyList<Message> messages, bool addGenerationPrompt, IReadOnlyList<KeyValuePair<string, object?>> variables) =>
            _template.Render(
        [
            .. variables,
            new("messages", new JinjaList([.. messages.Select(Value)])),
            new("add_generation_prompt", addGenerationPrompt),
        ],
        _now);

    private static JinjaDict Value(Message message)
    {
        JinjaDict dict = new();
        dict.Set(TaintedString.FromTemplate("role"), TaintedString.FromTemplate(message.Role switch
        {
            Role.System => "system",
            Role.User => "user",
            _ => "assistant",
        }));
        dict.Set(TaintedString.FromTemplate("content"), TaintedString.FromInput(message.Content));
        if (message.Thought is { } thought)
            dict.Set(TaintedString.FromTemplate(thought.Key), TaintedString.FromInput(thought.Text));
        if (message.OtherKeys is { } others)
        {
            using JsonDocument document = JsonDocument.Parse(others);
            foreach (JsonProperty other in document.RootElement.EnumerateObject())
                dict.Set(TaintedString.FromInput(other.Name), JinjaValue.FromJson(other.Value));
        }
        return dict;
    }

    private static ChatText Text(TaintedString rendered, int from) =>
        new ChatText().Add([.. rendered.Pieces(from).Select(p => (p.Text, !p.FromInput))]);

    private List<int> Stops(SpecialTokens tokens)
    {
        IEnumerable<int?> ids =
        [
            _endOfTurn.StopToken is { } stop ? _tokenizer.TokenToId(stop) : null,
            .. tokens.ModelEosIds.Cast<int?>(),
            tokens.Eos is { } eos ? _tokenizer.TokenToId(eos) : null,
        ];
        return [.. ids.OfType<int>().Distinct()];
    }

    // What is without a system message where a system message would be with one.
    private string? ProbeSystemText()
    {
        Message question = new(Role.User, "question");
        try
        {
            string without = Rendered([question], true, _variables).Value;
            TaintedString with = Rendered([new Message(Role.System, "system"), question], true, _variables);
            (string Text, bool FromInput)[] pieces = [.. with.Pieces()];
            if (pieces.Length < 2 || !pieces[1].FromInput || pieces[1].Text != "system")
                return null;
            string head = pieces[0].Text;
            string rest = string.Concat(pieces.Skip(2).Select(p => p.Text));
            return without.Length > head.Length + rest.Length
                && without.StartsWith(head, StringComparison.Ordinal) && without.EndsWith(rest, StringComparison.Ordinal)
                ? without[head.Length..^rest.Length]
                : null;
        }
        catch (JinjaException)
        {
            return null;
        }
    }
}
