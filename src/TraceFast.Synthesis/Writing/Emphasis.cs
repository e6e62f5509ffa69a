using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Bold, italic and capital words in sentences that are written.</summary>
internal static class Emphasis
{
    private const int Tries = 80;

    /// <summary>False: there are too few words for it.</summary>
    public static bool Apply(Plan plan, Draft draft, Topic topic, SeededRandom random)
    {
        List<Slot> slots = draft.Slots;
        if (slots.Count == 0)
            return true;
        foreach ((Scope part, string letterCase) in plan.SentenceCases)
        {
            Slot slot = part == Scope.FirstSentence ? slots[0] : slots[^1];
            slot.Text = letterCase == "upper" ? slot.Text.ToUpperInvariant() : slot.Text.ToLowerInvariant();
        }

        foreach (string word in plan.Highlighted)
        {
            if (!Wrap(slots, word, "**"))
                return false;
        }

        int bold = plan.Bold.DrawAsked(random) - (plan.Bold.IsAsked() ? plan.Highlighted.Count : 0);
        int italic = plan.Italic.DrawAsked(random);
        if (plan.NeedsMarkdown && plan.Highlighted.Count == 0 && bold <= 0 && italic == 0 && !IsMarkedUp(plan, draft))
            bold = 1;
        return Several(slots, plan, topic, random, bold, "**") && Several(slots, plan, topic, random, italic, "*") && Capitalise(slots, plan.Capitals.DrawAsked(random), random);
    }

    private static bool IsMarkedUp(Plan plan, Draft draft) =>
        draft.Blocks.Exists(b => b.Fixed is ['#' or '|' or '`' or '-' or '*', ..]) || draft.Title is ['#' or '*', ..] || plan.Links.Min > 0;

    private static bool Several(List<Slot> slots, Plan plan, Topic topic, SeededRandom random, int count, string mark)
    {
        TopicWords words = topic.In(plan.TextLanguage);
        for (int tries = 0; count > 0 && tries < Tries; tries++)
        {
            string word = random.Below(4) switch
            {
                0 => words.Name,
                1 => random.Pick(words.Words),
                2 => random.Pick(words.Qualities),
                _ => random.Pick(words.Facts),
            };
            if (Wrap([random.Pick(slots)], word, mark))
                count--;
        }

        return count <= 0;
    }

    /// <summary>Puts marks around the first place where the text stands free.</summary>
    private static bool Wrap(List<Slot> slots, string text, string mark)
    {
        foreach (Slot slot in slots)
        {
            int at = slot.Text.IndexOf(text, StringComparison.OrdinalIgnoreCase);
            if (at < 0 || IsWithinWord(slot.Text, at, text.Length) || InMarks(slot.Text, at) || slot.Text.AsSpan(at, text.Length).Contains('*') || at < slot.Prefix.Length)
                continue;
            slot.Text = slot.Text[..at] + mark + slot.Text[at..(at + text.Length)] + mark + slot.Text[(at + text.Length)..];
            return true;
        }

        return false;
    }

    private static bool IsWithinWord(string text, int at, int length) =>
        at > 0 && char.IsAsciiLetter(text[at - 1]) || at + length < text.Length && char.IsAsciiLetter(text[at + length])
        || at > 0 && text[at - 1] == '*' || at + length < text.Length && text[at + length] == '*';

    /// <summary>An odd number of marks, or an open bracket, stands before.</summary>
    private static bool InMarks(string text, int at)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, at);
        int stars = before.Count('*');
        int bold = before.Count("**");
        return bold % 2 == 1 || (stars - 2 * bold) % 2 == 1 || before.Count('[') > before.Count(']') || before.LastIndexOf("](") > before.LastIndexOf(')');
    }

    private static bool Capitalise(List<Slot> slots, int count, SeededRandom random)
    {
        for (int tries = 0; count > 0 && tries < Tries; tries++)
        {
            Slot slot = random.Pick(slots);
            string[] words = slot.Text.Split(' ');
            int n = random.Below(words.Length);
            if (words[n].Length < 3 || !words[n].All(char.IsAsciiLetterLower))
                continue;
            words[n] = words[n].ToUpperInvariant();
            slot.Text = string.Join(' ', words);
            count--;
        }

        return count <= 0;
    }
}
