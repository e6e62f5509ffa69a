using System.Text.Json;
using TraceFast.Evaluation.IfEval;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>What a failed instruction points at and says.</summary>
public class FindingTests
{
    [Theory]
    [InlineData(
        "keywords:forbidden_words", """{"forbidden_words":["cat","dog"]}""", "A dog, a Cat, cats.", "dog|Cat", "\"cat\", \"dog\" is in it")]
    [InlineData("keywords:existence", """{"keywords":["cat","dog"]}""", "Only a cat", "", "\"dog\" is not in it")]
    [InlineData("keywords:frequency", """{"keyword":"a","frequency":2,"relation":"less than"}""", "banana", "a|a|a", "3 times")]
    [InlineData(
        "keywords:letter_frequency", """{"letter":"É","let_frequency":1,"let_relation":"less than"}""", "🎈É e é", "É|é", "2 times")]
    [InlineData("punctuation:no_comma", "{}", "🎈, b", ",", "1 commas")]
    [InlineData("detectable_format:number_bullet_lists", """{"num_bullets":1}""", "x\n* a\n - b\n", "* a| - b", "2 bullet points")]
    [InlineData("detectable_format:json_format", "{}", "```json\n{\"a\": 1,}\n```", "}\n```", "not valid JSON from the marked place on")]
    [InlineData("length_constraints:number_paragraphs", """{"num_paragraphs":3}""", "a\n***\nb", "\n***\n", "2 paragraphs")]
    [InlineData(
        "length_constraints:nth_paragraph_first_word", """{"num_paragraphs":2,"nth_paragraph":2,"first_word":"b"}""", "a\n\n\"C!\" d",
        "\"C!\"", "number 2 starts with \"c\"")]
    [InlineData("combination:repeat_prompt", """{"prompt_to_repeat":"Say it now"}""", " say IT later", "later", "differs from the request")]
    [InlineData("startend:end_checker", """{"end_phrase":"The end"}""", "That is the end. ", "he end.", "ends differently")]
    [InlineData("change_case:english_lowercase", "{}", "all Small bUt two", "S|U", "capital letters")]
    [InlineData(
        "change_case:capital_word_frequency", """{"capital_frequency":1,"capital_relation":"less than"}""", "NASA saw A star", "NASA|A",
        "2 words in capitals")]
    public void A_failure_points_at_its_place(string id, string arguments, string text, string places, string reason)
    {
        Finding finding = InstructionScorer.Strict(Instructions.Read(id, JsonElement.Parse(arguments)), text);
        Assert.False(finding.IsFollowed);
        Assert.Equal(places, string.Join('|', finding.Places.Select(p => text.Substring(p.Start, p.Length))));
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
    }
}
