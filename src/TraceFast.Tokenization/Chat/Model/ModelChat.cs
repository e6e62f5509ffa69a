using TraceFast.Data;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// A conversation by the model's own chat_template: the prompt is what the template renders with add_generation_prompt, the answer is
/// what it adds to that for the assistant's turn. Holds only where the rendered prompt is the beginning of the rendered whole.
/// </summary>
internal sealed class ModelChat : IChatSource
{
    private readonly JinjaTemplate _template;
    private readonly Tokenizer _tokenizer;
    private readonly List<KeyValuePair<string, object?>> _variables;
    private readonly DateTime _now;
    private readonly EndOfTurn _endOfTurn;

    public ModelChat(JinjaTemplate template, Tokenizer tokenizer, SpecialTokens tokens, DateTime now)
    {
        _template = template;
        _tokenizer = tokenizer;
        _now = now;
        _variables =
        [
            new("tools", null),
            new("documents", null),
            .. tokens.ByName.Select(t => KeyValuePair.Create(t.Key, (object?)MarkedText.FromTemplate(t.Value))),
        ];
        if (tokens.Additional.Count > 0)
            _variables.Add(new("additional_special_tokens", new JinjaList([.. tokens.Additional.Select(MarkedText.FromTemplate)])));
        _endOfTurn = EndOfTurn.Probe(Rendered, template.Name, [.. tokenizer.SpecialIds.Select(id => tokenizer.IdToToken(id)!)]);
        StopTokenIds = Stops(tokens);
        SystemText = ProbeSystemText();
    }

    public string Name => "chat_template";

    public string Origin => $"the model's own, {_template.Name}";

    public string? SystemText { get; }

    public IReadOnlyList<int> StopTokenIds { get; }

    public bool EfficientEos => false;

    public string HashedContent =>
        "chat_template\n" + _template.Source + "\n" + string.Join("\n", _variables.Select(v => $"{v.Key}={v.Value}"))
        + (_template.Source.Contains("strftime_now", StringComparison.Ordinal) ? $"\n{_now:yyyy-MM-dd}" : "");

    public IReadOnlyList<(ChatText Prompt, ChatText Response)> Turns(IReadOnlyList<Message> conversation, bool lastTurnOnly)
    {
        if (conversation.Count == 0 || conversation[^1].Role != Role.Assistant)
            throw new ChatException("the conversation has to end with the assistant's message");
        var turns = new List<(ChatText, ChatText)>();
        MarkedText before = MarkedText.Empty;
        for (int i = 0; i < conversation.Count; i++)
        {
            if (conversation[i].Role != Role.Assistant || (lastTurnOnly && i < conversation.Count - 1))
                continue;
            (MarkedText prompt, MarkedText whole) = Turn([.. conversation.Take(i)], conversation[i], i);
            RequirePrefix(
                before, prompt, $"message {i} (the assistant's): the turns before it read differently there than when they were the last",
                "Train the last answer only (mask_history: true)");
            turns.Add((Text(prompt, before.Length), Text(whole, prompt.Length)));
            before = whole;
        }
        return turns;
    }

    public ChatText Prompt(IReadOnlyList<Message> messages) => Text(Rendered(messages, true), 0);

    public ChatText Response(IReadOnlyList<Message> prompt, string response)
    {
        (MarkedText rendered, MarkedText whole) = Turn(prompt, new Message(Role.Assistant, response), prompt.Count);
        return Text(whole, rendered.Length);
    }

    public ChatText Render(IReadOnlyList<Message> messages, bool addGenerationPrompt) => Text(Rendered(messages, addGenerationPrompt), 0);

    public void RequireAnswers() => _endOfTurn.RequireTold();

    private (MarkedText Prompt, MarkedText Whole) Turn(IReadOnlyList<Message> before, Message answer, int index)
    {
        RequireAnswers();
        MarkedText prompt = Rendered(before, true);
        MarkedText whole = Rendered([.. before, answer], false);
        RequirePrefix(
            prompt, whole, $"message {index} (the assistant's): it does not stand where its prompt ends",
            "Write the answer as the prompt opens it");
        return (prompt, _endOfTurn.Cut(whole, prompt.Length, _template.Name));
    }

    private void RequirePrefix(MarkedText beginning, MarkedText whole, string what, string remedy)
    {
        if (whole.Value.StartsWith(beginning.Value, StringComparison.Ordinal))
            return;
        int same = beginning.Value.Zip(whole.Value).TakeWhile(p => p.First == p.Second).Count();
        throw new ChatException(
            $"{what}: the chat template {_template.Name} rewrites earlier text once more follows, here {EndOfTurn.Quote(beginning.Value[same..])} "
            + $"becomes {EndOfTurn.Quote(whole.Value[same..])}, so the answer cannot be trained as the continuation of its prompt. {remedy}, or "
            + "name a LLaMA-Factory template with template:");
    }

    private MarkedText Rendered(IReadOnlyList<Message> messages, bool addGenerationPrompt) => _template.Render(
        [
            .. _variables,
            new("messages", new JinjaList([.. messages.Select(Value)])),
            new("add_generation_prompt", addGenerationPrompt),
        ],
        _now);

    private static JinjaDict Value(Message message)
    {
        var dict = new JinjaDict();
        dict.Set(MarkedText.FromTemplate("role"), MarkedText.FromTemplate(message.Role switch
        {
            Role.System => "system",
            Role.User => "user",
            _ => "assistant",
        }));
        dict.Set(MarkedText.FromTemplate("content"), MarkedText.FromInput(message.Content));
        return dict;
    }

    private static ChatText Text(MarkedText rendered, int from) =>
        new ChatText().Add([.. rendered.Slice(from, rendered.Length - from).Pieces().Select(p => (p.Text, !p.FromInput))]);

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

    // What stands without a system message where a system message would stand with one.
    private string? ProbeSystemText()
    {
        Message question = new(Role.User, "question");
        try
        {
            string without = Rendered([question], true).Value;
            MarkedText with = Rendered([new Message(Role.System, "system"), question], true);
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
