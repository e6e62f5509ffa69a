using System.Text;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Drafting;

/// <summary>From written sentences to text.</summary>
public static class Rendering
{
    /// <summary>With a blank between, where the language has one.</summary>
    public static string Join(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
            return left + right;
        bool tight = left[^1] == ' ' || right[0] is ',' or '.' or '!' or '?' or ';' or ':' || IsWide(left[^1]) || IsWide(right[0]);
        return tight ? left + right : left + " " + right;
    }

    /// <summary>With a capital first letter.</summary>
    public static string Capitalize(string text) =>
        text.Length > 0 && char.IsLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    internal static string Of(Draft draft)
    {
        StringBuilder text = new(512);
        if (draft.Title is { } title)
            text.Append(title.Sentence.Text);
        Block? before = null;
        foreach (Block block in draft.Blocks)
        {
            bool together = before is not null && before.Kind == block.Kind && block.Kind is BlockKind.Item or BlockKind.Line;
            bool divided = draft.Divider is not null && before?.Kind == BlockKind.Paragraph && block.Kind == BlockKind.Paragraph;
            if (text.Length > 0)
                text.Append(together ? "\n" : divided ? $"\n\n{draft.Divider}\n\n" : "\n\n");
            text.Append(block.Fixed);
            for (int n = 0; n < block.Sentences.Count; n++)
                text.Append(n == 0 ? "" : block.IsLines ? "\n" : block.Sentences[n].Blank).Append(block.Sentences[n].Text);
            before = block;
        }

        return draft.Casing is { } casing ? casing(text.ToString()) : text.ToString();
    }

    private static bool IsWide(char c) => c is >= '\u2E80' and <= '\u9fff' or >= '\uff00' and <= '\uffef' or '…' or '”' or '“';
}

/// <summary>Bold, italic and capital words in sentences that are written; false: there are too few words for it.</summary>
internal static class Emphasis
{
    private const int Tries = 80;

    /// <summary>Puts marks around a number of words or phrases.</summary>
    public static bool Wrap(Draft draft, int count, string mark)
    {
        List<Sentence> sentences = draft.Sentences;
        IReadOnlyList<string> terms = draft.Source.TermsIn(draft.Language);
        for (int tries = 0; count > 0 && sentences.Count > 0 && tries < Tries; tries++)
        {
            if (Wrap([draft.Random.Pick(sentences)], draft.Random.Pick(terms), mark))
                count--;
        }

        return count <= 0;
    }

    /// <summary>Puts marks around the first place where the text is free.</summary>
    public static bool Wrap(IEnumerable<Sentence> sentences, string text, string mark)
    {
        foreach (Sentence sentence in sentences)
        {
            int at = sentence.Text.IndexOf(text, StringComparison.OrdinalIgnoreCase);
            if (at < sentence.Prefix.Length || IsWithinWord(sentence.Text, at, text.Length) || IsMarked(sentence.Text.AsSpan(0, at))
                || sentence.Text.AsSpan(at, text.Length).Contains('*'))
                continue;
            sentence.Text = sentence.Text[..at] + mark + sentence.Text[at..(at + text.Length)] + mark + sentence.Text[(at + text.Length)..];
            return true;
        }

        return false;
    }

    public static bool Capitalize(Draft draft, int count)
    {
        SeededRandom random = draft.Random;
        List<Sentence> sentences = draft.Sentences;
        for (int tries = 0; count > 0 && sentences.Count > 0 && tries < Tries; tries++)
        {
            Sentence sentence = random.Pick(sentences);
            string[] words = sentence.Text.Split(' ');
            int n = random.Below(words.Length);
            if (words[n].Length < 3 || !words[n].All(char.IsAsciiLetterLower))
                continue;
            words[n] = words[n].ToUpperInvariant();
            sentence.Text = string.Join(' ', words);
            count--;
        }

        return count <= 0;
    }

    private static bool IsWithinWord(string text, int at, int length)
    {
        int end = at + length;
        return at < 0 || at > 0 && (char.IsAsciiLetter(text[at - 1]) || text[at - 1] == '*')
            || end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] == '*');
    }

    /// <summary>An odd number of marks, or an open bracket, is before.</summary>
    private static bool IsMarked(ReadOnlySpan<char> before)
    {
        int bold = before.Count("**"), stars = before.Count('*');
        return bold % 2 == 1 || (stars - 2 * bold) % 2 == 1 || before.Count('[') > before.Count(']')
            || before.LastIndexOf("](") > before.LastIndexOf(')');
    }
}
