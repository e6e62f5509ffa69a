using System.Text.Json;
using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.IfEval.Languages;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>
/// Strict and loose flags of the official scorer, one by one. Records that it marks unstable or non_letter differ between its own versions
/// and are left apart.
/// </summary>
public class OfficialFlagTests(ITestOutputHelper output)
{
    private static readonly string[] s_sentenceKinds = ["length_constraints:number_sentences", "change_case:capital_word_frequency"];

    [Theory]
    [InlineData("ifeval_llama2.jsonl")]
    [InlineData("ifeval_gpt4.jsonl")]
    public async Task Flags_on_real_responses_are_the_official_ones(string file)
    {
        Dictionary<string, Agreement> byKind = await Compare(file);
        AssertExact(byKind);
        Assert.True(Share(byKind, s_sentenceKinds) >= 0.995, "sentence kinds");
    }

    [Fact]
    public async Task Flags_on_edge_cases_are_the_official_ones()
    {
        Dictionary<string, Agreement> byKind = await Compare("ifeval_edge_cases.jsonl");
        AssertExact(byKind);
        foreach (string kind in s_sentenceKinds)
            Assert.True(Share(byKind, [kind]) >= 0.97, kind);
    }

    /// <summary>The language that langdetect finds after DetectorFactory.seed = 0, also where it depends on the seed.</summary>
    [Theory]
    [InlineData("ifeval_llama2.jsonl", 100)]
    [InlineData("ifeval_gpt4.jsonl", 10)]
    public void Languages_are_those_of_langdetect(string file, int fewest)
    {
        int count = 0;
        foreach (string line in File.ReadLines(Oracles.Require("oracles", "evaluation", file)))
        {
            JsonElement record = JsonElement.Parse(line);
            if (!record.TryGetProperty("lang", out JsonElement language) || language.ValueKind != JsonValueKind.Object)
                continue;
            count++;
            string text = record.GetProperty("response").GetString()!;
            string? expected = language.GetProperty("error").GetBoolean() ? null : language.GetProperty("code").GetString();
            Assert.True(expected == LanguageDetector.Detect(text), $"{expected}, not {LanguageDetector.Detect(text)}: {text}");
        }
        Assert.True(count >= fewest, $"{count} texts");
    }

    /// <summary>Letters with their tone marks as characters of their own count as one, as langdetect has them.</summary>
    [Fact]
    public void Vietnamese_is_found_however_it_is_written()
    {
        const string Text = "Tôi rất thích uống trà vào buổi sáng, và bạn tôi thường uống cà phê ở nhà.";
        UnicodeNormalization decomposed = new(UnicodeForm.NFD);
        string apart = string.Concat(Text.Select(c => "íàáạ".Contains(c) ? decomposed.Normalize($"{c}") : $"{c}"));
        Assert.NotEqual(Text, apart);
        Assert.Equal(("vi", "vi"), (LanguageDetector.Detect(Text), LanguageDetector.Detect(apart)));
        // A letter and its tone mark alone: only composed is it a letter of Vietnamese.
        Assert.Equal(LanguageDetector.Detect("ạ ả ã á à"), LanguageDetector.Detect("a\u0323 a\u0309 a\u0303 a\u0301 a\u0300"));
    }

    private static void AssertExact(Dictionary<string, Agreement> byKind)
    {
        Assert.NotEmpty(byKind);
        foreach ((string kind, Agreement agreement) in byKind)
            if (!s_sentenceKinds.Contains(kind))
                Assert.True(
                    agreement.Flags == agreement.Equal, $"{kind}: {agreement.Flags - agreement.Equal} of {agreement.Flags} flags differ");
    }

    private static double Share(Dictionary<string, Agreement> byKind, string[] kinds)
    {
        Agreement[] of = [.. kinds.Where(byKind.ContainsKey).Select(k => byKind[k])];
        return of.Length == 0 ? 1 : (double)of.Sum(a => a.Equal) / of.Sum(a => a.Flags);
    }

    private async Task<Dictionary<string, Agreement>> Compare(string file)
    {
        string path = Oracles.Require("oracles", "evaluation", file);
        BenchResult result = await new IfEvalBench().ScoreAsync(path, CancellationToken.None);
        Dictionary<string, Agreement> byKind = [];
        int index = 0;
        foreach (string line in File.ReadLines(path))
        {
            JsonElement expected = JsonElement.Parse(line);
            RecordResult record = result.Records[index++];
            if (expected.TryGetProperty("error", out JsonElement error))
            {
                Assert.Contains($"{path}:{index}:", Assert.IsType<UnscoredRecord>(record).Error, StringComparison.Ordinal);
                continue;
            }
            if (expected.TryGetProperty("unstable", out _) || expected.TryGetProperty("non_letter", out _))
                continue;
            IfEvalRecord found = Assert.IsType<IfEvalRecord>(record);
            for (int i = 0; i < found.Strict.Count; i++)
            {
                string kind = expected.GetProperty("instruction_id_list")[i].GetString()!;
                Agreement agreement = byKind.TryGetValue(kind, out Agreement? known) ? known : byKind[kind] = new Agreement();
                bool equal = Count(agreement, found.Strict[i], expected.GetProperty("strict")[i])
                    & Count(agreement, found.Loose[i], expected.GetProperty("loose")[i]);
                if (!equal)
                    output.WriteLine(
                        $"{file}:{index} {kind}: "
                            + $"{found.Strict[i]}/{found.Loose[i]}, {found.Constraints[i].Reason}; "
                            + $"official {expected.GetProperty("strict")[i]}/{expected.GetProperty("loose")[i]}");
            }
        }
        foreach ((string kind, Agreement a) in byKind.OrderBy(k => k.Key))
            output.WriteLine($"{file} {kind}: {a.Equal} of {a.Flags}");
        return byKind;
    }

    private static bool Count(Agreement agreement, bool found, JsonElement expected)
    {
        agreement.Flags++;
        bool equal = found == expected.GetBoolean();
        agreement.Equal += equal ? 1 : 0;
        return equal;
    }

    private sealed class Agreement
    {
        public int Flags { get; set; }

        public int Equal { get; set; }
    }
}
