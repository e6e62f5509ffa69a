using System.Buffers;
using System.Collections.Frozen;
using TraceFast.Data.Files;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Sentences;

/// <summary>
/// Splits English text into sentences as NLTK 3.9.1's PunktSentenceTokenizer does with its English parameters (Kiss and Strunk 2006,
/// "Unsupervised multilingual sentence boundary detection", Computational Linguistics 32). The algorithm is the same; the trained
/// parameters are replaced by <see cref="EnglishParameters"/>, written by hand.
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

    /// <summary>The sentences themselves: nltk.sent_tokenize.</summary>
    public static IEnumerable<string> In(string text) => Of(text).Select(s => text.Substring(s.Start, s.Length));

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
            int mark = match.TextSpan.Start;
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
        int end = match.TextSpan.Start + match.TextSpan.Length;
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

/// <summary>A token of a small context and what is known of it (NLTK's PunktToken).</summary>
internal sealed class PunktToken
{
    private static readonly PythonRegex s_number = PythonRegex.Parse(@"\A-?[\.,]?\d[\d,\.-]*\.?$");
    private static readonly PythonRegex s_initial = PythonRegex.Parse(@"\A[^\W\d]\.$");
    private static readonly PythonRegex s_ellipsis = PythonRegex.Parse(@"\A\.\.+$");

    private readonly string _type;

    public PunktToken(string text)
    {
        Text = text;
        string lower = PythonString.Lower(text);
        _type = s_number.IsMatch(lower) ? EnglishParameters.Number : lower;
        EndsWithDot = text.EndsWith('.');
        if (text is "." or "?" or "!")
            IsBreak = true;
        else if (s_ellipsis.IsMatch(text))
            IsEllipsis = true;
        else if (EndsWithDot && !text.EndsWith("..", StringComparison.Ordinal))
            (IsAbbreviation, IsBreak) = EnglishParameters.IsAbbreviation(PythonString.Lower(text[..^1])) ? (true, false) : (false, true);
    }

    public string Text { get; }

    public bool EndsWithDot { get; }

    public bool IsEllipsis { get; }

    /// <summary>A sentence ends after it.</summary>
    public bool IsBreak { get; set; }

    public bool IsAbbreviation { get; set; }

    /// <summary>One letter and a dot.</summary>
    public bool IsInitial => s_initial.IsMatch(Text);

    public bool StartsUpper => CharacterClasses.IsUpper(PythonString.At(Text, 0));

    public bool StartsLower => CharacterClasses.IsLower(PythonString.At(Text, 0));

    /// <summary>Lower case, all numbers as one, without the final dot.</summary>
    public string TypeWithoutDot => _type.Length > 1 && _type[^1] == '.' ? _type[..^1] : _type;

    /// <summary>The same, but a dot that ends no sentence stays.</summary>
    public string TypeWithoutSentenceDot => IsBreak ? TypeWithoutDot : _type;
}

/// <summary>
/// Whether a sentence ends inside a small context (NLTK's PunktSentenceTokenizer, first and second pass; Kiss and Strunk 2006, section 4).
/// </summary>
internal static class BreakDecision
{
    private const string NonWord = @"(?:[)"";}\]\*:@\'\({\[!\?])";
    private const string MultiMark = @"(?:\-{2,}|\.{2,}|(?:\.\s){2,}\.)";

    private static readonly PythonRegex s_token = PythonRegex.Parse(
        MultiMark + @"|(?=[^\(\""\`{\[:;&\#\*@\)}\]\-,])\S+?(?=\s|$|" + NonWord + "|" + MultiMark + @"|,(?=$|\s|" + NonWord + "|"
            + MultiMark + @"))|\S");

    private enum Evidence
    {
        NoStart,
        Unknown,
        Start,
    }

    /// <summary>A token other than the last ends a sentence.</summary>
    public static bool HasBreak(string context)
    {
        List<PunktToken> tokens = Tokens(context);
        for (int i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].EndsWithDot)
                Reconsider(tokens[i], tokens[i + 1]);
            if (tokens[i].IsBreak)
                return true;
        }
        return false;
    }

    private static List<PunktToken> Tokens(string context)
    {
        List<PunktToken> tokens = [];
        foreach (string line in context.Split('\n'))
            if (!PythonString.IsBlank(line))
                foreach (RegexMatch match in s_token.Matches(line))
                    tokens.Add(new PunktToken(match.Text.ToString()));
        return tokens;
    }

    private static void Reconsider(PunktToken token, PunktToken next)
    {
        string type = token.TypeWithoutDot, nextType = next.TypeWithoutSentenceDot;
        bool initial = token.IsInitial;
        if (EnglishParameters.IsCollocation(type, nextType))
        {
            (token.IsBreak, token.IsAbbreviation) = (false, true);
            return;
        }

        Evidence evidence = EvidenceOf(next, nextType);
        if ((token.IsAbbreviation || token.IsEllipsis) && !initial
            && (evidence == Evidence.Start || (next.StartsUpper && EnglishParameters.IsFrequentStarter(nextType))))
        {
            token.IsBreak = true;
            return;
        }

        bool noBreak = (initial || type == EnglishParameters.Number) && evidence == Evidence.NoStart;
        noBreak |= initial && evidence == Evidence.Unknown && next.StartsUpper
            && !EnglishParameters.Of(nextType).HasFlag(Orthography.Lower);
        if (noBreak)
            (token.IsBreak, token.IsAbbreviation) = (false, true);
    }

    private static Evidence EvidenceOf(PunktToken next, string type)
    {
        if (next.Text is ";" or ":" or "," or "." or "!" or "?")
            return Evidence.NoStart;
        Orthography seen = EnglishParameters.Of(type);
        if (next.StartsUpper && seen.HasFlag(Orthography.Lower) && !seen.HasFlag(Orthography.UpperInside))
            return Evidence.Start;
        return next.StartsLower && (seen.HasFlag(Orthography.Upper) || !seen.HasFlag(Orthography.LowerAtStart))
            ? Evidence.NoStart : Evidence.Unknown;
    }
}

/// <summary>How a word (its lower-case type) is known to be written.</summary>
[Flags]
internal enum Orthography
{
    None = 0,

    /// <summary>With a small first letter.</summary>
    Lower = 1,

    /// <summary>With a small first letter at a sentence's start.</summary>
    LowerAtStart = 2,

    /// <summary>With a capital inside a sentence.</summary>
    UpperInside = 4,

    /// <summary>With a capital anywhere.</summary>
    Upper = 8,
}

/// <summary>
/// What Punkt learns from a corpus, here written by hand for English: abbreviations, frequent sentence starters, and how common words are
/// written. NLTK's trained tables (156 abbreviations, 37 collocations, 39 starters, 20,366 words) are not part of this program.
/// </summary>
internal static class EnglishParameters
{
    /// <summary>The type of every number.</summary>
    public const string Number = "##number##";

    /// <summary>Without their last dot. Not among them, as in the trained list: fig, e.g, i.e, etc, al, no, vol.</summary>
    private static readonly FrozenSet<string> s_abbreviations = List("abbreviations");

    /// <summary>Of the trained pairs only what their kind is: an initial or number that goes with the next word.</summary>
    private static readonly FrozenSet<(string, string)> s_collocations = new[] { ("st", "louis"), ("st", "petersburg"),
        ("u.s", "district") }.ToFrozenSet();

    private static readonly FrozenSet<string> s_starters = List("sentence starters");

    /// <summary>Written with a capital at a sentence's start alone.</summary>
    private static readonly FrozenSet<string> s_lowerInside = List("capital at a start alone");

    /// <summary>Written with a small letter and, in names, titles and quoted speech, with a capital inside sentences.</summary>
    private static readonly FrozenSet<string> s_both = List("small and capital");

    public static bool IsAbbreviation(string lower) =>
        s_abbreviations.Contains(lower) || s_abbreviations.Contains(lower[(lower.LastIndexOf('-') + 1)..]);

    public static bool IsCollocation(string first, string second) => s_collocations.Contains((first, second));

    public static bool IsFrequentStarter(string type) => s_starters.Contains(type);

    public static Orthography Of(string type) =>
        s_lowerInside.Contains(type) ? Orthography.Lower | Orthography.Upper
        : s_both.Contains(type) ? Orthography.Lower | Orthography.Upper | Orthography.UpperInside
        : Orthography.None;

    private static FrozenSet<string> List(string name) =>
        ResourceBlocks.Of(typeof(EnglishParameters), "Sentences/english.txt").Words(name).ToFrozenSet(StringComparer.Ordinal);
}
