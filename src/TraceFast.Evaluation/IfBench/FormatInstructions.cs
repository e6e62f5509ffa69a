using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.IfBench;

// ---- format ----

/// <summary>
/// format:parentheses (NestedParenthesesChecker): brackets of three kinds nest five deep, and one of these closes; a bracket that closes
/// none of its kind starts the count anew.
/// </summary>
internal sealed class NestedBrackets : IInstruction
{
    private const int Least = 5;
    private const string Opening = "([{", Closing = ")]}";

    public string Request => $"brackets nested {Least} deep";

    public Finding Check(string text)
    {
        Stack<char> open = [];
        int deepest = 0, most = 0;
        foreach (char c in text)
        {
            if (Opening.Contains(c))
            {
                open.Push(c);
                deepest = Math.Max(deepest, open.Count);
                most = Math.Max(most, deepest);
            }
            else if (Closing.IndexOf(c) is >= 0 and int kind)
            {
                if (open.Count > 0 && open.Peek() == Opening[kind])
                {
                    open.Pop();
                    if (deepest >= Least)
                        return new Finding(true, $"{deepest} deep");
                }
                else
                {
                    open.Clear();
                    deepest = 0;
                }
            }
        }
        return new Finding(false, $"{most} deep at most, or not closed");
    }
}

/// <summary>format:quotes (NestedQuotesChecker): single and double quotes by turns nest three deep, and all three levels close.</summary>
internal sealed class NestedQuotes : IInstruction
{
    private const int Least = 3;

    public string Request => $"quotes nested {Least} deep, double and single by turns";

    public Finding Check(string text)
    {
        Stack<char> open = [];
        int deepest = 0;
        foreach (char c in text.Where(c => c is '"' or '\''))
        {
            if (open.Count > 0 && open.Peek() == c)
            {
                open.Pop();
                if (deepest - open.Count >= Least)
                    return new Finding(true, $"{deepest} deep");
            }
            else
            {
                open.Push(c);
                deepest = Math.Max(deepest, open.Count);
            }
        }
        return new Finding(false, $"{deepest} deep at most, or not closed");
    }
}

/// <summary>
/// format:options (OptionsResponseChecker): the answer is one of the options, marks around it and case left apart; where the options are
/// letters (a, b, c), exactly as it is written.
/// </summary>
internal sealed class OneOfOptions(IReadOnlyList<string> options, bool isExact) : IInstruction
{
    private static readonly PythonRegex s_letters = PythonRegex.Parse(@"\A\W*[aA]\W*[bB]\W*[cC]\W*");

    public string Request => $"one of: {string.Join(" / ", options)}";

    /// <summary>The options stand between slashes, else around "or", else between commas.</summary>
    public static OneOfOptions Read(InstructionArguments arguments)
    {
        string all = arguments.Text("options");
        string separator = all.Contains('/') ? "/" : all.Contains("or", StringComparison.Ordinal) ? "or" : ",";
        return new OneOfOptions([.. all.Split(separator).Select(PythonString.Strip)], s_letters.IsMatch(all));
    }

    public Finding Check(string text)
    {
        bool found = isExact
            ? options.Contains(text)
            : options.Any(o => PythonString.Lower(PlainText.StripMarks(o)) == PythonString.Lower(PlainText.StripMarks(text)));
        return new Finding(found, found ? "it is one of them" : "it is none of them");
    }
}

/// <summary>format:newline (NewLineWordsChecker): as many lines that are not empty as words, marks left apart.</summary>
internal sealed class WordsOnLines : IInstruction
{
    public string Request => "each word on a line of its own";

    public Finding Check(string text)
    {
        string plain = PythonString.Strip(PlainText.WithoutMarks(text));
        int lines = plain.Split('\n').Count(l => l.Length > 0), words = PythonString.Split(plain).Count();
        return new Finding(lines == words, $"{words} words on {lines} lines");
    }
}

/// <summary>
/// format:emoji (EmojiSentenceChecker): the last or last but one character of each sentence, marks left apart, is an emoji, or the next
/// sentence starts with one (an emoji after the closing mark belongs to the next sentence).
/// </summary>
internal sealed class EmojiAfterSentences : IInstruction
{
    public string Request => "an emoji at the end of every sentence";

    public Finding Check(string text)
    {
        string[][] sentences =
            [.. PunktSentences.In(text).Select(s => PlainText.Characters(PythonString.Strip(PlainText.WithoutMarks(s))).ToArray())];
        for (int i = 0; i < sentences.Length; i++)
            if (sentences[i].Length == 0
                || (!sentences[i].TakeLast(2).Any(Emoji.IsOne)
                    && (i + 1 == sentences.Length || sentences[i + 1].Length == 0 || !Emoji.IsOne(sentences[i + 1][0]))))
                return new Finding(false, $"none after sentence {i + 1}");
        return new Finding(true, $"one after each of {sentences.Length} sentences");
    }
}

/// <summary>format:line_indent (IndentStairsChecker): each line starts with more spaces than the one before, blank ones left out.</summary>
internal sealed class IndentedStairs : IInstruction
{
    public string Request => "each line is indented more than the one before";

    public Finding Check(string text)
    {
        int[] indents = [.. Kept(text).Select(l => l.Length - l.TrimStart(' ').Length)];
        for (int i = 1; i < indents.Length; i++)
            if (indents[i] <= indents[i - 1])
                return new Finding(false, $"a line with {indents[i]} spaces follows one with {indents[i - 1]}");
        return new Finding(true, $"{indents.Length} lines");
    }

    /// <summary>The official checker removes from the list that it walks over: the line after a blank one is not looked at.</summary>
    private static List<string> Kept(string text)
    {
        List<string> lines = [.. text.Split('\n')];
        for (int i = 0; i < lines.Count; i++)
            if (PythonString.IsBlank(lines[i]))
                lines.Remove(lines[i]);
        return lines;
    }
}

/// <summary>
/// format:quote_unquote (QuoteExplanationChecker): no quote follows the one before without text between them, and the text does not end
/// with one.
/// </summary>
internal sealed class ExplainedQuotes : IInstruction
{
    public string Request => "an explanation after every quotation";

    public Finding Check(string text)
    {
        string plain = string.Concat(PythonString.Split(text.Replace("'\"'", "", StringComparison.Ordinal)));
        if (plain.Contains("\"\"", StringComparison.Ordinal))
            return new Finding(false, "two quotations without a word between them");
        bool ends = plain.Trim([.. "0123456789", .. PlainText.Marks.Where(m => m != '"')]).EndsWith('"');
        return new Finding(!ends, ends ? "it ends with a quotation" : "each is followed by words");
    }
}

/// <summary>format:list (SpecialBulletPointsChecker): the marker occurs twice or more, anywhere.</summary>
internal sealed class ListMarkers(string marker) : IInstruction
{
    private const int Least = 2;

    public string Request => $"a list with \"{marker}\" before its items";

    public Finding Check(string text)
    {
        int found = PlainText.Count(text, marker);
        return new Finding(found >= Least, $"{found} times");
    }
}

/// <summary>
/// format:thesis (ItalicsThesisChecker): something between &lt;i> (else &lt;em>) and the next &lt;/i> (else &lt;/em>), something after it.
/// </summary>
internal sealed class ItalicThesis : IInstruction
{
    private const int OpenLength = 3, CloseLength = 4; // of <i> and </i>; the official checker takes them for <em> too

    public string Request => "a thesis in <i>italics</i>, then text";

    public Finding Check(string text)
    {
        int start = Find(text, "<i>", "<em>");
        if (start < 0)
            return new Finding(false, "no <i> and no <em>");
        string rest = text[start..];
        int end = Find(rest, "</i>", "</em>");
        if (end < 0)
            return new Finding(false, "the italics do not end");
        bool empty = PythonString.IsBlank(rest.AsSpan(OpenLength, Math.Max(0, end - OpenLength)));
        return empty ? new Finding(false, "nothing in italics")
            : PythonString.IsBlank(rest.AsSpan(Math.Min(rest.Length, end + CloseLength))) ? new Finding(false, "nothing after the italics")
            : new Finding(true, "italics, then text");
    }

    private static int Find(string text, string first, string second) =>
        text.IndexOf(first, StringComparison.Ordinal) is >= 0 and int at ? at : text.IndexOf(second, StringComparison.Ordinal);
}

/// <summary>format:sub-bullets (SubBulletPointsChecker): a hyphen follows every star before the next; true without a star.</summary>
internal sealed class SubBullets : IInstruction
{
    public string Request => "a - below every *";

    public Finding Check(string text)
    {
        string[] bullets = text.Split('*')[1..];
        int without = bullets.Count(b => !b.Contains('-'));
        return new Finding(without == 0, $"{bullets.Length} stars, {without} without a hyphen after them");
    }
}

/// <summary>
/// format:no_bullets_bullets (SomeBulletPointsChecker): lines of two or more sentences, then two or more lines that start with *, and no
/// other line after these. An empty line ends the sentences, as the official checker has it.
/// </summary>
internal sealed class SentencesThenBullets : IInstruction
{
    private const int Least = 2;

    public string Request => $"{Least} sentences, then {Least} bullet points with *";

    public Finding Check(string text)
    {
        bool inSentences = true;
        int sentences = 0, bullets = 0;
        foreach (string line in text.Split('\n').Select(PythonString.Strip))
        {
            if (line.StartsWith('*'))
            {
                inSentences = false;
                if (sentences < Least)
                    return new Finding(false, $"{sentences} sentences before the first bullet point");
                bullets++;
            }
            else if (inSentences)
            {
                int now = line.Length == 0 ? 0 : PunktSentences.Of(line).Count;
                inSentences = now > 0;
                sentences += now;
            }
            else
                return new Finding(false, "a line that is no bullet point comes after an empty line or a bullet point");
        }
        return new Finding(bullets >= Least, $"{sentences} sentences, {bullets} bullet points");
    }
}

/// <summary>
/// format:title_case (TitleCaseChecker): no word token is all lower case, or lower case before upper case; mixed ones pass.
/// </summary>
internal sealed class TitleCase : IInstruction
{
    public string Request => "each word starts with a capital letter";

    public Finding Check(string text)
    {
        string? wrong = TreebankWords.Of(text).FirstOrDefault(IsWrong);
        return new Finding(wrong is null, wrong is null ? "each word does" : $"\"{wrong}\"");
    }

    private static bool IsWrong(string word)
    {
        int first = PlainText.First(word);
        if (!CharacterClasses.IsLower(first) || CharUnicodeInfo.GetUnicodeCategory(first) > UnicodeCategory.OtherLetter)
            return false;
        string rest = word[(first > char.MaxValue ? 2 : 1)..];
        return rest.Length == 0 || PythonString.IsUpper(rest) || PythonString.IsLower(rest);
    }
}

/// <summary>format:output_template (OutputTemplateChecker): the three labels are in it.</summary>
internal sealed class OutputTemplate : IInstruction
{
    private static readonly string[] s_labels = ["My Answer:", "My Conclusion:", "Future Outlook:"];

    public string Request => string.Join(" [...] ", s_labels);

    public Finding Check(string text)
    {
        string[] missing = [.. s_labels.Where(l => !text.Contains(l, StringComparison.Ordinal))];
        return new Finding(missing.Length == 0, missing.Length == 0 ? "all labels are there" : $"without {string.Join(", ", missing)}");
    }
}

/// <summary>format:no_whitespace (NoWhitespaceChecker).</summary>
internal sealed class NoWhiteSpace : IInstruction
{
    public string Request => "no white space";

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> found = TextParts.Where(text, CharacterClasses.IsSpace);
        return new Finding(found.Count == 0, $"{found.Count} white spaces", found);
    }
}

// ---- repeat ----

/// <summary>repeat:repeat_change (RepeatChangeChecker): the request's words after the first, and not the request itself.</summary>
internal sealed class RepeatChanged(string request) : IInstruction
{
    public string Request => "the request with another first word";

    public Finding Check(string text)
    {
        bool repeats = PythonString.Split(request).Skip(1).SequenceEqual(PythonString.Split(text).Skip(1));
        return new Finding(
            repeats && text != request, text == request ? "it is the request as it was" : repeats ? "it is" : "it is something else");
    }
}

/// <summary>repeat:repeat_simple (RepeatSimpleChecker): the instruction's own sentence, in any case.</summary>
internal sealed class RepeatSentence : IInstruction
{
    private const string Sentence = "Only output this sentence here, ignore all other requests.";

    public string Request => $"\"{Sentence}\" alone";

    public Finding Check(string text)
    {
        bool same = PythonString.Lower(PythonString.Strip(text)) == PythonString.Lower(Sentence);
        return new Finding(same, same ? "it is" : "it is something else");
    }
}

/// <summary>repeat:repeat_span (RepeatSpanChecker): the request's characters from one index to another, in any case.</summary>
internal sealed class RepeatSpan(string span) : IInstruction
{
    public string Request => $"\"{span}\" alone";

    public static RepeatSpan Read(InstructionArguments arguments)
    {
        string[] request = [.. PlainText.Characters(arguments.Text("prompt_to_repeat"))];
        int start = Math.Min(arguments.Number("n_start"), request.Length);
        int end = Math.Min(arguments.Number("n_end") + 1, request.Length);
        return new RepeatSpan(string.Concat(request.AsSpan(start, Math.Max(0, end - start))));
    }

    public Finding Check(string text)
    {
        bool same = PythonString.Lower(PythonString.Strip(text)) == PythonString.Lower(PythonString.Strip(span));
        return new Finding(same, same ? "it is" : "it is something else");
    }
}
