using System.Buffers;
using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Sentences;

/// <summary>
/// Splits English text into sentences as NLTK 3.9.1's PunktSentenceTokenizer does with its English parameters (Kiss and Strunk 2006, "Unsupervised
/// multilingual sentence boundary detection", Computational Linguistics 32). The algorithm is the same; the trained parameters are replaced by
/// <see cref="EnglishParameters"/>, written by hand.
/// </summary>
internal static class PunktSentences
{
    /// <summary>A mark that may end a sentence, with what follows it: group 1 the punctuation or space, group 2 the next token.</summary>
    private static readonly PythonRegex s_candidate = PythonRegex.Parse(@"[\.\?!](?=([)"";}\]\*:@\'\({\[!\?]|\s+(\S+)))");

    /// <summary>Closing marks that belong to the sentence before.</summary>
    private static readonly PythonRegex s_closing = PythonRegex.Parse(@"\A[""\')\]}]+?(?:\s+|(?=--)|$)", multiLine: true);

    private static readonly SearchValues<char> s_asciiSpace = SearchValues.Create(" \t\n\r\v\f");

    /// <summary>A mark under test and its context.</summary>
    /// <param name="End">After the mark.</param>
    /// <param name="Next">Where the next piece starts: the next token, or directly after the mark.</param>
    /// <param name="Context">Preceding token, mark and what follows.</param>
    private readonly record struct Candidate(int End, int Next, string Context);

    /// <summary>The sentences' places in UTF-16 units, in order.</summary>
    public static IReadOnlyList<TextSpan> Of(string text) => MoveClosingMarks(text, Pieces(text));

    private static List<TextSpan> Pieces(string text)
    {
        List<TextSpan> pieces = [];
        int start = 0;
        foreach (Candidate c in Candidates(text))
            if (BreakDecision.HasBreak(c.Context))
            {
                pieces.Add(new TextSpan(start, c.End - start));
                start = c.Next;
            }
        int end = PythonString.StripRange(text).End.GetOffset(text.Length);
        pieces.Add(new TextSpan(start, Math.Max(end, start) - start));
        return pieces;
    }

    /// <summary>Of marks whose preceding token is the same only the last is a candidate.</summary>
    private static IEnumerable<Candidate> Candidates(string text)
    {
        (RegexMatch Match, int Start, int End)? previous = null;
        int before = 0, beforeStart = 0;
        foreach (RegexMatch match in s_candidate.Matches(text))
        {
            int mark = match.Place.Start;
            // A space at the very start of the stretch counts as none: the original tests an index for truth.
            int space = text.AsSpan(before, mark - before).LastIndexOfAny(s_asciiSpace);
            int start = space > 0 ? before + space + 1 : beforeStart;
            if (previous is { } p && p.End <= start)
                yield return Make(text, p.Match, p.Start);
            previous = (match, start, mark);
            (before, beforeStart) = (mark, start);
        }
        if (previous is { } last)
            yield return Make(text, last.Match, last.Start);
    }

    private static Candidate Make(string text, RegexMatch match, int start)
    {
        int end = match.Place.Start + match.Place.Length;
        int next = match.HasGroup(2) ? match.GroupStart(2) : end;
        return new Candidate(end, next, text[start..(end + match.Group(1).Length)]);
    }

    private static List<TextSpan> MoveClosingMarks(string text, List<TextSpan> pieces)
    {
        List<TextSpan> sentences = new(pieces.Count);
        int moved = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            int start = pieces[i].Start + moved, end = pieces[i].Start + pieces[i].Length;
            if (i + 1 < pieces.Count)
            {
                TextSpan next = pieces[i + 1];
                RegexMatch? closing = s_closing.Matches(text.Substring(next.Start, next.Length)).FirstOrDefault();
                moved = closing?.Text.Length ?? 0;
                if (closing != null)
                {
                    int kept = PythonString.StripRange(closing.Text).End.GetOffset(moved);
                    sentences.Add(new TextSpan(start, next.Start + kept - start));
                    continue;
                }
            }
            if (start < end)
                sentences.Add(new TextSpan(start, end - start));
        }
        return sentences;
    }
}
