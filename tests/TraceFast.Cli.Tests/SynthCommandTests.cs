using System.Text.Json;
using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

public sealed class SynthCommandTests
{
    [Fact]
    public void Synth_writes_files_that_validate_and_describes_them()
    {
        using TemporaryFolder folder = new();
        string target = Path.Combine(folder.Path, "synth");
        (int code, string output, string log) = Run(
            "data", "synth", "--count", "200", "--seed", "5", "--out", target, "--hold-out", "topic=0.2", "type=0.2", "--json");
        Assert.True(code == 0, log);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal(
            [200, 10, 10], report.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("records").GetInt32()));
        string train = Path.Combine(target, "train.jsonl"), topics = Path.Combine(target, "held_out_topic.jsonl");

        (code, output, log) = Run("data", "validate", train, topics, Path.Combine(target, "held_out_type.jsonl"));
        Assert.Equal((0, "220 records, 220 good, 0 bad\n"), (code, output));
        Assert.Contains("constraints of 200 quads checked, 0 wrong", log, StringComparison.Ordinal);

        string page = Path.Combine(folder.Path, "stats.html");
        (code, output, log) = Run("data", "stats", train, "--json", "--html", page);
        Assert.True(code == 0, log);
        using JsonDocument statistics = JsonDocument.Parse(output);
        Assert.Equal(400, statistics.RootElement.GetProperty("constraints").GetProperty("instructions").GetInt32());
        Assert.Contains("Constraints of an instruction", File.ReadAllText(page), StringComparison.Ordinal);

        (code, _, log) = Run("data", "synth", "--count", "200", "--seed", "5", "--out", target);
        Assert.Equal(2, code);
        Assert.Contains("--overwrite", log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_older_name_of_the_option_types_is_read()
    {
        using TemporaryFolder folder = new();
        string[] common = ["data", "synth", "--count", "5", "--constraints", "1", "--overwrite", "--out", folder.Path];
        Assert.Equal(0, Run([.. common, "--types", "sentence_count", "starts_with"]).Code);
        string written = File.ReadAllText(Path.Combine(folder.Path, "train.jsonl"));
        Assert.Equal(0, Run([.. common, "--sorts", "sentence_count", "starts_with"]).Code);
        Assert.Equal(written, File.ReadAllText(Path.Combine(folder.Path, "train.jsonl")));
    }

    [Fact]
    public void Validate_names_the_quad_whose_answers_were_swapped()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, Run("data", "synth", "--count", "3", "--out", folder.Path).Code);
        string file = Path.Combine(folder.Path, "train.jsonl");
        string[] lines = File.ReadAllLines(file);
        lines[1] = lines[1].Replace("\"y1\":", "\"y\":", StringComparison.Ordinal).Replace("\"y2\":", "\"y1\":", StringComparison.Ordinal)
            .Replace("\"y\":", "\"y2\":", StringComparison.Ordinal);
        File.WriteAllLines(file, lines);
        (int code, string output, _) = Run("data", "validate", file);
        Assert.Equal(2, code);
        Assert.Contains($"{file}:2: Y1BreaksX1", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sft_layout_is_what_the_stage_sft_reads()
    {
        using TemporaryFolder folder = new();
        (int code, _,
            string log) = Run(
                "data", "synth", "--count", "50", "--layout", "sft", "--constraints", "0-3", "--lang", "zh", "--obey", "0.7", "--out",
                folder.Path);
        Assert.True(code == 0, log);
        string file = Path.Combine(folder.Path, "train.jsonl");
        Assert.Equal(
            (0, "50 records, 50 good, 0 bad\n"), (Run("data", "validate", file, "--stage", "sft") is var r ? r.Code : -1, r.Output));
        Assert.Contains("\"broken\"", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Dedup_leaves_out_what_stands_twice()
    {
        using TemporaryFolder folder = new();
        string data = Path.Combine(folder.Path, "in.jsonl"), target = Path.Combine(folder.Path, "out.jsonl");
        string text = string.Join(' ', Enumerable.Range(0, 40).Select(n => $"word{n}"));
        File.WriteAllLines(data,
        [
            $$"""{"prompt": "a", "response": "{{text}}", "seed": 1}""",
            $$"""{"prompt": "A", "response": "{{text}} ", "seed": 2}""",
            $$"""{"prompt": "a", "response": "{{text}} end", "seed": 3}""",
            """{"prompt": "b", "response": "quite another text"}""",
        ]);
        Assert.Equal(0, Run("data", "dedup", "--data", data, "--out", target).Code);
        Assert.Equal(3, File.ReadAllLines(target).Length);
        (int code, string output, _) = Run("data", "dedup", "--data", data, "--out", target, "--near", "0.8", "--overwrite");
        Assert.Equal(0, code);
        Assert.StartsWith("4 records read, 2 written", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--count 0")]
    [InlineData("--count 5 --lang fr")]
    [InlineData("--count 5 --constraints 3-1")]
    [InlineData("--count 5 --constraints 0-2")]
    [InlineData("--count 5 --constraints x")]
    [InlineData("--count 5 --hold-out topic")]
    [InlineData("--count 5 --hold-out weather=0.1")]
    [InlineData("--count 5 --obey 1.5")]
    [InlineData("--count 5 --near -1")]
    [InlineData("--count 5 --threads -1")]
    [InlineData("--count 5 --layout csv")]
    [InlineData("--count 5 --exclude no-such-file.jsonl")]
    public void Bad_options_are_exit_code_2(string options)
    {
        using TemporaryFolder folder = new();
        (int code, string output, string log) = Run(["data", "synth", "--out", Path.Combine(folder.Path, "s"), .. options.Split(' ')]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: ", log, StringComparison.Ordinal);
    }
}
