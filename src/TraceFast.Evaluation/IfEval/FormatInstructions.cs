using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.IfEval;

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
            ? new Finding(false, "it is not valid JSON from the marked place on", TextParts.From(text, json, error))
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
        return new Finding(followed, followed ? "it ends with it" : "it ends differently", [new TextSpan(start, tail - start)]);
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
