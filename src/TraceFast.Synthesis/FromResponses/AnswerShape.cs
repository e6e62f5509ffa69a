using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>Counts of one answer that observers compare.</summary>
internal sealed class AnswerShape(string text, Language language)
{
    public Response Response { get; } = new(text);

    /// <summary>Words in English, 字 in Chinese.</summary>
    public int Length => Measure(Response.Whole);

    /// <summary>
    /// The length by the ways in which people count it: words between blanks or words alone; 字 with or without punctuation. What is asked for must hold by each.
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

    public bool HasCode => Response.Text.Contains('`') || Response.Text.Contains("    ", StringComparison.Ordinal) || Response.Markdown.CodeBlocks.Count > 0;

    public int Items => Response.Items.Count;

    public int NumberedItems => Response.Markdown.Items.Count(i => i.IsNumbered && i.Depth == 1);

    public int BulletedItems => Response.Markdown.Items.Count(i => !i.IsNumbered && i.Depth == 1);

    /// <summary>Nothing but sentences in paragraphs, so that sentences and paragraphs are counted alike by everybody.</summary>
    public bool IsProse => Items == 0 && Response.Markdown.Headings.Count == 0 && Response.Markdown.Tables.Count == 0 && Response.Markdown.CodeBlocks.Count == 0
        && Response.Title is null && Response.Lines.Count == Response.Paragraphs.Count && !Response.Text.Contains('|') && !Response.Text.Contains("    ", StringComparison.Ordinal);

    /// <summary>"Answer with a list" is not obeyed by a long text with a few items in it.</summary>
    public bool IsMostlyList => 2 * Response.Items.Sum(i => i.Length) > Response.Text.Length;

    public bool HasDigits => Response.Text.Any(char.IsDigit);

    public int Measure(TextSpan place) => language == Language.Chinese ? Response.CountHanUnits(place) : Response.CountWords(place);
}
