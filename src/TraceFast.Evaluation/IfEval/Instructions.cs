using System.Buffers;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.IfEval.Languages;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.IfEval;

/// <summary>
/// IFEval's 25 instructions by their official ids, with the arguments that each reads (google-research, instruction_following_eval:
/// instructions_registry.py). The checkers follow in the same order; each names the official class (instructions.py) whose verdict it
/// gives.
/// </summary>
internal static class Instructions
{
    private static readonly Dictionary<string, Func<InstructionArguments, IInstruction>> s_readers = new(StringComparer.Ordinal)
    {
        ["keywords:existence"] = a =>
            new KeywordExistence([.. a.Texts("keywords").Select(k => a.Pattern("keywords", k, ignoreCase: true))]),
        ["keywords:frequency"] = a => new KeywordFrequency(
            a.Pattern("keyword", PythonString.Strip(a.Text("keyword")), ignoreCase: true), a.Relation("relation", "frequency")),
        ["keywords:forbidden_words"] = a => new ForbiddenWords(
            [.. a.Texts("forbidden_words").Distinct().Select(w => (w, a.Pattern("forbidden_words", $@"\b{w}\b", ignoreCase: true)))]),
        ["keywords:letter_frequency"] = a => new LetterFrequency(LetterFrequency.Letter(a), a.Relation("let_relation", "let_frequency")),
        ["language:response_language"] = a => new ResponseLanguage(ResponseLanguage.Code(a)),
        ["length_constraints:number_sentences"] = a => new NumberSentences(a.Relation("relation", "num_sentences")),
        ["length_constraints:number_paragraphs"] = a => new NumberParagraphs(a.Number("num_paragraphs")),
        ["length_constraints:number_words"] = a => new NumberWords(a.Relation("relation", "num_words")),
        ["length_constraints:nth_paragraph_first_word"] = NthParagraphFirstWord.Read,
        ["detectable_content:number_placeholders"] = a => new NumberPlaceholders(a.Number("num_placeholders")),
        ["detectable_content:postscript"] = Postscript.Read,
        ["detectable_format:number_bullet_lists"] = a => new NumberBulletLists(a.Number("num_bullets")),
        ["detectable_format:constrained_response"] = _ => new ConstrainedResponse(),
        ["detectable_format:number_highlighted_sections"] = a => new NumberHighlightedSections(a.Number("num_highlights")),
        ["detectable_format:multiple_sections"] = MultipleSections.Read,
        ["detectable_format:json_format"] = _ => new JsonFormat(),
        ["detectable_format:title"] = _ => new Title(),
        ["combination:two_responses"] = _ => new TwoResponses(),
        ["combination:repeat_prompt"] = a => new RepeatPrompt(a.Text("prompt_to_repeat")),
        ["startend:end_checker"] = a => new EndChecker(a.PossiblyEmptyText("end_phrase")),
        ["startend:quotation"] = _ => new Quotation(),
        ["change_case:capital_word_frequency"] = a => new CapitalWordFrequency(a.Relation("capital_relation", "capital_frequency")),
        ["change_case:english_capital"] = _ => new EnglishCase(capital: true),
        ["change_case:english_lowercase"] = _ => new EnglishCase(capital: false),
        ["punctuation:no_comma"] = _ => new NoComma(),
    };

    /// <summary>All ids, in the registry's order.</summary>
    public static IEnumerable<string> Ids => s_readers.Keys;

    /// <summary>Reads one instruction.</summary>
    /// <exception cref="InputException">The id is unknown, or an argument is missing or wrong.</exception>
    public static IInstruction Read(string id, JsonElement arguments) =>
        s_readers.TryGetValue(id, out Func<InstructionArguments, IInstruction>? read)
        ? read(new InstructionArguments(id, arguments))
        : throw new InputException($"'{id}' is not an instruction of IFEval; expected one of {string.Join(", ", Ids)}");
}

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

    /// <summary>Where the letter appears; a character whose lower case is the letter counts.</summary>
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
            detected is null || detected == language, detected is null ? "no language can be told" : $"the language is {detected}");
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

// ---- detectable format ----

/// <summary>
/// detectable_format:number_bullet_lists (BulletListChecker): lines whose first visible character is * not followed by *, and lines whose
/// first is -; exactly this many.
/// </summary>
internal sealed class NumberBulletLists(int count) : IInstruction
{
    public string Request => $"{count} bullet points";

    public Finding Check(string text)
    {
        TextSpan[] found = [.. TextParts.StarLines(text).Concat(TextParts.DashLines(text)).OrderBy(p => p.Start)];
        return new Finding(found.Length == count, $"{found.Length} bullet points", found);
    }
}

/// <summary>detectable_format:constrained_response (ConstrainedResponseChecker): contains one of three sentences.</summary>
internal sealed class ConstrainedResponse : IInstruction
{
    private static readonly string[] s_options = ["My answer is yes.", "My answer is no.", "My answer is maybe."];

    public string Request => $"one of: {string.Join(" / ", s_options)}";

    public Finding Check(string text)
    {
        bool found = s_options.Any(o => text.Contains(o, StringComparison.Ordinal));
        return new Finding(found, found ? "one of the answers is in it" : "none of the three answers is in it");
    }
}

/// <summary>
/// detectable_format:number_highlighted_sections (HighlightSectionChecker): *...* and **...** on one line with something between; at least
/// this many together.
/// </summary>
internal sealed class NumberHighlightedSections(int count) : IInstruction
{
    private static readonly PythonRegex s_single = PythonRegex.Parse(@"\*[^\n\*]*\*");
    private static readonly PythonRegex s_double = PythonRegex.Parse(@"\*\*[^\n\*]*\*\*");

    public string Request => $"at least {count} highlighted sections, *as this*";

    public Finding Check(string text)
    {
        IEnumerable<RegexMatch> singles = s_single.Matches(text).Where(m => !PythonString.IsBlank(m.Text[1..^1]));
        IEnumerable<RegexMatch> doubles = s_double.Matches(text).Where(m => !PythonString.IsBlank(m.Text[2..^2]));
        TextSpan[] found = [.. singles.Concat(doubles).Select(m => m.TextSpan).OrderBy(p => p.Start)];
        return new Finding(found.Length >= count, $"{found.Length} highlighted sections", found);
    }
}

/// <summary>
/// detectable_format:multiple_sections (SectionChecker): the trimmed marker, as a regular expression, then at most one white space and
/// digits; at least this many.
/// </summary>
internal sealed class MultipleSections(string marker, PythonRegex pattern, int count) : IInstruction
{
    public string Request => $"at least {count} sections marked {marker} 1, {marker} 2 ...";

    public static MultipleSections Read(InstructionArguments arguments)
    {
        string marker = PythonString.Strip(arguments.PossiblyEmptyText("section_spliter"));
        return new MultipleSections(
            marker, arguments.Pattern("section_spliter", $@"\s?{marker}\s?\d+\s?", ignoreCase: false), arguments.Number("num_sections"));
    }

    public Finding Check(string text)
    {
        TextSpan[] found = [.. pattern.Matches(text).Select(m => m.TextSpan)];
        // The official count is that of re.split's pieces, among which the pattern's groups are.
        int sections = found.Length * (1 + pattern.Groups);
        return new Finding(sections >= count, $"{sections} sections", found);
    }
}

/// <summary>
/// detectable_format:json_format (JsonFormat): the trimmed text, without a code fence around it, is JSON as Python's json module reads it.
/// </summary>
internal sealed class JsonFormat : IInstruction
{
    private static readonly string[] s_prefixes = ["```json", "```Json", "```JSON", "```"];

    public string Request => "the whole answer is JSON";

    public Finding Check(string text)
    {
        string json = PythonString.Strip(text);
        foreach (string prefix in s_prefixes)
        {
            if (json.StartsWith(prefix, StringComparison.Ordinal))
                json = json[prefix.Length..];
        }

        if (json.EndsWith("```", StringComparison.Ordinal))
            json = json[..^3];
        json = PythonString.Strip(json);
        return PythonJson.FirstError(json) is { } error
            ? new Finding(false, "it is not JSON from the marked place on", TextParts.From(text, json, error))
            : new Finding(true, "it is JSON");
    }
}

/// <summary>
/// detectable_format:title (TitleChecker): some &lt;&lt;...>> on one line (the longest) with more than brackets and white space in it.
/// </summary>
internal sealed class Title : IInstruction
{
    public string Request => "a title in <<double angular brackets>>";

    public Finding Check(string text)
    {
        bool found = text.Split('\n').Any(IsTitle);
        return new Finding(found, found ? "it has a title" : "no title in << and >>");
    }

    private static bool IsTitle(string line)
    {
        int open = line.IndexOf("<<", StringComparison.Ordinal), close = line.LastIndexOf(">>", StringComparison.Ordinal);
        return open >= 0 && close > open + 2 && !PythonString.IsBlank(line.AsSpan(open, close + 2 - open).TrimStart('<').TrimEnd('>'));
    }
}

// ---- combination ----

/// <summary>
/// combination:two_responses (TwoResponsesChecker): parts between ******; a blank first or last part does not count, a blank one between
/// fails; exactly two that differ when trimmed.
/// </summary>
internal sealed class TwoResponses : IInstruction
{
    private static readonly PythonRegex s_divider = PythonRegex.Parse(@"\*{6}");

    public string Request => "two different answers, divided by ******";

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> parts = TextParts.Between(s_divider, text);
        List<string> answers = [];
        for (int i = 0; i < parts.Count; i++)
        {
            string answer = PythonString.Strip(text.Substring(parts[i].Start, parts[i].Length));
            if (answer.Length > 0)
                answers.Add(answer);
            else if (i > 0 && i < parts.Count - 1)
                return new Finding(false, "the part between two dividers is blank", [parts[i]]);
        }

        bool same = answers.Count == 2 && answers[0] == answers[1];
        return new Finding(
            answers.Count == 2 && !same, same ? "the two answers are the same" : $"{answers.Count} answers",
            TextParts.Dividers(s_divider, text));
    }
}

/// <summary>combination:repeat_prompt (RepeatPromptThenAnswer): trimmed and in lower case, the answer starts with the prompt.</summary>
internal sealed class RepeatPrompt(string prompt) : IInstruction
{
    private readonly string _start = PythonString.Lower(PythonString.Strip(prompt));

    public string Request => $"starts with the request: {PythonString.Strip(prompt)}";

    public Finding Check(string text)
    {
        int before = PythonString.StripRange(text).Start.Value;
        string answer = PythonString.Lower(text[before..]);
        int same = answer.AsSpan().CommonPrefixLength(_start);
        return same == _start.Length
            ? new Finding(true, "it starts with the request")
            : new Finding(
                false, "it differs from the request from the marked place on", TextParts.Rest(text, Math.Min(before + same, text.Length)));
    }
}

// ---- start and end ----

/// <summary>
/// startend:end_checker (EndChecker): trimmed, without " at both ends, in lower case, the text ends with the trimmed phrase in lower case.
/// </summary>
internal sealed class EndChecker(string phrase) : IInstruction
{
    private readonly string _end = PythonString.Lower(PythonString.Strip(phrase));

    public string Request => $"ends with: {PythonString.Strip(phrase)}";

    public Finding Check(string text)
    {
        bool followed = PythonString.Lower(PythonString.Strip(text).Trim('"')).EndsWith(_end, StringComparison.Ordinal);
        int tail = PythonString.StripRange(text).End.GetOffset(text.Length);
        int start = Math.Max(tail - Math.Max(_end.Length, 1), 0);
        return new Finding(followed, followed ? "it ends so" : "it ends otherwise", [new TextSpan(start, tail - start)]);
    }
}

/// <summary>startend:quotation (QuotationChecker): trimmed, at least two characters, the first and the last are ".</summary>
internal sealed class Quotation : IInstruction
{
    public string Request => "the whole answer in double quotation marks";

    public Finding Check(string text)
    {
        string trimmed = PythonString.Strip(text);
        bool followed = trimmed.Length > 1 && trimmed[0] == '"' && trimmed[^1] == '"';
        return new Finding(followed, followed ? "it is in quotation marks" : "it does not start and end with \"");
    }
}

// ---- case and punctuation ----

/// <summary>change_case:capital_word_frequency (CapitalWordFrequencyChecker): how many of NLTK's word tokens are all capitals.</summary>
internal sealed class CapitalWordFrequency(Relation relation) : IInstruction
{
    public string Request => $"{relation} words in capitals";

    public Finding Check(string text)
    {
        List<TextSpan> places = [];
        int count = 0, from = 0;
        foreach (string word in TreebankWords.Of(text).Where(w => PythonString.IsUpper(w)))
        {
            count++;
            int at = text.IndexOf(word, from, StringComparison.Ordinal);
            if (at < 0)
                continue;
            places.Add(new TextSpan(at, word.Length));
            from = at + word.Length;
        }

        return new Finding(relation.IsMet(count), $"{count} words in capitals", places);
    }
}

/// <summary>
/// change_case:english_capital and english_lowercase (CapitalLettersEnglishChecker, LowercaseLettersEnglishChecker): no letter of the other
/// case, and the detected language is English; where none can be detected, it counts as followed.
/// </summary>
internal sealed class EnglishCase(bool capital) : IInstruction
{
    public string Request => $"English, in {(capital ? "capital" : "small")} letters only";

    public Finding Check(string text)
    {
        if (capital ? PythonString.IsUpper(text) : PythonString.IsLower(text))
            return ResponseLanguage.Is("en", text);
        return new Finding(
            false,
            $"it has {(capital ? "small" : "capital")} letters, or no letters",
            TextParts.Where(
                text, c => CharacterClasses.IsTitle(c) || (capital ? CharacterClasses.IsLower(c) : CharacterClasses.IsUpper(c))));
    }
}

/// <summary>punctuation:no_comma (CommaChecker): no U+002C.</summary>
internal sealed class NoComma : IInstruction
{
    public string Request => "no commas";

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> commas = TextParts.Where(text, c => c == ',');
        return new Finding(commas.Count == 0, $"{commas.Count} commas", commas);
    }
}
