using System.Text.Json;
using TraceFast.Evaluation.IfEval.Sentences;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>
/// NLTK 3.9.1 with its trained English parameters; ours are written by hand, so a few sentence ends may differ, rules of the tokenizer may
/// not.
/// </summary>
public class TokenizerOracleTests(ITestOutputHelper output)
{
    [Fact]
    public void Sentences_end_where_Punkt_ends_them()
    {
        int texts = 0, different = 0, ends = 0, differentEnds = 0;
        foreach (JsonElement record in Records())
        {
            string text = record.GetProperty("text").GetString()!;
            HashSet<(int, int)> expected = [
                .. record.GetProperty("sentences").EnumerateArray().Select(s => (s[0].GetInt32(), s[1].GetInt32()))];
            HashSet<(int, int)> found = [
                .. PunktSentences.Of(text).Select(p => (CodePoints(text, p.Start), CodePoints(text, p.Start + p.Length)))];
            texts++;
            ends += expected.Count;
            differentEnds += expected.Except(found).Count();
            if (!expected.SetEquals(found))
            {
                different++;
                foreach ((int start, int end) in expected.Except(found))
                    output.WriteLine($"missing: {Cut(text, start, end)}");
            }
        }
        output.WriteLine($"{texts - different} of {texts} texts and {ends - differentEnds} of {ends} sentences are equal");
        Assert.True(different <= 0.03 * texts, $"{different} of {texts} texts differ");
    }

    [Fact]
    public void Words_are_the_tokenizers_where_sentences_are()
    {
        int texts = 0, equal = 0;
        foreach (JsonElement record in Records())
        {
            string text = record.GetProperty("text").GetString()!;
            if (PunktSentences.Of(text).Count != record.GetProperty("sentences").GetArrayLength())
                continue;
            texts++;
            string[] expected = [.. record.GetProperty("tokens").EnumerateArray().Select(t => t.GetString()!)];
            if (expected.SequenceEqual(TreebankWords.Of(text)))
                equal++;
            else
                output.WriteLine(
                    $"{text[..Math.Min(80, text.Length)]}: {string.Join('|', TreebankWords.Of(text).Except(expected))} "
                        + $"for {string.Join('|', expected.Except(TreebankWords.Of(text)))}");
        }
        Assert.Equal(texts, equal);
    }

    private static IEnumerable<JsonElement> Records() =>
        File.ReadLines(Oracles.Require("oracles", "evaluation", "tokenizer_cases.jsonl")).Select(line => JsonElement.Parse(line));

    private static int CodePoints(string text, int units) => text[..units].EnumerateRunes().Count();

    private static string Cut(string text, int start, int end) =>
        string.Concat(text.EnumerateRunes().Skip(Math.Max(start, end - 40)).Take(60).Select(r => r.ToString())).ReplaceLineEndings(" ");

}
