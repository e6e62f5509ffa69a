using System.Text.RegularExpressions;
using TraceFast.Data;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// LLaMA-Factory's conventions for reasoning templates (thinking enabled, earlier thoughts not preserved, its defaults): an answer
/// without a thought gets an empty one, which is trained; where only the last answer counts, the thoughts of earlier ones go.
/// </summary>
internal sealed class Thoughts(string open, string close)
{
    private readonly Regex _thought = new(
        Regex.Escape(open) + "(.*?)" + Regex.Escape(close), RegexOptions.Singleline | RegexOptions.CultureInvariant);

    public string Empty => open + close;

    public bool AreIn(string answer) =>
        answer.Contains(open.Trim(), StringComparison.Ordinal) || answer.Contains(close.Trim(), StringComparison.Ordinal);

    /// <summary>Drops the thoughts of all assistant turns but a last one.</summary>
    public IReadOnlyList<Message> WithoutEarlier(IReadOnlyList<Message> messages) =>
        [.. messages.Select((m, i) => m.Role == Role.Assistant && i < messages.Count - 1 ? m with { Content = Without(m.Content) } : m)];

    private string Without(string answer) => _thought.Replace(answer, "").TrimStart('\n');
}
