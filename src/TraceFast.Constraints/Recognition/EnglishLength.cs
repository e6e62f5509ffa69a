using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Lengths in English, of the whole answer or of a part that can be found: "Use at least 300 words", "each paragraph has 3 to 5 sentences".</summary>
internal sealed class EnglishLength : PatternFamily
{
    private const string WholeName =
        "response|answer|reply|output|text|essay|article|story|poem|letter|email|e-mail|blog post|post|review|speech|report|song|lyrics|summary|paper|script|dialogue|resume|content|piece|guide|tutorial|thing|it";

    private static readonly (string Names, Scope Scope)[] Parts =
    [
        ("the title|title|the headline", Scope.Title),
        ("each paragraph|every paragraph|all paragraphs", Scope.EachParagraph),
        ("each sentence|every sentence|all sentences", Scope.EachSentence),
        ("each line|every line", Scope.EachLine),
        ("each (?:list item|bullet point|bullet|item)|every (?:list item|bullet point|bullet|item)", Scope.EachItem),
        ("the first paragraph|the opening paragraph", Scope.FirstParagraph),
        ("the last paragraph|the final paragraph", Scope.LastParagraph),
        ("the first sentence", Scope.FirstSentence),
        ("the last sentence|the final sentence", Scope.LastSentence),
    ];

    private const string Lead = "^(?:please|also|and|make sure|be sure|ensure|that|to|i want|i need|you to|you|can you|answer with|respond with|respond|reply with|reply|in details|give|provide|keep|limit|restrict|control|organize|write|use|have|put|include|make|there should be|there must be|there are|the number of words in|the total number of words in|the number of sentences in|the number of paragraphs in|the length of|[\\s,:])*";

    private const string Modal = "(?:\\s|should|must|shall|needs? to|has to|have to|will|is|are|be|been|contain|contains|include|includes|consist of|consists of|have|has|comprise|use|in|of|with|long|to|limited|the total number of|a total of|total|made up of|length|a length of|using|not|does|kept|written|divided into|split into|into|it)*";

    private const string Tail = "(?:\\s|long|in length|in total|total|in|of|for|your|the|entire|whole|overall|response|responses|answer|reply|essay|story|poem|text|article|output|you use|used|length|each|only|here|this)*[.\\s]*$";

    private static readonly (CountType Type, Regex Range, CountPhrase.Bare Bare)[] Units =
    [
        (Counts.Words, Pattern(CountPhrase.English("words?")), CountPhrase.Bare.Unclear),
        (Counts.Characters, Pattern(CountPhrase.English("characters?")), CountPhrase.Bare.Unclear),
        (Counts.Sentences, Pattern(CountPhrase.English("sentences?")), CountPhrase.Bare.Exact),
        (Counts.ParagraphTotal, Pattern(CountPhrase.English("paragraphs?")), CountPhrase.Bare.Exact),
        (Counts.Lines, Pattern(CountPhrase.English("lines?")), CountPhrase.Bare.Exact),
    ];

    private static readonly Dictionary<string, CountType> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["words"] = Counts.Words, ["characters"] = Counts.Characters, ["sentences"] = Counts.Sentences, ["paragraphs"] = Counts.ParagraphTotal, ["lines"] = Counts.Lines,
    };

    private static readonly Regex Before = Pattern(
        $"{Lead}(?:(?<whole>(?:(?:your|the|this|an|a)\\s+)?(?:(?:entire|whole|full|complete|total|overall|final)\\s+)?(?:{WholeName}))|{string.Join('|', Parts.Select((p, i) => $"(?<part{i}>{p.Names})"))})?{Modal}$");

    private static readonly Regex Between = Pattern("^(?:\\s|,|and|but)*$");

    private static readonly Regex After = Pattern($"^{Tail}");

    /// <summary>"the total number of words in your response should be less than 95": the unit stands before.</summary>
    private static readonly Regex Measured = Pattern(
        $"^(?:please|make sure|ensure|that|[\\s,])*(?:the )?(?:total )?number of (?<of>words|characters|sentences|paragraphs|lines) (?:in|of) (?:your|the) (?:entire |whole )?(?:{WholeName}) (?:should|must|shall) (?:be|not)?\\s*{CountPhrase.English("")}\\.?$");

    /// <summary>A line that says itself what separates paragraphs: they are not those of blank lines.</summary>
    private static readonly Regex OwnSeparator = Pattern("\\*\\*\\*|divider|asterisk");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (Measured.Match(clause.Text) is { Success: true } measured && CountPhrase.Read(measured, "", CountPhrase.Bare.Exact) is { } number)
        {
            found.Add(At(clause, measured, Named[measured.Groups["of"].Value], number));
            return;
        }

        foreach ((CountType type, Regex range, CountPhrase.Bare bare) in Units)
        {
            Match first = range.Match(clause.Text);
            if (!first.Success || (type == Counts.ParagraphTotal && OwnSeparator.IsMatch(line.Text)))
                continue;
            Match last = first.NextMatch() is { Success: true } second && Between.IsMatch(clause.Text[(first.Index + first.Length)..second.Index]) ? second : first;
            Match before = Before.Match(clause.Text[..first.Index]);
            if (!before.Success || !After.IsMatch(clause.Text[(last.Index + last.Length)..]) || Subject(before, line) is not { } part)
                continue;
            foreach (Match match in last == first ? [first] : new[] { first, last })
            {
                if (CountPhrase.Read(match, "", bare) is { } count)
                    found.Add(Counted(clause.Whole, type, count, part));
            }

            return;
        }
    }

    /// <summary>The part that the clause speaks about; null where that can not be told.</summary>
    private static Scope? Subject(Match before, LineContext line)
    {
        for (int i = 0; i < Parts.Length; i++)
        {
            if (before.Groups[$"part{i}"].Success)
                return Parts[i].Scope;
        }

        return before.Groups["whole"].Success || !line.IsSubjectLost ? Scope.Whole : null;
    }
}
