using System.Buffers;
using TraceFast.Evaluation.IfEval.Languages;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;

namespace TraceFast.Evaluation.IfEval;

// ---- keywords ----

/// <summary>keywords:existence (KeywordChecker): each keyword, as a regular expression that ignores case, is found somewhere.</summary>
internal sealed class KeywordExistence(IReadOnlyList<PythonRegex> keywords) : IInstruction
{
    public string Request => $"contains {string.Join(", ", keywords.Select(k => $"\"{k.Pattern}\""))}";

    public Finding Check(string text)
    {
        string[] missing = [.. keywords.Where(k => !k.IsMatch(text)).Select(k => $"\"{k.Pattern}\"")];
        return new Finding(
            missing.Length == 0, missing.Length == 0 ? "every keyword is there" : $"{string.Join(", ", missing)} is not in it");
    }
}

/// <summary>
/// keywords:frequency (KeywordFrequencyChecker): how often the trimmed keyword, as a regular expression that ignores case, matches without
/// overlap.
/// </summary>
internal sealed class KeywordFrequency(PythonRegex keyword, Relation relation) : IInstruction
{
    public string Request => $"\"{keyword.Pattern}\" {relation} times";

    public Finding Check(string text)
    {
        TextSpan[] found = [.. keyword.Matches(text).Select(m => m.TextSpan)];
        return new Finding(relation.IsMet(found.Length), $"{found.Length} times", found);
    }
}

/// <summary>
/// keywords:forbidden_words (ForbiddenWords): no word, as a regular expression between two word boundaries that ignores case, is found.
/// </summary>
internal sealed class ForbiddenWords(IReadOnlyList<(string Word, PythonRegex Pattern)> words) : IInstruction
{
    public string Request => $"without {string.Join(", ", words.Select(w => $"\"{w.Word}\""))}";

    public Finding Check(string text)
    {
        List<string> found = [];
        List<TextSpan> places = [];
        foreach ((string word, PythonRegex pattern) in words)
        {
            int before = places.Count;
            places.AddRange(pattern.Matches(text).Select(m => m.TextSpan));
            if (places.Count > before)
                found.Add($"\"{word}\"");
        }

        string reason = found.Count == 0 ? "none of the words is in it" : $"{string.Join(", ", found)} is in it";
        return new Finding(found.Count == 0, reason, [.. places.OrderBy(p => p.Start)]);
    }
}

/// <summary>
/// keywords:letter_frequency (LetterFrequencyChecker): how often a character appears in the lower-cased text; any character may be asked
/// for (older official versions: a to z).
/// </summary>
internal sealed class LetterFrequency(string letter, Relation relation) : IInstruction
{
    public string Request => $"the letter \"{letter}\" {relation} times";

    public static string Letter(InstructionArguments arguments)
    {
        string letter = arguments.Text("letter");
        return letter.EnumerateRunes().Count() <= 1
            ? PythonString.Lower(PythonString.Strip(letter))
            : throw arguments.Error($"'letter' is \"{letter}\"; one character is expected (the official scorer would draw one at random)");
    }

    public Finding Check(string text)
    {
        int count = Spans(PythonString.Lower(text)).Count;
        return new Finding(relation.IsMet(count), $"{count} times", relation.IsLessThan ? Spans(text) : []);
    }

    /// <summary>Where the letter appears, in either case.</summary>
    private IReadOnlyList<TextSpan> Spans(string text)
    {
        // One that is longer in lower case (U+0130), or none after trimming, equals no single character.
        if (letter.EnumerateRunes().Count() != 1)
            return [];
        int wanted = PythonString.At(letter, 0);
        return TextParts.Where(text, c => c == wanted || PythonString.Lower(c) == wanted);
    }
}

// ---- language ----

/// <summary>
/// language:response_language (ResponseLanguageChecker): the detected language is the one asked for; where none can be detected, it counts
/// as followed.
/// </summary>
internal sealed class ResponseLanguage(string language) : IInstruction
{
    /// <summary>The official table; other codes raise an error there, Chinese among them.</summary>
    private static readonly string[] s_codes =
    [
        "en", "es", "pt", "ar", "hi", "fr", "ru", "de", "ja", "it", "bn", "uk", "th", "ur", "ta", "te", "bg", "ko", "pl", "he", "fa", "vi",
        "ne", "sw", "kn", "mr",
        "gu", "pa", "ml", "fi",
    ];

    public string Request => $"in the language {language}";

    public static string Code(InstructionArguments arguments)
    {
        string language = arguments.Text("language");
        return s_codes.Contains(language)
            ? language
            : throw arguments.Error(
                $"'language' is \"{language}\", which the official scorer does not know; it knows {string.Join(", ", s_codes)}");
    }

    public Finding Check(string text) => Is(language, text);

    public static Finding Is(string language, string text)
    {
        string? detected = LanguageDetector.Detect(text);
        return new Finding(
            detected is null || detected == language, detected is null ? "no language is detected" : $"the language is {detected}");
    }
}

// ---- length ----

/// <summary>length_constraints:number_sentences (NumberOfSentences): how many sentences Punkt finds.</summary>
internal sealed class NumberSentences(Relation relation) : IInstruction
{
    public string Request => $"{relation} sentences";

    public Finding Check(string text)
    {
        int count = PunktSentences.Of(text).Count;
        return new Finding(relation.IsMet(count), $"{count} sentences");
    }
}

/// <summary>
/// length_constraints:number_paragraphs (ParagraphChecker): parts between *** (one white space on either side belongs to it). A blank first
/// or last part does not count, a blank one between fails; the number is exact.
/// </summary>
internal sealed class NumberParagraphs(int count) : IInstruction
{
    private static readonly PythonRegex s_divider = PythonRegex.Parse(@"\s?\*\*\*\s?");

    public string Request => $"{count} paragraphs, divided by ***";

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> parts = TextParts.Between(s_divider, text);
        int found = parts.Count;
        for (int i = 0; i < parts.Count; i++)
        {
            if (!PythonString.IsBlank(text.AsSpan(parts[i].Start, parts[i].Length)))
                continue;
            if (i > 0 && i < parts.Count - 1)
                return new Finding(false, "a paragraph between two dividers is blank", [parts[i]]);
            found--;
        }

        return new Finding(found == count, $"{found} paragraphs", TextParts.Dividers(s_divider, text));
    }
}

/// <summary>length_constraints:number_words (NumberOfWords): runs of word characters (nltk RegexpTokenizer, \w+).</summary>
internal sealed class NumberWords(Relation relation) : IInstruction
{
    public string Request => $"{relation} words";

    public Finding Check(string text)
    {
        int count = 0;
        bool inWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            int c = PythonString.At(text, i);
            bool isWord = CharacterClasses.IsWord(c);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
            i += c > char.MaxValue ? 1 : 0;
        }

        return new Finding(relation.IsMet(count), $"{count} words");
    }
}

/// <summary>
/// length_constraints:nth_paragraph_first_word (ParagraphFirstWordCheck): parts between two line feeds; as many non-blank ones as asked
/// for, and the nth of all parts begins with the word (quotes before it and anything from . , ? ! ' " on are cut off).
/// </summary>
internal sealed class NthParagraphFirstWord(int paragraphs, int nth, string word) : IInstruction
{
    private static readonly PythonRegex s_break = PythonRegex.Parse(@"\n\n");
    private static readonly SearchValues<char> s_stops = SearchValues.Create(".,?!'\"");

    public string Request => $"{paragraphs} paragraphs, number {nth} starting with \"{word}\"";

    public static NthParagraphFirstWord Read(InstructionArguments arguments)
    {
        int paragraphs = arguments.Number("num_paragraphs"), nth = arguments.Number("nth_paragraph");
        if (nth == 0 || nth > paragraphs)
            throw arguments.Error($"'nth_paragraph' is {nth} of {paragraphs} paragraphs (the official scorer would draw one at random)");
        return new NthParagraphFirstWord(paragraphs, nth, PythonString.Lower(arguments.Text("first_word")));
    }

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> parts = TextParts.Between(s_break, text);
        int count = parts.Count(p => !PythonString.IsBlank(text.AsSpan(p.Start, p.Length)));
        if (nth > count)
            return new Finding(false, $"{count} paragraphs");
        string paragraph = text.Substring(parts[nth - 1].Start, parts[nth - 1].Length);
        if (PythonString.IsBlank(paragraph))
            return new Finding(false, $"part {nth} is blank", [parts[nth - 1]]);
        (string first, TextSpan place) = FirstWord(paragraph);
        bool followed = count == paragraphs && first == word;
        return new Finding(
            followed, $"{count} paragraphs, number {nth} starts with \"{first}\"",
            [new TextSpan(parts[nth - 1].Start + place.Start, place.Length)]);
    }

    private static (string Word, TextSpan Span) FirstWord(string paragraph)
    {
        int start = PythonString.StripRange(paragraph).Start.Value, end = start;
        while (end < paragraph.Length && !CharacterClasses.IsSpace(paragraph[end]))
            end++;
        ReadOnlySpan<char> word = paragraph.AsSpan(start, end - start).TrimStart('\'').TrimStart('"');
        int stop = word.IndexOfAny(s_stops);
        // Letter by letter: no rule for final sigma.
        IEnumerable<string> lower = (stop < 0 ? word : word[..stop]).ToString().EnumerateRunes()
            .Select(r => PythonString.Lower(r.ToString() + "\0").TrimEnd('\0'));
        return (string.Concat(lower), new TextSpan(start, end - start));
    }
}

// ---- detectable content ----

/// <summary>detectable_content:number_placeholders (PlaceholderChecker): [ to the next ] on one line; at least this many.</summary>
internal sealed class NumberPlaceholders(int count) : IInstruction
{
    public string Request => $"at least {count} placeholders such as [address]";

    public Finding Check(string text)
    {
        List<TextSpan> found = [];
        for (int open = text.IndexOf('['); open >= 0; open = text.IndexOf('[', open))
        {
            int end = text.AsSpan(open).IndexOfAny(']', '\n');
            if (end < 0)
                break;
            if (text[open + end] == ']')
                found.Add(new TextSpan(open, end + 1));
            open += end + 1;
        }

        return new Finding(found.Count >= count, $"{found.Count} placeholders", found);
    }
}

/// <summary>
/// detectable_content:postscript (PostscriptChecker): in the lower-cased text "P.S." is p.s. and "P.P.S" p.p.s with at most one white space
/// between the letters; any other marker is a regular expression. Anywhere in the text.
/// </summary>
internal sealed class Postscript(string marker, PythonRegex pattern) : IInstruction
{
    public string Request => $"a postscript that starts with {marker}";

    public static Postscript Read(InstructionArguments arguments)
    {
        string marker = PythonString.Strip(arguments.PossiblyEmptyText("postscript_marker"));
        string pattern = marker switch
        {
            // The official patterns begin with \s* and end with .*$, which change nothing but the time they take.
            "P.P.S" => @"p\.\s?p\.\s?s",
            "P.S." => @"p\.\s?s\.",
            _ => $@"\s*{PythonString.Lower(marker)}.*$",
        };
        return new Postscript(marker, arguments.MultiLinePattern("postscript_marker", pattern));
    }

    public Finding Check(string text)
    {
        bool found = pattern.IsMatch(PythonString.Lower(text));
        return new Finding(found, found ? "it is there" : $"there is no {marker}");
    }
}
