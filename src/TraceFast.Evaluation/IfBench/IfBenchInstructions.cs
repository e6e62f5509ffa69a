using System.Text.Json;
using TraceFast.Evaluation.IfEval;

namespace TraceFast.Evaluation.IfBench;

/// <summary>
/// IFBench's 58 instructions by their official ids, with the arguments that each reads (allenai/IFBench, ifbench/instructions_registry.py);
/// each checker names the official class (ifbench/instructions.py) whose verdict it gives. A prompt may have IFEval's beside them.
/// </summary>
internal static class IfBenchInstructions
{
    private static readonly Dictionary<string, Func<InstructionArguments, IInstruction>> s_readers = new(StringComparer.Ordinal)
    {
        ["count:word_count_range"] = a => new WordCountRange(a.Number("min_words"), a.Number("max_words")),
        ["count:unique_word_count"] = a => new UniqueWordCount(a.Number("N")),
        ["ratio:stop_words"] = a => new StopWordShare(a.Number("percentage")),
        ["ratio:sentence_type"] = _ => new StatementsToQuestions(),
        ["ratio:sentence_balance"] = _ => new BalancedSentences(),
        ["count:conjunctions"] = a => new ConjunctionCount(a.Number("small_n")),
        ["count:person_names"] = a => new PersonNameCount(a.Number("N")),
        ["ratio:overlap"] = a => new TrigramOverlap(a.Text("reference_text"), a.Number("percentage")),
        ["count:numbers"] = a => new NumberCount(a.Number("N")),
        ["words:alphabet"] = _ => new AlphabetLoop(),
        ["words:vowel"] = _ => new FewVowels(),
        ["words:consonants"] = _ => new ConsonantClusters(),
        ["sentence:alliteration_increment"] = _ => new GrowingAlliteration(),
        ["words:palindrome"] = _ => new Palindromes(),
        ["count:punctuation"] = _ => new PunctuationCover(),
        ["format:parentheses"] = _ => new NestedBrackets(),
        ["format:quotes"] = _ => new NestedQuotes(),
        ["words:prime_lengths"] = _ => new PrimeLengths(),
        ["format:options"] = OneOfOptions.Read,
        ["format:newline"] = _ => new WordsOnLines(),
        ["format:emoji"] = _ => new EmojiAfterSentences(),
        ["ratio:sentence_words"] = _ => new EqualSentences(),
        ["count:words_japanese"] = a => new EveryWordJapanese(a.Positive("N")),
        ["words:start_verb"] = _ => new StartsWithVerb(),
        ["words:repeats"] = a => new WordRepeats(a.Number("small_n")),
        ["sentence:keyword"] = KeywordInSentence.Read,
        ["count:pronouns"] = a => new PronounCount(a.Number("N")),
        ["words:odd_even_syllables"] = _ => new AlternatingSyllables(),
        ["words:last_first"] = _ => new LastWordFirst(),
        ["words:paragraph_last_first"] = _ => new ParagraphEndsAsItStarts(),
        ["sentence:increment"] = a => new GrowingSentences(a.Number("small_n")),
        ["words:no_consecutive"] = _ => new DifferentFirstLetters(),
        ["format:line_indent"] = _ => new IndentedStairs(),
        ["format:quote_unquote"] = _ => new ExplainedQuotes(),
        ["format:list"] = a => new ListMarkers(a.Text("sep")),
        ["format:thesis"] = _ => new ItalicThesis(),
        ["format:sub-bullets"] = _ => new SubBullets(),
        ["format:no_bullets_bullets"] = _ => new SentencesThenBullets(),
        ["custom:multiples"] = _ => new Multiples(),
        ["custom:mcq_count_length"] = _ => new MultipleChoice(),
        ["custom:reverse_newline"] = _ => new CountriesReversed(),
        ["custom:word_reverse"] = _ => new WordsReversed(),
        ["custom:character_reverse"] = _ => new CharactersReversed(),
        ["custom:sentence_alphabet"] = _ => new AlphabetSentences(),
        ["custom:european_capitals_sort"] = _ => new NorthernCapitals(),
        ["custom:csv_city"] = _ => new CityTable(),
        ["custom:csv_special_character"] = _ => new TableWithMark(),
        ["custom:csv_quotes"] = _ => new QuotedTable(),
        ["custom:date_format_list"] = _ => new BattleDates(),
        ["count:keywords_multiple"] = KeywordCounts.Read,
        ["words:keywords_specific_position"] = KeywordAt.Read,
        ["words:words_position"] = a => new KeywordSecondAndLastButOne(a.Stripped("keyword")),
        ["repeat:repeat_change"] = a => new RepeatChanged(a.Text("prompt_to_repeat")),
        ["repeat:repeat_simple"] = _ => new RepeatSentence(),
        ["repeat:repeat_span"] = RepeatSpan.Read,
        ["format:title_case"] = _ => new TitleCase(),
        ["format:output_template"] = _ => new OutputTemplate(),
        ["format:no_whitespace"] = _ => new NoWhiteSpace(),
    };

    /// <summary>All ids, in the registry's order, without IFEval's.</summary>
    public static IEnumerable<string> Ids => s_readers.Keys;

    /// <summary>Whether an instruction is one of IFBench's own.</summary>
    public static bool IsOwn(string id) => s_readers.ContainsKey(id);

    /// <summary>Reads one instruction, IFEval's included.</summary>
    /// <exception cref="InputException">The id is unknown, or an argument is missing or wrong.</exception>
    public static IInstruction Read(string id, JsonElement arguments) =>
        s_readers.TryGetValue(id, out Func<InstructionArguments, IInstruction>? read) ? read(new InstructionArguments(id, arguments))
        : Instructions.Ids.Contains(id) ? Instructions.Read(id, arguments)
        : throw new InputException(
            $"'{id}' is not an instruction of IFBench; expected one of {string.Join(", ", Ids.Concat(Instructions.Ids))}");
}
