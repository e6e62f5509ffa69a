using System.Text.RegularExpressions;
using TraceFast.Data;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// LLaMA-Factory's rules for the thoughts of its reasoning templates (ReasoningTemplate): with enable_thinking true an answer without a thought gets an empty one,
/// which is trained; with false the thoughts of answers go, and the empty one ends the prompt, where it is not; with null thoughts stay, and where there is none
/// the empty one ends the prompt. Where only the last answer counts, earlier ones lose their thoughts, unless preserve_thinking keeps them.
/// </summary>
internal sealed class Thoughts(string open, string close, string empty, ChatSettings settings)
{
    private readonly Regex _thought = new(
        Regex.Escape(open) + "(.*?)" + Regex.Escape(close), RegexOptions.Singleline | RegexOptions.CultureInvariant);

    public string Empty => empty;

    public bool KeepsEarlier => settings.PreserveThinking == true;

    /// <summary>An answer as it is trained.</summary>
    public Message Trained(Message answer) => settings.Thinking == Thinking.Off ? Without(answer) : answer;

    /// <summary>Whether the empty thought stands at the end of an answer's prompt.</summary>
    /// <param name="answer">As <see cref="Trained"/> gives it; null where it is still to be written.</param>
    public bool EndsPrompt(Message? answer) => settings.Thinking is Thinking.Off or Thinking.AsGiven && (answer is null || !HasThought(answer));

    /// <summary>Whether the empty thought stands at an answer's beginning.</summary>
    public bool BeginsAnswer(Message answer) => settings.Thinking is Thinking.On or Thinking.Unsaid && !HasThought(answer);

    /// <summary>Answers before the one that counts.</summary>
    public IReadOnlyList<Message> Earlier(IReadOnlyList<Message> messages) =>
        KeepsEarlier ? messages : [.. messages.Select(m => m.Role == Role.Assistant ? Without(m) : m)];

    /// <summary>The content of an answer with the thought that stands beside it in front, in the template's words; contents hold no special tokens.</summary>
    public List<(string Text, bool AllowSpecial)> Content(Message answer) => answer.Thought is { } thought
        ? [(open, true), (thought.Text.Trim('\n'), false), (close, true), (answer.Content.TrimStart('\n'), false)]
        : [(answer.Content, false)];

    /// <summary>What the settings do, for the user.</summary>
    public string InWords => settings.Thinking switch
    {
        Thinking.Off => "thoughts: those of answers are left out, and an empty one ends each prompt, unlabelled (enable_thinking: false)",
        Thinking.AsGiven => "thoughts: those of answers are trained; where there is none, an empty one ends the prompt, unlabelled (enable_thinking: null)",
        _ => "thoughts: an answer without one gets an empty one, which is trained (enable_thinking: true)",
    };

    private bool HasThought(Message answer) => answer.Thought is not null
        || answer.Content.Contains(open.Trim(), StringComparison.Ordinal) || answer.Content.Contains(close.Trim(), StringComparison.Ordinal);

    private Message Without(Message answer) => answer with { Content = _thought.Replace(answer.Content, "").TrimStart('\n'), Thought = null };
}
