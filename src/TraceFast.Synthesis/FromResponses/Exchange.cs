using TraceFast.Constraints;
using TraceFast.Data;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>What one record asks, as text, and what it is answered in.</summary>
/// <param name="Origin">Where the record is.</param>
/// <param name="Prompt">The user's last turn.</param>
internal sealed record Exchange(SourceLocation Origin, string Prompt, Language Language)
{
    private PromptDemands? _demands;

    /// <summary>The turns before the last.</summary>
    public IReadOnlyList<Message> Before { get; init; } = [];

    /// <summary>Of all that was asked so far: "in essays of 2000 words" may have been said at the start.</summary>
    public PromptDemands Demands =>
        _demands ??= PromptDemands.Of(string.Join('\n', Before.Where(m => m.Role != Role.Assistant).Select(m => m.Content).Append(Prompt)));

    /// <summary>The language that most letters are in; null where it is neither of the two in which constraints are phrased.</summary>
    public static Language? LanguageOf(string text)
    {
        int han = 0, latin = 0, other = 0;
        foreach (char c in text)
        {
            if (TraceFast.Constraints.Recognition.Clause.IsHan(c))
                han++;
            else if (char.IsAsciiLetter(c))
                latin++;
            else if (char.IsLetter(c))
                other++;
        }

        if (other > (han + latin) / 10)
            return null;
        return han == 0 && latin == 0 ? null : han * 4 >= latin ? TraceFast.Constraints.Language.Chinese
            : TraceFast.Constraints.Language.English;
    }
}

/// <summary>Counts of one answer that observers compare.</summary>
internal sealed class AnswerShape(string text, Language language)
{
    public Response Response { get; } = new(text);

    /// <summary>Words in English, 字 in Chinese.</summary>
    public int Length => Measure(Response.Whole);

    /// <summary>
    /// The length by the ways in which people count it: words between blanks or words alone; 字 with or without punctuation. What is asked
    /// for must hold by each.
    /// </summary>
    public (int Least, int Most) Lengths(TextSpan place)
    {
        int own = Measure(place), other = 0;
        ReadOnlySpan<char> text = Response.Span(place);
        if (language == Language.Chinese)
        {
            foreach (char c in text)
                other += char.IsWhiteSpace(c) ? 0 : 1;
        }
        else
        {
            for (int i = 0; i < text.Length; i++)
                other += !char.IsWhiteSpace(text[i]) && (i == 0 || char.IsWhiteSpace(text[i - 1])) ? 1 : 0;
        }

        return (Math.Min(own, other), Math.Max(own, other));
    }

    public bool HasCode =>
        Response.Text.Contains('`') || Response.Text.Contains("    ", StringComparison.Ordinal) || Response.Markdown.CodeBlocks.Count > 0;

    public int Items => Response.Items.Count;

    public int NumberedItems => Response.Markdown.Items.Count(i => i.IsNumbered && i.Depth == 1);

    public int BulletedItems => Response.Markdown.Items.Count(i => !i.IsNumbered && i.Depth == 1);

    /// <summary>Nothing but sentences in paragraphs, so that sentences and paragraphs are counted alike by everybody.</summary>
    public bool IsProse =>
        Items == 0 && Response.Markdown.Headings.Count == 0 && Response.Markdown.Tables.Count == 0
        && Response.Markdown.CodeBlocks.Count == 0
        && Response.Title is null && Response.Lines.Count == Response.Paragraphs.Count && !Response.Text.Contains('|')
            && !Response.Text.Contains("    ", StringComparison.Ordinal);

    /// <summary>"Answer with a list" is not obeyed by a long text with a few items in it.</summary>
    public bool IsMostlyList => 2 * Response.Items.Sum(i => i.Length) > Response.Text.Length;

    public bool HasDigits => Response.Text.Any(char.IsDigit);

    public int Measure(TextSpan place) => language == Language.Chinese ? Response.CountHanUnits(place) : Response.CountWords(place);
}
