using TraceFast.Data;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// What a chat template writes after an answer. Most templates write the opening of the next answer only when add_generation_prompt
/// asks for it; then all that follows an answer ends it. Some write it always: there the end of the turn has to be recognized from the
/// opening, which is done once, on a probe conversation.
/// </summary>
/// <param name="Text">what ends an answer, where the template always writes the opening of the next one after it; else null</param>
/// <param name="StopToken">the first special token after an answer, or null</param>
internal sealed record EndOfTurn(string? Text, string? StopToken)
{
    /// <summary>Why it cannot be told where an answer ends; null where it can. Prompts need no such end.</summary>
    public string? Untold { get; private init; }

    private static readonly Message s_question = new(Role.User, "question");
    private static readonly Message s_answer = new(Role.Assistant, "answer");

    public static EndOfTurn Probe(
        Func<IReadOnlyList<Message>, bool, TaintedString> render, string template, IReadOnlyList<string> specialTokens)
    {
        TaintedString without, with;
        try
        {
            without = render([s_question, s_answer], false);
            with = render([s_question, s_answer], true);
        }
        catch (JinjaException)
        {
            // The template wants another conversation; the records will show what.
            return new EndOfTurn(null, null);
        }
        string tail = Tail(without);
        (int At, string Token)? stop = FirstSpecial(tail, specialTokens);
        if (without.Value != with.Value)
            return new EndOfTurn(null, stop?.Token);

        // The flag changes nothing: either there is no opening, and the tail is before the next question too, or it is in the tail.
        string next;
        try
        {
            TaintedString longer = render([s_question, s_answer, s_question], false);
            next = longer.Value[Math.Min(AfterAnswer(without), longer.Length)..];
        }
        catch (JinjaException)
        {
            next = "";
        }
        if (next.StartsWith(tail, StringComparison.Ordinal))
            return new EndOfTurn(null, stop?.Token);
        if (stop is not { } found)
        {
            return new EndOfTurn(null, null)
            {
                Untold = $"{template}: writes the opening of an answer whether or not "
                    + "add_generation_prompt asks for it, and no special token "
                    + "before it, so where an answer ends cannot be told; name a LLaMA-Factory template with template:",
            };
        }
        int end = found.At + found.Token.Length;
        while (end < tail.Length && end < next.Length && tail[end] == next[end] && PyText.IsSpace(tail[end]))
            end++;
        return new EndOfTurn(tail[..end], found.Token);
    }

    /// <exception cref="ChatException">It cannot be told where an answer ends.</exception>
    public void RequireKnown()
    {
        if (Untold is not null)
            throw new ChatException(Untold);
    }

    /// <summary>The answer and its end, without an opening that the template always appends.</summary>
    /// <param name="rendered">a conversation that ends with an answer</param>
    /// <param name="promptLength">where the answer begins</param>
    public TaintedString Cut(TaintedString rendered, int promptLength, string template)
    {
        if (Text is null)
            return rendered;
        int after = Math.Max(AfterAnswer(rendered), promptLength);
        if (string.CompareOrdinal(rendered.Value, after, Text, 0, Text.Length) != 0)
            throw new ChatException(
                $"{template}: expected {Quote(Text)} after an answer, found {Quote(rendered.Value[after..])}; name a LLaMA-Factory "
                    + "template with template:");
        return rendered.Slice(0, after + Text.Length);
    }

    public static string Quote(string text) =>
        '"' + (text.Length > 60 ? text[..60] + "..." : text).Replace("\n", "\\n", StringComparison.Ordinal) + '"';

    private static string Tail(TaintedString rendered) => rendered.Value[AfterAnswer(rendered)..];

    private static int AfterAnswer(TaintedString rendered)
    {
        int end = rendered.Length;
        while (end > 0 && !rendered.IsInput(end - 1))
            end--;
        return end;
    }

    private static (int At, string Token)? FirstSpecial(string text, IReadOnlyList<string> specialTokens)
    {
        (int At, string Token)? first = null;
        foreach (string token in specialTokens)
        {
            int at = text.IndexOf(token, StringComparison.Ordinal);
            if (at >= 0 && (first is not { } f || at < f.At || (at == f.At && token.Length > f.Token.Length)))
                first = (at, token);
        }
        return first;
    }
}
