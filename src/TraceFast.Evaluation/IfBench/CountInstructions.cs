using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.IfBench;

// ---- count ----

/// <summary>count:word_count_range (WordCountRangeChecker): runs of word characters, from the least to the most.</summary>
internal sealed class WordCountRange(int least, int most) : IInstruction
{
    public string Request => $"{least} to {most} words";

    public Finding Check(string text)
    {
        int words = PlainText.WordRuns(text).Count();
        return new Finding(words >= least && words <= most, $"{words} words");
    }
}

/// <summary>count:unique_word_count (UniqueWordCountChecker): different lower-cased words without the punctuation around them.</summary>
internal sealed class UniqueWordCount(int least) : IInstruction
{
    public string Request => $"at least {least} different words";

    public Finding Check(string text)
    {
        int words = PythonString.Split(PythonString.Lower(text)).Select(PlainText.StripMarks).Distinct(StringComparer.Ordinal).Count();
        return new Finding(words >= least, $"{words} different words");
    }
}

/// <summary>count:conjunctions (ConjunctionCountChecker): different spellings of the seven coordinating conjunctions.</summary>
internal sealed class ConjunctionCount(int least) : IInstruction
{
    private static readonly string[] s_conjunctions = ["and", "but", "for", "nor", "or", "so", "yet"];

    public string Request => $"at least {least} different coordinating conjunctions";

    /// <remarks>The official checker counts words as they are written: "and", "And" and "and," are three.</remarks>
    public Finding Check(string text)
    {
        string[] found =
        [
            .. PythonString.Split(text).Where(w => s_conjunctions.Contains(PythonString.Lower(PlainText.StripMarks(w))))
                .Distinct(StringComparer.Ordinal),
        ];
        return new Finding(found.Length >= least, $"{found.Length}: {string.Join(' ', found)}".TrimEnd(' ', ':'));
    }
}

/// <summary>count:person_names (PersonNameCountChecker): how many of fifty names are there, as whole words.</summary>
internal sealed class PersonNameCount(int least) : IInstruction
{
    private static readonly (string Name, PythonRegex Pattern)[] s_names =
    [
        .. ("Emma Liam Sophia Jackson Olivia Noah Ava Lucas Isabella Mason Mia Ethan Charlotte Alexander Amelia Benjamin Harper Leo Zoe "
            + "Daniel Chloe Samuel Lily Matthew Grace Owen Abigail Gabriel Ella Jacob Scarlett Nathan Victoria Elijah Layla Nicholas "
            + "Audrey David Hannah Christopher Penelope Thomas Nora Andrew Aria Joseph Claire Ryan Stella Jonathan").Split(' ')
            .Select(name => (name, PythonRegex.Parse($@"\b{name}\b"))),
    ];

    public string Request => $"at least {least} names of the list Emma, Liam, Sophia ...";

    public Finding Check(string text)
    {
        string[] found = [.. s_names.Where(n => n.Pattern.IsMatch(text)).Select(n => n.Name)];
        return new Finding(found.Length >= least, $"{found.Length} names");
    }
}

/// <summary>count:numbers (NumbersCountChecker): runs of digits in the text without punctuation; exactly this many.</summary>
internal sealed class NumberCount(int count) : IInstruction
{
    public string Request => $"exactly {count} numbers";

    public Finding Check(string text)
    {
        int numbers = PlainText.Numbers(PlainText.WithoutMarks(text)).Count();
        return new Finding(numbers == count, $"{numbers} numbers");
    }
}

/// <summary>count:punctuation (PunctuationCoverChecker): . , ! ? ; : each, and an interrobang, whose marks do not count as these.</summary>
internal sealed class PunctuationCover : IInstruction
{
    public string Request => "every punctuation mark: . , ! ? ; : and ?!";

    public Finding Check(string text)
    {
        if (!text.Contains("!?", StringComparison.Ordinal) && !text.Contains("?!", StringComparison.Ordinal) && !text.Contains('‽'))
            return new Finding(false, "no interrobang");
        string rest = WithoutFirst(text, "?!");
        if (rest.Length == text.Length)
            rest = WithoutFirst(text, "!?");
        string missing = string.Concat(".,!?;:".Where(mark => !rest.Contains(mark)));
        return new Finding(
            missing.Length == 0, missing.Length == 0 ? "every mark is there" : $"without {string.Join(' ', missing.ToArray())}");
    }

    private static string WithoutFirst(string text, string mark) =>
        text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and int at ? text.Remove(at, mark.Length) : text;
}

/// <summary>count:words_japanese (NthWordJapaneseChecker): every n-th word holds a kana or a kanji; a number or a mark need not.</summary>
internal sealed class EveryWordJapanese(int every) : IInstruction
{
    public string Request => every == 1 ? "every word in Japanese" : $"every word whose number is a multiple of {every} in Japanese";

    public Finding Check(string text)
    {
        foreach ((int index, string raw) in PythonString.Split(text).Index())
        {
            string word = PlainText.StripMarks(raw);
            if ((index + 1) % every == 0 && word.Length > 0 && !PlainText.IsDigits(word) && !word.Any(IsJapanese))
                return new Finding(false, $"word {index + 1}, \"{word}\", is not Japanese");
        }
        return new Finding(true, "each of them is");
    }

    private static bool IsJapanese(char c) => c is (>= '\u3040' and <= '\u30FF') or (>= '\u4E00' and <= '\u9FFF');
}

/// <summary>count:pronouns (PronounCountChecker): word tokens of the lower-cased text, slashes read as spaces, that are pronouns.</summary>
internal sealed class PronounCount(int least) : IInstruction
{
    private static readonly HashSet<string> s_pronouns =
    [
        .. ("i me we us you he him she her it they them my mine our ours your yours his hers its their theirs myself ourselves yourself "
            + "yourselves himself herself itself themselves this that these those who whom whose which what whoever whomever whatever "
            + "whichever anybody anyone anything everybody everyone everything nobody nothing somebody someone something each either "
            + "neither both all some any none").Split(' '),
    ];

    public string Request => $"at least {least} pronouns";

    public Finding Check(string text)
    {
        int found = TreebankWords.Of(PythonString.Lower(text.Replace('/', ' '))).Count(s_pronouns.Contains);
        return new Finding(found >= least, $"{found} pronouns");
    }
}

/// <summary>count:keywords_multiple (KeywordsMultipleChecker): keywords 1, 2, 3, 5 and 7 times, in any case, also in words.</summary>
internal sealed class KeywordCounts(IReadOnlyList<string> keywords) : IInstruction
{
    private static readonly int[] s_times = [1, 2, 3, 5, 7];

    public string Request => string.Join(", ", keywords.Zip(s_times, (k, n) => $"\"{k}\" {n} times"));

    public static KeywordCounts Read(InstructionArguments arguments) =>
        new([.. Enumerable.Range(1, s_times.Length).Select(i => arguments.Stripped($"keyword{i}"))]);

    public Finding Check(string text)
    {
        string lower = PythonString.Lower(text);
        string[] wrong =
        [
            .. keywords.Zip(s_times, (k, n) => (Keyword: k, Asked: n, Found: PlainText.Count(lower, PythonString.Lower(k))))
                .Where(k => k.Found != k.Asked).Select(k => $"\"{k.Keyword}\" {k.Found} times"),
        ];
        return new Finding(wrong.Length == 0, wrong.Length == 0 ? "each as often as asked" : string.Join(", ", wrong));
    }
}

// ---- ratio ----

/// <summary>ratio:stop_words (StopWordPercentageChecker): runs of word characters that are stop words, at most this share of all.</summary>
internal sealed class StopWordShare(int percentage) : IInstruction
{
    /// <summary>NLTK's list for English, without those that have an apostrophe, which no run of word characters has.</summary>
    private static readonly HashSet<string> s_stopWords =
    [
        .. ("a about above after again against ain all am an and any are aren as at be because been before being below between both but by "
            + "can couldn d did didn do does doesn doing don down during each few for from further had hadn has hasn have haven having he "
            + "her here hers herself him himself his how i if in into is isn it its itself just ll m ma me mightn more most mustn my "
            + "myself needn no nor not now o of off on once only or other our ours ourselves out over own re s same shan she should "
            + "shouldn so some such t than that the their theirs them themselves then there these they this those through to too under "
            + "until up ve very was wasn we were weren what when where which while who whom why will with won wouldn y you your yours "
            + "yourself yourselves").Split(' '),
    ];

    public string Request => $"at most {percentage} % stop words";

    public Finding Check(string text)
    {
        string[] words = [.. PlainText.WordRuns(text)];
        if (words.Length == 0)
            return new Finding(false, "it has no words");
        double share = 100.0 * words.Count(w => s_stopWords.Contains(PythonString.Lower(w))) / words.Length;
        return new Finding(share <= percentage, string.Create(CultureInfo.InvariantCulture, $"{share:0.#} % stop words"));
    }
}

/// <summary>ratio:sentence_type (SentTypeRatioChecker): twice as many sentences end in a dot as in a question mark.</summary>
internal sealed class StatementsToQuestions : IInstruction
{
    public string Request => "two statements for each question";

    public Finding Check(string text)
    {
        (int dots, int questions, _) = PlainText.SentenceEnds(text);
        return new Finding(dots == 2 * questions, $"{dots} statements, {questions} questions");
    }
}

/// <summary>ratio:sentence_balance (SentBalanceChecker): as many sentences end in a dot as in a question and an exclamation mark.</summary>
internal sealed class BalancedSentences : IInstruction
{
    public string Request => "as many statements as questions and exclamations";

    public Finding Check(string text)
    {
        (int dots, int questions, int exclamations) = PlainText.SentenceEnds(text);
        return new Finding(
            dots == questions && questions == exclamations, $"{dots} statements, {questions} questions, {exclamations} exclamations");
    }
}

/// <summary>
/// ratio:overlap (NGramOverlapChecker): of the text's different runs of three characters, this share, two points more or less, is in the
/// reference text.
/// </summary>
internal sealed class TrigramOverlap(string reference, int percentage) : IInstruction
{
    private const int Margin = 2;

    private readonly HashSet<string> _reference = Trigrams(reference);

    public string Request => $"{percentage} % of its trigrams, {Margin} more or less, are the reference text's";

    public Finding Check(string text)
    {
        HashSet<string> own = Trigrams(text);
        if (own.Count == 0)
            return new Finding(false, "it has no three characters");
        double share = (double)own.Count(_reference.Contains) / own.Count * 100;
        return new Finding(
            share >= percentage - Margin && share <= percentage + Margin, string.Create(CultureInfo.InvariantCulture, $"{share:0.#} %"));
    }

    /// <summary>Of code points.</summary>
    private static HashSet<string> Trigrams(string text)
    {
        string[] characters = [.. PlainText.Characters(text)];
        return [.. Enumerable.Range(0, Math.Max(0, characters.Length - 2)).Select(i => string.Concat(characters.AsSpan(i, 3)))];
    }
}

/// <summary>
/// ratio:sentence_words (CharacterCountUniqueWordsChecker): three sentences with the same number of characters. The official checker does
/// not look at the words.
/// </summary>
internal sealed class EqualSentences : IInstruction
{
    private const int Asked = 3;

    public string Request => "three sentences of the same number of characters";

    public Finding Check(string text)
    {
        int[] lengths = [.. PunktSentences.In(text).Select(s => PlainText.Length(PythonString.Strip(s)))];
        return new Finding(
            lengths.Length == Asked && lengths.Distinct().Count() == 1,
            $"{lengths.Length} sentences of {string.Join(", ", lengths)} characters");
    }
}
