using System.Buffers;
using System.Numerics;
using System.Text.RegularExpressions;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>The table of count types: what each counts, where, and what it needs of an answer.</summary>
public static partial class Counts
{
    private static readonly Scope[] s_lengths =
        [Scope.Whole, Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachSentence, Scope.EachLine,
            Scope.EachItem, Scope.FirstSentence, Scope.LastSentence];

    private static readonly Scope[] s_paragraphs = [Scope.Whole, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph];

    private static readonly SearchValues<char> s_questionMarks = SearchValues.Create("?？؟⁇⁈⁉");

    /// <summary>Words of the answer or a part. For languages that put spaces between words.</summary>
    public static readonly CountType Words = new("word_count", Category.Numeric, (r, s) => r.CountWords(s), (scope, _) => scope switch
    {
        Scope.Whole => new(20, 80, 5),
        Scope.Title => new(2, 7),
        Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph => new(10, 40, 5),
        _ => new(5, 14),
    })
    { Apply = (draft, scope, range) => draft.Limit(Unit.Words, scope, range), Scopes = s_lengths, Languages = ConstraintType.EnglishOnly,
        Needs = Aspects.Length };

    /// <summary>字数, as <see cref="Response.CountHanUnits"/> counts.</summary>
    public static readonly CountType Han = new("han_count", Category.Numeric, (r, s) => r.CountHanUnits(s), (scope, _) => scope switch
    {
        Scope.Whole => new(40, 160, 10),
        Scope.Title => new(4, 12),
        Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph => new(20, 80, 10),
        _ => new(8, 30),
    })
    { Apply = (draft, scope, range) => draft.Limit(Unit.Han, scope, range), Scopes = s_lengths, Languages = ConstraintType.ChineseOnly };

    /// <summary>Code points, spaces and punctuation too, line ends not.</summary>
    public static readonly CountType Characters =
        new("character_count", Category.Numeric, (r, s) => r.CountCharacters(s), (scope, language) => (scope, language) switch
    {
        (Scope.Whole, Language.English) => new(120, 480, 20),
        (Scope.Title, Language.English) => new(12, 45, 5),
        (Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph, Language.English) => new(60, 240, 20),
        (_, Language.English) => new(30, 90, 5),
        (Scope.Whole, _) => new(50, 180, 10),
        (Scope.Title, _) => new(4, 14),
        (Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph, _) => new(25, 90, 5),
        _ => new(10, 35),
    })
    { Apply = (draft, scope, range) => draft.Limit(Unit.Characters, scope, range), Scopes = s_lengths, Needs = Aspects.Length };

    /// <summary>Sentences that start in the answer or paragraph.</summary>
    public static readonly CountType Sentences =
        new("sentence_count", Category.Numeric, (r, s) => r.CountSentences(s), WholeOr(new(2, 7), new(1, 3)))
    {
        Apply = (draft, scope, range) => draft.Limit(Unit.Sentences, scope, range),
        Scopes = s_paragraphs, LowestMin = 2, Needs = Aspects.Prose | Aspects.LineBreaks, Marks = ".",
    };

    /// <summary>Paragraphs, without headings and the title.</summary>
    public static readonly CountType ParagraphTotal = new("paragraph_count", Category.Numeric, (r, _) => r.Paragraphs.Count, Always(1, 4))
    {
        Apply = (draft, scope, range) => draft.Limit(Unit.Paragraphs, scope, range),
        LowestMin = 2, Needs = Aspects.Prose | Aspects.LineBreaks,
    };

    /// <summary>Lines that are not empty, without headings, the title, rules and fences.</summary>
    public static readonly CountType Lines = new("line_count", Category.Numeric, (r, s) => r.CountLines(s), WholeOr(new(2, 8), new(1, 4)))
    {
        Apply = (draft, scope, range) => draft.Limit(Unit.Lines, scope, range),
        Scopes = s_paragraphs, LowestMin = 2, Needs = Aspects.Prose | Aspects.Length | Aspects.Dividers | Aspects.Entries,
    };

    /// <summary>Items of all lists, numbered or bulleted, nested ones too.</summary>
    public static readonly CountType Items = new("item_count", Category.Numeric, (r, _) => r.Items.Count, Always(2, 8))
    {
        Apply = (draft, _, range) => ListItems.Apply(draft, range, null),
        LowestMin = 2, Owns = Aspects.ItemTotal,
            Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.LineBreaks | Aspects.ListDepth | Aspects.Dividers | Aspects.Entries,
    };

    /// <summary>Numbers in digits, as <see cref="Text.Numbers"/> finds them.</summary>
    public static readonly CountType Numbers = new("number_count", Category.Numeric, (r, s) => Text.Numbers.Find(r, s).Count, Always(1, 4))
    {
        Apply = (draft, _, range) => draft.AddSpecial("number", range, value: () => NumberText.Whole(draft.Random)),
        Owns = Aspects.NumberTotal, Needs = Aspects.Prose | Aspects.Digits,
    };

    /// <summary>Words of two letters or more that are all capitals (NASA, NEVER; digits and inner marks aside).</summary>
    public static readonly CountType CapitalWords = new("capital_words", Category.LinguisticFeature, CountCapitalWords, Always(1, 5))
    {
        Apply = (draft, _, range) =>
            draft.NeedSentences(Scope.Whole, 1) && draft.Finish(() => Emphasis.Capitalize(draft, range.SampleCount(draft.Random))),
        Languages = ConstraintType.EnglishOnly, Needs = Aspects.Prose | Aspects.Capitals,
    };

    /// <summary>Emoji as readers see them, as <see cref="Emoji"/> counts.</summary>
    public static readonly CountType Emojis =
        new("emoji_count", Category.Emotion, (r, s) => Emoji.Count(r.Span(s)), WholeOr(new(1, 5), new(1, 2)))
    {
        Apply = ApplyEmojis,
        Scopes = [Scope.Whole, Scope.Title, Scope.EachParagraph, Scope.EachSentence, Scope.EachItem, Scope.FirstSentence,
            Scope.LastSentence, Scope.EachLine],
    };

    /// <summary>Exclamation marks, ! and ！ alike; those of != and of Markdown images aside.</summary>
    public static readonly CountType Exclamations =
        new("exclamation_count", Category.Emotion, CountExclamations, WholeOr(new(1, 4), new(1, 2)))
    {
        Apply = ApplyExclamations,
        Scopes = [Scope.Whole, Scope.Title, Scope.EachParagraph, Scope.FirstParagraph, Scope.LastParagraph], Needs = Aspects.SentenceEnds,
            Marks = "!",
    };

    /// <summary>
    /// Question marks outside code, several in a row being one; one that a letter, digit or = follows directly belongs to an address.
    /// </summary>
    public static readonly CountType Questions = new("question_count", Category.GrammarStructure, CountQuestions, Always(1, 4))
    {
        Apply = (draft, _, range) => draft.AddSpecial("question", range),
        Needs = Aspects.Prose | Aspects.SentenceEnds | Aspects.MixedLines, Marks = "?",
    };

    /// <summary>Stretches of text in ** or __.</summary>
    public static readonly CountType Bold = new("bold_count", Category.TextStyle, (r, _) => r.Markdown.Bold.Count, Always(1, 5))
    {
        Apply = (draft, _, range) => ApplyEmphasis(draft, range, "**"),
        Owns = Aspects.Bold, Needs = Aspects.Prose, Marks = "*_",
    };

    /// <summary>Stretches of text in * or _.</summary>
    public static readonly CountType Italics = new("italic_count", Category.TextStyle, (r, _) => r.Markdown.Italic.Count, Always(1, 5))
    {
        Apply = (draft, _, range) => ApplyEmphasis(draft, range, "*"),
        Needs = Aspects.Prose, Marks = "*_",
    };

    /// <summary>
    /// Texts in square brackets to be filled in, [name]: with a letter, on one line, at most 80 characters; not a link, a footnote or a
    /// check box.
    /// </summary>
    public static readonly CountType Placeholders =
        new("placeholders", Category.TextStyle, (r, _) => r.Markdown.Brackets.Count(b => IsPlaceholder(r.Span(b))), Always(1, 4))
    {
        Apply = (draft, _, range) => draft.AddSpecial("placeholder", range) && draft.KeepCase(),
        Needs = Aspects.Prose, Marks = "[]",
    };

    /// <summary>Numbered items that are within no other numbered item; how they are numbered does not matter.</summary>
    public static readonly CountType NumberedItems =
        new("numbered_list", Category.NumberingAndLists, (r, _) => ListItems.CountOutermost(r, numbered: true), Always(2, 6))
    {
        Apply = (draft, _, range) => ListItems.Apply(draft, range, list => list.TakeNumber(null)),
        Needs = ListItems.Needs | Aspects.Digits | Aspects.ItemTotal, Marks = ".",
    };

    /// <summary>How many different levels of Markdown headings the answer has; # and ### are two.</summary>
    public static readonly CountType HeadingDepth = new("heading_depth", Category.Hierarchy, CountHeadingLevels, Always(1, 3))
    {
        Apply = ApplyHeadingDepth,
        Owns = Aspects.Headings, Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.Dividers | Aspects.MixedLines, Marks = "#",
    };

    /// <summary>Markdown links and bare addresses, not images.</summary>
    public static readonly CountType Links =
        new("link_count", Category.Citation, (r, _) => r.Markdown.Links.Count(l => !l.IsImage), Always(1, 3))
    {
        Apply = (draft, _, range) =>
            draft.AddSpecial("link", range, value: () => LinkText(draft)) && draft.KeepCase() && draft.LeaveUncounted(Unit.Characters),
        Needs = Aspects.Prose | Aspects.Contacts, Marks = "!:[]().",
    };

    /// <summary>[1], [2, 3], [4-6], ［7］, or (Name, 2020) and （张三，2020） in the text, outside code and the list of references.</summary>
    public static readonly CountType CitationMarks = new("citation_marks", Category.Citation, CountCitationMarks, Always(1, 4))
    {
        Apply = (draft, _, range) => draft.Cite(range) && draft.NeedSentences(Scope.Whole, (int)(range.Min ?? 0) / 2),
        Needs = Aspects.Prose | Aspects.Digits | Aspects.NumberTotal | Aspects.NumberForm | Aspects.MixedLines, Marks = ",[]()",
    };

    /// <summary>Entries under "References" or 参考文献 at the end of the answer; none where a mark [n] in the text has no entry.</summary>
    public static readonly CountType References = new("reference_list", Category.Citation, CountReferences, Always(1, 4))
    {
        Apply = ApplyReferences,
        Owns = Aspects.Entries,
        Needs = Aspects.Prose | Aspects.Edges | Aspects.PlainParagraphs | Aspects.LineForm | Aspects.Digits | Aspects.NumberForm
            | Aspects.LastWords | Aspects.Dividers | Aspects.SentenceEnds,
        Marks = "[]",
    };

    /// <summary>After the mark of a sentence where the sentence is what is asked of, they would be no part of it.</summary>
    private static bool ApplyEmojis(Draft draft, Scope scope, CountRange range) => draft.Edit(scope, sentences =>
    {
        for (int n = range.SampleCount(draft.Random); n > 0; n--)
        {
            Sentence sentence = draft.Random.Pick(sentences);
            string emoji = draft.Random.Pick(WordLists.Of(Language.English, "emoji"));
            if (scope is Scope.EachSentence or Scope.FirstSentence or Scope.LastSentence or Scope.Title)
                sentence.BeforeMark += sentence.Blank + emoji;
            else
                sentence.Suffix = emoji + (sentence.Suffix.Length > 0 ? sentence.Blank : "") + sentence.Suffix;
        }

        return true;
    });

    private static bool ApplyExclamations(Draft draft, Scope scope, CountRange range)
    {
        int count = range.SampleCount(draft.Random);
        return draft.NeedSentences(scope, count) && draft.Edit(scope, sentences =>
        {
            if (scope == Scope.Title)
            {
                sentences[0].Mark = new string(draft.Language == Language.Chinese ? '！' : '!', count);
                return true;
            }

            List<Sentence> statements = [.. sentences.Where(s => !s.IsQuestion)];
            draft.Random.Shuffle(statements);
            foreach (Sentence sentence in statements.Take(count))
                sentence.Mark = sentence.Language == Language.Chinese ? "！" : "!";
            return statements.Count >= count;
        });
    }

    private static bool ApplyEmphasis(Draft draft, CountRange range, string mark)
    {
        int count = range.SampleCount(draft.Random);
        return draft.NeedSentences(Scope.Whole, (count * 2 + 2) / 3) && draft.Emphasize(() => Emphasis.Wrap(draft, count, mark));
    }

    private static bool ApplyHeadingDepth(Draft draft, Scope scope, CountRange range)
    {
        const int MaxLevels = 6;
        int levels = range.SampleCount(draft.Random, 1, 2), count = levels == 0 ? 0 : levels + draft.Random.Below(2);
        int top = levels < MaxLevels ? 2 : 1;
        return levels <= MaxLevels
            && draft.TakeHeadings([.. Enumerable.Range(0, count)
            .Select(n => (top + (n < levels ? n : draft.Random.Below(levels)), (string?)null))]);
    }

    private static string LinkText(Draft draft) =>
        $"[{draft.Source.Fill("link text", draft.Language)}]"
        + $"(https://example.com/{draft.Source.TermsIn(Language.English)[0].Replace(' ', '-')})";

    /// <summary>Entries that are cited in the text.</summary>
    private static bool ApplyReferences(Draft draft, Scope scope, CountRange range)
    {
        int count = range.SampleCount(draft.Random);
        if (count == 0)
            return true;
        return draft.Cite(CountRange.AtLeast(1), count) && draft.AddAfter(() =>
        {
            List<string> lines = [draft.Language == Language.Chinese ? "参考文献" : "References"];
            HashSet<string> used = [];
            for (int n = 1; n <= count; n++)
            {
                string entry = draft.Source.Fill("reference", draft.Language);
                for (int tries = 0; !used.Add(entry) && tries < 20; tries++)
                    entry = draft.Source.Fill("reference", draft.Language);
                lines.Add($"[{n}] {entry}");
            }

            return new Block(BlockKind.Fixed) { Fixed = string.Join('\n', lines) };
        }, isLast: true);
    }

    private static Func<Scope, Language, TypicalCounts> Always(int low, int high) => (_, _) => new(low, high);

    private static Func<Scope, Language, TypicalCounts> WholeOr(TypicalCounts whole, TypicalCounts part) => (scope, _) =>
        scope == Scope.Whole ? whole : part;

    private static int CountCapitalWords(Response response, TextSpan span)
    {
        int count = 0;
        foreach (TextSpan word in response.Words)
        {
            int upper = 0, lower = 0;
            foreach (char c in response.Span(word))
            {
                upper += char.IsUpper(c) ? 1 : 0;
                lower += char.IsLower(c) ? 1 : 0;
            }

            count += upper >= 2 && lower == 0 ? 1 : 0;
        }

        return count;
    }

    private static int CountExclamations(Response response, TextSpan span)
    {
        int count = 0;
        ReadOnlySpan<char> text = response.Span(span);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '！' || text[i] == '!' && !(i + 1 < text.Length && text[i + 1] is '=' or '['))
                count++;
        }

        return count;
    }

    private static int CountQuestions(Response response, TextSpan span)
    {
        int count = 0;
        foreach (Line line in response.Structure)
        {
            if (line.Kind is LineKind.Code or LineKind.Fence)
                continue;
            ReadOnlySpan<char> rest = line.Of(response.Text);
            while (true)
            {
                int mark = rest.IndexOfAny(s_questionMarks);
                if (mark < 0)
                    break;
                bool full = rest[mark] != '?';
                rest = rest[(mark + 1)..].TrimStart("?？؟⁇⁈⁉!！");
                if (full || rest.IsEmpty || !(char.IsAsciiLetterOrDigit(rest[0]) || rest[0] is '=' or '&' or '%' or '/'))
                    count++;
            }
        }

        return count;
    }

    private static bool IsPlaceholder(ReadOnlySpan<char> text)
    {
        const int MaxLength = 80;
        text = text.Trim();
        if (text.Length is 0 or > MaxLength || text[0] == '^' || text.ContainsAny('\n', '\r') || text is "x" or "X")
            return false;
        foreach (char c in text)
        {
            if (char.IsLetter(c))
                return true;
        }

        return false;
    }

    private static int CountHeadingLevels(Response response, TextSpan span)
    {
        int levels = 0;
        foreach (Heading heading in response.Markdown.Headings)
            levels |= 1 << heading.Level;
        return BitOperations.PopCount((uint)levels);
    }

    private static int CountCitationMarks(Response response, TextSpan span)
    {
        int end = ReferenceList.Find(response) is { } references ? references.Heading.Start : response.Text.Length;
        int count = 0;
        foreach (TextSpan bracket in response.Markdown.Brackets)
            count += bracket.Start < end && ReferenceList.IsMark(response.Span(bracket)) ? 1 : 0;
        foreach (Line line in response.Structure)
        {
            if (line.Start < end && line.Kind is LineKind.Text or LineKind.Item or LineKind.Heading)
            {
                foreach (ValueMatch _ in AuthorAndYear().EnumerateMatches(line.Of(response.Text)))
                    count++;
            }
        }

        return count;
    }

    private static int CountReferences(Response response, TextSpan span)
    {
        if (ReferenceList.Find(response) is not { IsLast: true } references)
            return 0;
        foreach (TextSpan bracket in response.Markdown.Brackets)
        {
            if (bracket.Start >= references.Heading.Start || !ReferenceList.IsMark(response.Span(bracket)))
                continue;
            foreach (int number in ReferenceList.NumbersOf(response.Span(bracket).ToString()))
            {
                if (!references.Numbers.Contains(number))
                    return 0;
            }
        }

        return references.Entries.Count;
    }

    [GeneratedRegex(@"[(（]\p{L}[^()（）]{0,80}?[,，] ?(?:1[5-9]|20)[0-9]{2}[a-z]?[)）]", RegexOptions.CultureInvariant)]
    private static partial Regex AuthorAndYear();
}
