using System.Diagnostics;
using System.Text.Json;
using TraceFast.Constraints.Sampling;
using TraceFast.Evaluation.IfEval;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>Every kind on any text: no exception, places inside the text, and time that grows with the text's length alone.</summary>
public class HostileResponseTests
{
    private static readonly (string Id, string Arguments)[] s_instructions =
    [
        ("keywords:existence", """{"keywords":["cat","a.b"]}"""),
        ("keywords:frequency", """{"keyword":"a","frequency":3,"relation":"at least"}"""),
        ("keywords:forbidden_words", """{"forbidden_words":["cat","d+"]}"""),
        ("keywords:letter_frequency", """{"letter":"e","let_frequency":3,"let_relation":"less than"}"""),
        ("language:response_language", """{"language":"de"}"""),
        ("length_constraints:number_sentences", """{"num_sentences":3,"relation":"at least"}"""),
        ("length_constraints:number_paragraphs", """{"num_paragraphs":2}"""),
        ("length_constraints:number_words", """{"num_words":7,"relation":"less than"}"""),
        ("length_constraints:nth_paragraph_first_word", """{"num_paragraphs":2,"nth_paragraph":1,"first_word":"a"}"""),
        ("detectable_content:number_placeholders", """{"num_placeholders":2}"""),
        ("detectable_content:postscript", """{"postscript_marker":"P.S."}"""),
        ("detectable_content:postscript", """{"postscript_marker":"P.P.S"}"""),
        ("detectable_format:number_bullet_lists", """{"num_bullets":2}"""), ("detectable_format:constrained_response", "{}"),
        ("detectable_format:number_highlighted_sections", """{"num_highlights":2}"""),
        ("detectable_format:multiple_sections", """{"section_spliter":"Section","num_sections":2}"""),
        ("detectable_format:json_format", "{}"), ("detectable_format:title", "{}"), ("combination:two_responses", "{}"),
        ("combination:repeat_prompt", """{"prompt_to_repeat":"İΣ a"}"""),
        ("startend:end_checker", """{"end_phrase":"Σ end"}"""), ("startend:quotation", "{}"),
        ("change_case:capital_word_frequency", """{"capital_frequency":2,"capital_relation":"at least"}"""),
        ("change_case:english_capital", "{}"), ("change_case:english_lowercase", "{}"), ("punctuation:no_comma", "{}"),
    ];

    private static readonly string[] s_pieces =
    [
        "a", "CAT", "e", " ", "\n", "\r\n", "\n\n", "***", "******", "*", "**", "- ", "[", "]", "<<", ">>", "P.S.", "P.P.S", "Section 1",
        "{", "}", "\"", "'", "...", ". ", "Mr. ", "?", "!", ",", "```json",
        "\\u12", "1e5", "null", "https://a.b/c", "x@y.zz", "你好", "🎈", "\uD800", "\uDC00", "\u0301", "İ", "Σ", "ß", "ﷺ", "\u2028", "\u3000",
        "\0", "\uFEFF", "한", "あ", "یک", "ǅ", "½", "don't", "CAN'T",
    ];

    public static TheoryData<string> Repeated =>
    [
        "[", "]", "<<", ">", "*", "* ", "-\n", "\n", " \n", ".", ". ", ".)", "! ", "a", "A ", "a.", "'", "' ", "\"", "``", "--", "P. ",
        "{\"a\":", "[[", "1", "\uD800", "你", ",", "İ", "Mr. ", "a' ", "\t. ",
    ];

    [Fact]
    public void Every_text_gets_a_verdict_with_places_inside_it()
    {
        IInstruction[] instructions = All();
        for (ulong seed = 0; seed < 2000; seed++)
        {
            SeededRandom random = SeededRandom.Split(7, seed);
            string text = string.Concat(Enumerable.Range(0, random.Between(0, 30)).Select(_ => random.Pick(s_pieces)));
            foreach (IInstruction instruction in instructions)
            {
                Finding finding = InstructionScorer.Strict(instruction, text);
                Assert.NotEmpty(finding.Reason);
                Assert.All(
                    finding.Places,
                    p => Assert.True(
                        p.Start >= 0 && p.Length >= 0 && p.Start + p.Length <= text.Length,
                        $"{instruction.Request}: {p} in {text.Length}"));
                Assert.True(!finding.IsFollowed || !InstructionScorer.Loose(instruction, [text]), "variants after the first are none");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Repeated))]
    public void Two_hundred_thousand_characters_of_one_thing_take_no_longer_than_its_length_allows(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length)) + "b";
        foreach (IInstruction instruction in All())
        {
            long start = Stopwatch.GetTimestamp();
            InstructionScorer.Strict(instruction, text);
            Assert.True(
                Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"{instruction.Request}: {Stopwatch.GetElapsedTime(start)}");
        }
    }

    private static IInstruction[] All() => [.. s_instructions.Select(i => Instructions.Read(i.Id, JsonElement.Parse(i.Arguments)))];
}
