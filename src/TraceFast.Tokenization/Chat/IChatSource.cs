using TraceFast.Data;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// How a conversation becomes text whose parts say whether they may hold control tokens. Two sources: a LLaMA-Factory template
/// (slots, each tokenized on its own) and a model's own chat_template (one text for the prompt and one for each answer).
/// </summary>
internal interface IChatSource
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
    IReadOnlyList<(ChatText Prompt, ChatText Response)> Turns(IReadOnlyList<Message> conversation, bool lastTurnOnly, TemplateVariables? variables);

    /// <summary>All that the model reads before it answers.</summary>
    /// <param name="messages">Up to the user's last.</param>
    /// <param name="answer">What follows, where it is known: an empty thought stands before it or in it.</param>
    /// <param name="variables">What the record gives the template besides.</param>
    ChatText Prompt(IReadOnlyList<Message> messages, Message? answer, TemplateVariables? variables);

    /// <summary>The answer with all that ends the turn.</summary>
    ChatText Response(IReadOnlyList<Message> prompt, Message answer, TemplateVariables? variables);

    /// <summary>Refuses a format that has prompts, but no answers.</summary>
    /// <exception cref="ChatException">It cannot be told where an answer ends.</exception>
    void RequireAnswers();

    /// <summary>The conversation as it stands, with or without the opening of an answer at its end.</summary>
    ChatText Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateVariables? variables);
}
