using System.Text.Json;
using TraceFast.Evaluation.IfEval.Sentences;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>
/// Hostile punctuation against NLTK's substitutions and Punkt's algorithm without parameters, run by Python's re (see Data/README.md).
/// </summary>
public class TreebankWordsTests
{
    [Fact]
    public void Tokens_of_hostile_text_are_NLTKs()
    {
        List<string> wrong = [];
        int cases = 0;
        foreach (string line in File.ReadLines(TestData.Path("treebank_words.jsonl")))
        {
            JsonElement expected = JsonElement.Parse(line);
            string text = expected.GetProperty("text").GetString()!;
            // The texts have no character outside the basic plane: units are code points.
            int[][] sentences = [.. PunktSentences.Of(text).Select(p => new[] { p.Start, p.Start + p.Length })];
            if (JsonSerializer.Serialize(sentences) != JsonSerializer.Serialize(expected.GetProperty("sentences")))
            {
                wrong.Add($"sentences {line}: {JsonSerializer.Serialize(sentences)}");
                continue;
            }
            cases++;
            string[] tokens = [.. TreebankWords.Of(text)];
            if (!tokens.SequenceEqual(expected.GetProperty("tokens").EnumerateArray().Select(t => t.GetString()!)))
                wrong.Add($"{line}: {string.Join('|', tokens)}");
        }
        Assert.True(cases >= 300, $"{cases} cases");
        Assert.True(wrong.Count == 0, $"{wrong.Count}:\n{string.Join('\n', wrong.Take(20))}");
    }
}
