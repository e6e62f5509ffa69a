using TraceFast.Data;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// How a conversation becomes text whose parts say whether they may hold control tokens. Two sources: a LLaMA-Factory template
/// (slots, each tokenized on its own) and a model's own chat_template (one text for the prompt and one for each answer).
/// </summary>
internal interface IChatTemplate
{
    string Name { get; }

    /// <summary>What the format is and where it comes from, for the user.</summary>
    string Origin { get; }

    /// <summary>The system text of a conversation that brings none, or null.</summary>
    string? SystemText { get; }

    /// <summary>Ids that end an answer, the first one the usual one.</summary>
    IReadOnlyList<int> StopTokenIds { get; }

    /// <summary>See <see cref="ChatFormat.EfficientEos"/>.</summary>
    bool EfficientEos { get; }

    /// <summary>What, beside the tokenizer, determines the ids.</summary>
    string HashedContent { get; }

    /// <summary>Lines that say what the settings do here, or that they do nothing.</summary>
    IReadOnlyList<string> SettingsInWords { get; }

    /// <summary>One prompt and answer for each assistant turn, in order; together they are the whole conversation.</summary>
    IReadOnlyList<(ChatText Prompt, ChatText Response)> Turns(
        IReadOnlyList<Message> conversation, bool lastTurnOnly, TemplateVariables? variables);

    /// <summary>All that the model reads before it answers.</summary>
    /// <param name="messages">Up to the user's last.</param>
    /// <param name="answer">What follows, where it is known: an empty thought is before it or in it.</param>
    /// <param name="variables">What the record gives the template besides.</param>
    ChatText Prompt(IReadOnlyList<Message> messages, Message? answer, TemplateVariables? variables);

    /// <summary>The answer with all that ends the turn.</summary>
    ChatText Response(IReadOnlyList<Message> prompt, Message answer, TemplateVariables? variables);

    /// <summary>Refuses a format that has prompts, but no answers.</summary>
    /// <exception cref="ChatException">It cannot be told where an answer ends.</exception>
    void RequireAnswers();

    /// <summary>The conversation as it is, with or without the opening of an answer at its end.</summary>
    ChatText Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateVariables? variables);
}

/// <summary>
/// Text on its way to tokens: units that are tokenized one by one, each either pieces of text (control text may hold special tokens,
/// contents may not) or one token by its id.
/// </summary>
internal sealed class ChatText
{
    private readonly List<Unit> _units = [];

    public string Text => string.Concat(_units.Select(u => u.Token ?? string.Concat(u.Pieces!.Select(p => p.Text))));

    public ChatText Add(IReadOnlyList<(string Text, bool AllowSpecial)> pieces)
    {
        if (pieces.Any(p => p.Text.Length > 0))
            _units.Add(new Unit(pieces, null, 0));
        return this;
    }

    public ChatText AddToken(string token, int id)
    {
        _units.Add(new Unit(null, token, id));
        return this;
    }

    public ChatText Add(ChatText other)
    {
        _units.AddRange(other._units);
        return this;
    }

    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="splitSpecialTokens">Special tokens that contents spell stay plain text; otherwise they are matched everywhere.</param>
    /// <param name="atMost">As in <see cref="Tokenizer.Encode(string, bool, bool, int)"/>.</param>
    public int[] Encode(Tokenizer tokenizer, bool splitSpecialTokens = true, int atMost = int.MaxValue) =>
        [.. _units.SelectMany(
            unit => unit.Pieces is null
                ? [unit.Id] : tokenizer.Encode(splitSpecialTokens ? unit.Pieces : [.. unit.Pieces.Select(p => (p.Text, true))], atMost))];

    private sealed record Unit(IReadOnlyList<(string Text, bool AllowSpecial)>? Pieces, string? Token, int Id);
}
