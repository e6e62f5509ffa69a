using System.Text.Json;
using TraceFast.Data;
using TraceFast.Evaluation.IfBench;
using TraceFast.Evaluation.IfEval;
using TraceFast.Tests;

namespace TraceFast.Evaluation.Tests.IfBench;

public sealed class IfBenchTests : IDisposable
{
    private static readonly string s_flags =
        Path.Combine(Oracles.RepositoryRoot, "tests", "TraceFast.Evaluation.Tests", "IfBench", "Data", "flags.jsonl");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The official scorer's strict and loose flags of texts at the edges of each instruction.</summary>
    [Fact]
    public async Task Flags_on_edge_cases_are_the_official_ones()
    {
        BenchResult result = await new IfBenchBench().ScoreAsync(s_flags, CancellationToken.None);
        Assert.Empty(result.Errors);
        List<string> wrong = [];
        foreach ((string line, RecordResult record) in File.ReadLines(s_flags).Zip(result.Records))
        {
            JsonElement expected = JsonElement.Parse(line);
            IfEvalRecord scored = (IfEvalRecord)record;
            if (!scored.Strict.SequenceEqual(Flags(expected, "strict")) || !scored.Loose.SequenceEqual(Flags(expected, "loose")))
                wrong.Add($"{line} -> {scored.Strict[0]} {scored.Loose[0]}: {scored.Constraints[0].Reason}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>A flag that is never true, or never false, tests nothing.</summary>
    [Fact]
    public void The_cases_show_every_instruction_followed_and_not()
    {
        JsonElement[] cases = [.. File.ReadLines(s_flags).Select(l => JsonElement.Parse(l))];
        foreach (string id in IfBenchInstructions.Ids)
        {
            bool[] strict =
            [
                .. cases.Where(c => c.GetProperty("instruction_id_list")[0].GetString() == id)
                    .Select(c => c.GetProperty("strict")[0].GetBoolean()),
            ];
            Assert.True(strict.Contains(true) && strict.Contains(false), $"{id}: {string.Join(' ', strict)}");
        }
        Assert.Equal(58, IfBenchInstructions.Ids.Count());
    }

    [Theory]
    [InlineData("count:nothing", "{}", "'count:nothing' is not an instruction of IFBench; expected one of count:word_count_range")]
    [InlineData("count:numbers", "{}", "count:numbers: its argument 'N' is missing")]
    [InlineData("count:numbers", """{"N": -1}""", "'N' is -1; a whole number from 0 on is expected")]
    [InlineData("count:words_japanese", """{"N": 0}""", "'N' is 0; one or more is expected")]
    [InlineData("count:keywords_multiple", """{"keyword1": " "}""", "'keyword1' is blank")]
    [InlineData("ratio:overlap", """{"reference_text": "", "percentage": 3}""", "'reference_text' is empty")]
    [InlineData("sentence:keyword", """{"word": "tea", "N": 1.5}""", "'N' is 1.5; a whole number")]
    public void Bad_arguments_are_named(string id, string arguments, string message) => Assert.Contains(
        message, Assert.Throws<InputException>(() => IfBenchInstructions.Read(id, JsonElement.Parse(arguments))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void IFEval_names_the_bench_of_an_instruction_that_is_not_its_own() => Assert.Contains(
        "'words:vowel' is an instruction of IFBench, not of IFEval: add --bench ifbench",
        Assert.Throws<InputException>(() => Instructions.Read("words:vowel", JsonElement.Parse("{}"))).Message, StringComparison.Ordinal);

    /// <summary>Keys are texts in IFBench's file; IFEval's instructions may stand beside its own.</summary>
    [Fact]
    public async Task Its_own_file_names_the_prompts()
    {
        File.WriteAllText(
            _folder["data.jsonl"],
            """
            {"key": "7", "prompt": "a", "instruction_id_list": ["format:no_whitespace", "punctuation:no_comma"], "kwargs": [{"N": null}, {}]}
            {"key": "3", "prompt": "b", "instruction_id_list": ["words:vowel"], "kwargs": [{}]}

            """);
        File.WriteAllText(_folder["answers.jsonl"], "{\"id\": \"3\", \"response\": \"tea\"}\n{\"id\": \"7\", \"response\": \"a,b\"}\n");
        IfBenchBench bench = new(_folder["data.jsonl"]);
        Assert.Equal(["7", "3"], bench.Prompts().Select(p => p.Id));
        BenchResult result = await bench.ScoreAsync(_folder["answers.jsonl"], CancellationToken.None);
        Assert.Equal(("ifbench", 2), (result.Bench, result.Records.Count));
        Assert.Equal([true, false], ((IfEvalRecord)result.Records[0]).Strict);
        Assert.Equal([true], ((IfEvalRecord)result.Records[1]).Strict);
        Assert.Equal("ifbench", Benches.OfFile(_folder["data.jsonl"])!.Name);
    }

    [Fact]
    public void A_file_of_IFEval_is_not_taken_for_one_of_IFBench()
    {
        File.WriteAllText(
            _folder["data.jsonl"], """{"key": 7, "prompt": "a", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}""" + "\n");
        Assert.Equal("ifeval", Benches.OfFile(_folder["data.jsonl"])!.Name);
    }

    [Theory]
    [InlineData("a,b\n\nc", "a|b//c")]
    [InlineData("\"a,b\",c", "a,b|c")]
    [InlineData("\"a\"\"b\"x,c\r\nd", "a\"bx|c/d")]
    [InlineData("\"a\nb\"", "a\nb")]
    [InlineData("a,", "a|")]
    [InlineData("a,\n", "a|")]
    [InlineData("", "")]
    [InlineData("\n", "")]
    [InlineData("\"open", "open")]
    [InlineData("a\r\r\nb", "a/b")]
    [InlineData("a\rb", null)]
    public void Tables_are_read_as_Python_reads_them(string text, string? rows) => Assert.Equal(
        rows, PythonCsv.Read(text, ',') is { } read ? string.Join('/', read.Select(r => string.Join('|', r))) : null);

    [Theory]
    [InlineData("tea", 1)]
    [InlineData("table", 2)]
    [InlineData("zzle", 1)]
    [InlineData("brmbl", 1)]
    [InlineData("x2", 0)]
    [InlineData("tracefastly", 4)]
    public void Syllables_are_those_of_syllapy(string word, int count) => Assert.Equal(count, Syllables.Of(word));

    private static bool[] Flags(JsonElement record, string name) =>
        [.. record.GetProperty(name).EnumerateArray().Select(f => f.GetBoolean())];
}
