using System.Globalization;
using System.Text.Json;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Constraints.Tests.Recognition;

/// <summary>
/// Precision and recall on the English wordings of IFEval's kinds: 1,500 records say which kind with which arguments each wording is, so
/// that nobody labelled them for this test. Some wordings there contradict their own arguments ("at least 100 words or less"); those are
/// for a judge.
/// </summary>
public sealed class EnglishRecognitionTests(ITestOutputHelper output)
{
    [Fact]
    public void Precision_is_high_on_wordings_of_if_eval()
    {
        int labelled = 0, found = 0, right = 0;
        Dictionary<string, (int Labelled, int Right, int Found)> kinds = [];
        HashSet<string> seen = [];
        List<string> wrong = [];
        foreach (string row in File.ReadLines(Oracles.Require("oracles", "evaluation", "ifeval_llama2.jsonl")))
        {
            JsonElement record = JsonDocument.Parse(row).RootElement;
            JsonElement ids = record.GetProperty("instruction_id_list"), kwargs = record.GetProperty("kwargs"),
                texts = record.GetProperty("constraints");
            for (int i = 0; i < ids.GetArrayLength(); i++)
            {
                string id = ids[i].GetString()!, text = texts[i].GetString()!;
                if (!seen.Add(text))
                    continue;
                IReadOnlyList<string> expected = Expected(id, kwargs[i]);
                IReadOnlyList<string> got = [
                    .. ConstraintRecognizer.Read(text, null).Readings.Select(r => LabelledLine.Canonical(r.Constraint!)).Distinct()];
                int hits = got.Count(expected.Contains);
                labelled += expected.Count > 0 ? 1 : 0;
                found += got.Count;
                right += hits;
                (int Labelled, int Right, int Found) kind = kinds.GetValueOrDefault(id);
                kinds[id] = (kind.Labelled + (expected.Count > 0 ? 1 : 0), kind.Right + hits, kind.Found + got.Count);
                wrong.AddRange(got.Where(g => !expected.Contains(g)).Select(g => $"WRONG {id}: {g} <- {text.ReplaceLineEndings(" | ")}"));
            }
        }

        double precision = (double)right / found;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{seen.Count} wordings with arguments, {labelled} of kinds in the catalogue; {found} found, {right} right: "
                    + $"precision {precision:0.000}"));
        foreach ((string id, (int ofKind, int rightOfKind, int foundOfKind)) in kinds.OrderBy(k => k.Key, StringComparer.Ordinal))
            output.WriteLine($"  {id,-45} {ofKind,4} labelled {foundOfKind,4} found {rightOfKind,4} right");
        foreach (string line in wrong)
            output.WriteLine(line);
        Assert.True(precision >= 0.97, $"precision {precision}");
        Assert.True(right >= 0.5 * labelled, $"{right} of {labelled}");
    }

    /// <summary>The constraints that a kind's wording may be read as; none: its kind is not in the catalogue as IFEval checks it.</summary>
    private static IReadOnlyList<string> Expected(string id, JsonElement kwargs)
    {
        (string, object?)[] Relation(string key, string relation = "relation") =>
            kwargs.GetProperty(relation).GetString() == "at least" ? [("min", Number(key))] : [("max", Number(key) - 1)];
        int Number(string key) => kwargs.GetProperty(key).GetInt32();
        string[] List(string key) => [.. kwargs.GetProperty(key).EnumerateArray().Select(k => k.GetString()!)];
        string Text(string key) => kwargs.GetProperty(key).GetString()!;

        return id switch
        {
            "length_constraints:number_words" => [Of("word_count", Relation("num_words"))],
            "length_constraints:number_sentences" => [Of("sentence_count", Relation("num_sentences"))],
            "length_constraints:nth_paragraph_first_word" =>
            [
                Of("paragraph_count", ("min", Number("num_paragraphs")), ("max", Number("num_paragraphs"))),
                .. Number("nth_paragraph") == 1
                    ? [LabelledLine.Canonical("starts_with", Scope.FirstParagraph, [("text", Text("first_word"))])] : Array.Empty<string>(),
            ],
            "length_constraints:number_paragraphs" => [], // separated by ***
            "detectable_format:number_bullet_lists" =>
                [Of("bulleted_list", ("min", Number("num_bullets")), ("max", Number("num_bullets")))],
            "detectable_format:json_format" => [Of("json")],
            "detectable_format:title" => [Of("bracket_title")],
            "detectable_content:number_placeholders" => [Of("placeholders", ("min", Number("num_placeholders")))],
            "detectable_content:postscript" => [Of("postscript", ("marker", Text("postscript_marker")))],
            "change_case:english_capital" => [Of("letter_case", ("case", "upper")), Of("language", ("language", "en"))],
            "change_case:english_lowercase" => [Of("letter_case", ("case", "lower")), Of("language", ("language", "en"))],
            "punctuation:no_comma" => [Of("forbidden_punctuation", ("marks", new[] { "," }))],
            "startend:end_checker" => [Of("ends_with", ("text", Text("end_phrase")))],
            "startend:quotation" => [Of("quoted_whole")],
            "keywords:existence" => [Of("keywords", ("words", List("keywords")))],
            "keywords:forbidden_words" => [Of("forbidden_words", ("words", List("forbidden_words")))],
            "keywords:frequency" => [Of("keyword_frequency", [("word", Text("keyword")), .. Relation("frequency")])],
            "keywords:letter_frequency" =>
                [Of("letter_frequency", [("letter", Text("letter")), .. Relation("let_frequency", "let_relation")])],
            "change_case:capital_word_frequency" => [Of("capital_words", Relation("capital_frequency", "capital_relation"))],
            "language:response_language" => [Of("language", ("language", Text("language")))],
            _ => [],
        };
    }

    private static string Of(string sort, params (string, object?)[] arguments) =>
        LabelledLine.Canonical(sort, Scope.Whole, Samples.Values(arguments).Select(v => (v.Key, v.Value)));
}
