using System.Text.Json;
using TraceFast.Data;
using TraceFast.Evaluation.IfEval.Kinds;

namespace TraceFast.Evaluation.IfEval;

/// <summary>IFEval's 25 kinds of instruction by their official ids (google-research, instruction_following_eval, instructions_registry.py).</summary>
internal static class InstructionKinds
{
    private static readonly Dictionary<string, Func<InstructionArguments, IInstruction>> s_readers = new(StringComparer.Ordinal)
    {
        ["keywords:existence"] = KeywordExistence.Read,
        ["keywords:frequency"] = KeywordFrequency.Read,
        ["keywords:forbidden_words"] = ForbiddenWords.Read,
        ["keywords:letter_frequency"] = LetterFrequency.Read,
        ["language:response_language"] = ResponseLanguage.Read,
        ["length_constraints:number_sentences"] = NumberSentences.Read,
        ["length_constraints:number_paragraphs"] = NumberParagraphs.Read,
        ["length_constraints:number_words"] = NumberWords.Read,
        ["length_constraints:nth_paragraph_first_word"] = NthParagraphFirstWord.Read,
        ["detectable_content:number_placeholders"] = NumberPlaceholders.Read,
        ["detectable_content:postscript"] = Postscript.Read,
        ["detectable_format:number_bullet_lists"] = NumberBulletLists.Read,
        ["detectable_format:constrained_response"] = ConstrainedResponse.Read,
        ["detectable_format:number_highlighted_sections"] = NumberHighlightedSections.Read,
        ["detectable_format:multiple_sections"] = MultipleSections.Read,
        ["detectable_format:json_format"] = JsonFormat.Read,
        ["detectable_format:title"] = Title.Read,
        ["combination:two_responses"] = TwoResponses.Read,
        ["combination:repeat_prompt"] = RepeatPrompt.Read,
        ["startend:end_checker"] = EndChecker.Read,
        ["startend:quotation"] = Quotation.Read,
        ["change_case:capital_word_frequency"] = CapitalWordFrequency.Read,
        ["change_case:english_capital"] = EnglishCapital.Read,
        ["change_case:english_lowercase"] = EnglishLowercase.Read,
        ["punctuation:no_comma"] = NoComma.Read,
    };

    /// <summary>All ids, in the registry's order.</summary>
    public static IEnumerable<string> Ids => s_readers.Keys;

    /// <summary>Reads one instruction.</summary>
    /// <exception cref="InputException">The id is unknown, or an argument is missing or wrong.</exception>
    public static IInstruction Read(string id, JsonElement arguments) => s_readers.TryGetValue(id, out Func<InstructionArguments, IInstruction>? read)
        ? read(new InstructionArguments(id, arguments))
        : throw new InputException($"'{id}' is no instruction of IFEval; expected one of {string.Join(", ", Ids)}");
}
