using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.IfBench;

// ---- words ----

/// <summary>words:alphabet (AlphabetLoopChecker): each word, without marks, starts with the letter after that of the word before.</summary>
internal sealed class AlphabetLoop : IInstruction
{
    private const int Letters = 26;

    public string Request => "each word starts with the next letter of the alphabet";

    public Finding Check(string text)
    {
        string[] words = [.. PythonString.Split(PlainText.WithoutMarks(text))];
        if (words.Length == 0 || PythonString.Lower(PlainText.Characters(words[0]).First()) is not [>= 'a' and <= 'z' and var first])
            return new Finding(false, "the first word starts with no letter from a to z");
        for (int i = 1; i < words.Length; i++)
        {
            char expected = (char)('a' + ((first - 'a' + i) % Letters));
            if (PythonString.Lower(words[i])[0] != expected)
                return new Finding(false, $"\"{words[i]}\" does not start with {expected}");
        }
        return new Finding(true, $"{words.Length} words in order");
    }
}

/// <summary>words:vowel (SingleVowelParagraphChecker): one line, in which at most three of the vowels a, e, i, o, u occur.</summary>
internal sealed class FewVowels : IInstruction
{
    private const int Most = 3;

    public string Request => $"one paragraph with at most {Most} different vowels";

    public Finding Check(string text)
    {
        if (PythonString.Strip(text).Contains('\n'))
            return new Finding(false, "it has more than one line");
        string lower = PythonString.Lower(text), vowels = string.Concat("aeiou".Where(v => lower.Contains(v)));
        return new Finding(vowels.Length <= Most, vowels.Length == 0 ? "no vowels" : $"the vowels {string.Join(' ', vowels.ToArray())}");
    }
}

/// <summary>words:consonants (ConsonantClusterChecker): two consonants stand side by side in every word.</summary>
internal sealed class ConsonantClusters : IInstruction
{
    private const string Consonants = "bcdfghjklmnpqrstvwxyz";

    public string Request => "two consonants together in each word";

    public Finding Check(string text)
    {
        string? without = PythonString.Split(PythonString.Lower(text)).FirstOrDefault(
            word => !word.Zip(word.Skip(1)).Any(pair => Consonants.Contains(pair.First) && Consonants.Contains(pair.Second)));
        return new Finding(without is null, without is null ? "each word has them" : $"\"{without}\" has none");
    }
}

/// <summary>words:palindrome (PalindromeChecker): ten words of five or more characters that read the same from their end.</summary>
internal sealed class Palindromes : IInstruction
{
    private const int Least = 10, LeastLength = 5;

    public string Request => $"at least {Least} palindromes of {LeastLength} or more characters";

    public Finding Check(string text)
    {
        int found = PythonString.Split(PythonString.Lower(PlainText.WithoutMarks(text))).Count(IsPalindrome);
        return new Finding(found >= Least, $"{found} palindromes");
    }

    private static bool IsPalindrome(string word)
    {
        string[] characters = [.. PlainText.Characters(word)];
        return characters.Length >= LeastLength && characters.SequenceEqual(characters.Reverse());
    }
}

/// <summary>words:prime_lengths (PrimeLengthsChecker): each word, without marks, has a prime number of characters, below 100.</summary>
internal sealed class PrimeLengths : IInstruction
{
    private static readonly int[] s_primes =
        [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97];

    public string Request => "each word has a prime number of characters";

    public Finding Check(string text)
    {
        string? other = PythonString.Split(PlainText.WithoutMarks(text)).FirstOrDefault(w => !s_primes.Contains(PlainText.Length(w)));
        return new Finding(other is null, other is null ? "each word has" : $"\"{other}\" has {PlainText.Length(other)}");
    }
}

/// <summary>words:start_verb (StartWithVerbChecker): the first word token is a verb, by a list (<see cref="Verbs"/>).</summary>
internal sealed class StartsWithVerb : IInstruction
{
    public string Request => "starts with a verb";

    public Finding Check(string text)
    {
        string first = TreebankWords.Of(text).FirstOrDefault("");
        return new Finding(Verbs.Contains(first), $"the first word is \"{first}\"");
    }
}

/// <summary>words:repeats (LimitedWordRepeatChecker): no lower-cased word, without marks, more often than this.</summary>
internal sealed class WordRepeats(int most) : IInstruction
{
    public string Request => $"no word more than {most} times";

    public Finding Check(string text)
    {
        IGrouping<string, string>? often = PythonString.Split(PlainText.WithoutMarks(PythonString.Lower(text)))
            .GroupBy(w => w, StringComparer.Ordinal).MaxBy(g => g.Count());
        return new Finding(often is null || often.Count() <= most, often is null ? "no words" : $"\"{often.Key}\" {often.Count()} times");
    }
}

/// <summary>words:odd_even_syllables (AlternateParitySyllablesChecker): words with odd and even numbers of syllables by turns.</summary>
internal sealed class AlternatingSyllables : IInstruction
{
    public string Request => "words with odd and even numbers of syllables by turns";

    public Finding Check(string text)
    {
        (string Word, int Syllables)[] words =
            [.. PythonString.Split(PythonString.Lower(PlainText.WithoutMarks(text))).Select(w => (w, Syllables.Of(w)))];
        int same = Enumerable.Range(1, Math.Max(0, words.Length - 1))
            .FirstOrDefault(i => (words[i].Syllables - words[i - 1].Syllables) % 2 == 0);
        return same == 0
            ? new Finding(true, "each word's differs")
            : new Finding(
                false, $"\"{words[same - 1].Word}\" has {words[same - 1].Syllables}, \"{words[same].Word}\" {words[same].Syllables}");
    }
}

/// <summary>words:last_first (LastWordFirstNextChecker): a sentence's last word is the next one's first, marks left apart.</summary>
internal sealed class LastWordFirst : IInstruction
{
    public string Request => "each sentence starts with the last word of the one before";

    public Finding Check(string text)
    {
        string[] sentences = [.. PunktSentences.In(text)];
        for (int i = 0; i + 1 < sentences.Length; i++)
        {
            string last = PythonString.Lower(PythonString.Split(PlainText.StripMarksAtEnd(sentences[i])).LastOrDefault("")),
                first = PythonString.Lower(PythonString.Split(PlainText.StripMarksAtStart(sentences[i + 1])).FirstOrDefault(""));
            if (last.Length == 0 || last != first)
                return new Finding(false, $"sentence {i + 1} ends in \"{last}\", the next starts with \"{first}\"");
        }
        return new Finding(true, $"{sentences.Length} sentences");
    }
}

/// <summary>words:paragraph_last_first (ParagraphLastFirstWordMatchChecker): each line's last word is its first, marks apart.</summary>
internal sealed class ParagraphEndsAsItStarts : IInstruction
{
    public string Request => "each paragraph ends with the word that it starts with";

    public Finding Check(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] words = [.. PythonString.Split(PlainText.StripMarks(PythonString.Lower(PythonString.Strip(line))))];
            if (words.Length > 0 && words[0] != words[^1])
                return new Finding(false, $"one starts with \"{words[0]}\" and ends with \"{words[^1]}\"");
        }
        return new Finding(true, "each does");
    }
}

/// <summary>words:no_consecutive (NoConsecutiveFirstLetterChecker): neighboring words start with different characters.</summary>
internal sealed class DifferentFirstLetters : IInstruction
{
    public string Request => "no two words in a row start with the same letter";

    public Finding Check(string text)
    {
        string[] words = [.. PythonString.Split(PlainText.WithoutMarks(PythonString.Lower(text)))];
        for (int i = 1; i < words.Length; i++)
            if (PlainText.First(words[i]) == PlainText.First(words[i - 1]))
                return new Finding(false, $"\"{words[i - 1]} {words[i]}\"");
        return new Finding(true, "no two do");
    }
}

/// <summary>
/// words:keywords_specific_position (KeywordSpecificPositionChecker): the m-th word token, marks not counted, of the n-th sentence is the
/// keyword, in any case.
/// </summary>
internal sealed class KeywordAt(string keyword, int sentence, int word) : IInstruction
{
    public string Request => $"\"{keyword}\" is word {word} of sentence {sentence}";

    public static KeywordAt Read(InstructionArguments arguments) =>
        new(arguments.Stripped("keyword"), arguments.Positive("n"), arguments.Positive("m"));

    public Finding Check(string text)
    {
        string[] sentences = [.. PunktSentences.In(text)];
        if (sentences.Length < sentence)
            return new Finding(false, $"it has {sentences.Length} sentences");
        string[] words =
        [
            .. TreebankWords.Of(sentences[sentence - 1])
                .Where(w => w.EnumerateRunes().Any(r => r.Value != '_' && CharacterClasses.IsWord(r.Value))),
        ];
        return words.Length < word
            ? new Finding(false, $"that sentence has {words.Length} words")
            : new Finding(PythonString.Lower(words[word - 1]) == PythonString.Lower(keyword), $"it is \"{words[word - 1]}\"");
    }
}

/// <summary>
/// words:words_position (WordsPositionChecker): the second word token and the last but one (the third from the end where the last is a
/// mark) are the keyword, in any case.
/// </summary>
internal sealed class KeywordSecondAndLastButOne(string keyword) : IInstruction
{
    public string Request => $"the second word and the last but one are \"{keyword}\"";

    public Finding Check(string text)
    {
        string[] words = [.. TreebankWords.Of(text)];
        int fromEnd = words.Length > 0 && IsMarks(words[^1]) ? 3 : 2;
        if (words.Length < fromEnd)
            return new Finding(false, $"it has {words.Length} words");
        string second = words[1], last = words[^fromEnd], wanted = PythonString.Lower(keyword);
        return new Finding(
            PythonString.Lower(second) == wanted && PythonString.Lower(last) == wanted, $"they are \"{second}\" and \"{last}\"");
    }

    /// <summary>Whether a token is part of string.punctuation, as Python's "in" has it.</summary>
    private static bool IsMarks(string token) => PlainText.Marks.Contains(token, StringComparison.Ordinal);
}

// ---- sentence ----

/// <summary>
/// sentence:alliteration_increment (IncrementingAlliterationChecker): each sentence has more alliterating words than the one before: a run
/// of n words with the same first character counts n.
/// </summary>
internal sealed class GrowingAlliteration : IInstruction
{
    public string Request => "each sentence has more alliterating words than the one before";

    public Finding Check(string text)
    {
        int before = -1, number = 0;
        foreach (string sentence in PunktSentences.In(text))
        {
            number++;
            int now = Alliterating(sentence);
            if (now <= before)
                return new Finding(false, $"sentence {number} has {now}, the one before {before}");
            before = now;
        }
        return new Finding(true, $"{number} sentences, the last with {before}");
    }

    private static int Alliterating(string sentence)
    {
        int[] first =
        [
            .. PythonString.Split(PythonString.Lower(sentence)).Select(PlainText.StripMarksAtStart).Where(w => w.Length > 0)
                .Select(PlainText.First),
        ];
        int count = 0;
        for (int i = 1; i < first.Length; i++)
            if (first[i] == first[i - 1])
                count += i > 1 && first[i - 1] == first[i - 2] ? 1 : 2;
        return count;
    }
}

/// <summary>sentence:keyword (IncludeKeywordChecker): the n-th sentence has the keyword as a whole word, in any case.</summary>
internal sealed class KeywordInSentence(string keyword, PythonRegex pattern, int number) : IInstruction
{
    public string Request => $"\"{keyword}\" in sentence {number}";

    public static KeywordInSentence Read(InstructionArguments arguments)
    {
        string keyword = arguments.Text("word");
        return new KeywordInSentence(
            keyword, arguments.Pattern("word", $@"\b{PythonRegex.Escape(keyword)}\b", ignoreCase: true), arguments.Positive("N"));
    }

    public Finding Check(string text)
    {
        string[] sentences = [.. PunktSentences.In(text)];
        if (sentences.Length < number)
            return new Finding(false, $"it has {sentences.Length} sentences");
        bool found = pattern.IsMatch(sentences[number - 1]);
        return new Finding(found, found ? "it is there" : "it is not there");
    }
}

/// <summary>sentence:increment (IncrementingWordCountChecker): each sentence has exactly n words more than the one before.</summary>
internal sealed class GrowingSentences(int by) : IInstruction
{
    public string Request => $"each sentence has {by} words more than the one before";

    public Finding Check(string text)
    {
        int[] words = [.. PunktSentences.In(text).Select(s => PythonString.Split(PlainText.WithoutMarks(s)).Count())];
        return new Finding(words.Zip(words.Skip(1)).All(pair => pair.Second == pair.First + by), $"{string.Join(", ", words)} words");
    }
}
