using System.Text.Json;
using TraceFast.Data;
using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

/// <summary>The data commands on Parquet files do what they do on lines of JSON.</summary>
public sealed class ParquetCommandTests
{
    [Fact]
    public void Synth_writes_the_same_quads_as_parquet()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "set", "quads.parquet");
        string[] options = ["data", "synth", "--count", "120", "--seed", "5", "--hold-out", "topic=0.2"];
        Succeeds([.. options, "--out", folder.Path]);
        Succeeds([.. options, "--out", file]);
        AreEqual(Path.Combine(folder.Path, "train.jsonl"), file);
        AreEqual(Path.Combine(folder.Path, "held_out_topic.jsonl"), Path.Combine(folder.Path, "set", "held_out_topic.parquet"));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(file)!).Length);

        (string output, string log) = Succeeds("data", "validate", file);
        Assert.Equal("120 records, 120 good, 0 bad\n", output);
        Assert.Contains("constraints of 120 quads checked, 0 wrong", log, StringComparison.Ordinal);
        Assert.Equal(Statistics(Path.Combine(folder.Path, "train.jsonl")), Statistics(file));

        (int code, _, log) = Run([.. options, "--out", file]);
        Assert.Equal(2, code);
        Assert.Contains("--overwrite", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Dedup_reads_and_writes_parquet()
    {
        using TemporaryFolder folder = new();
        string lines = Path.Combine(folder.Path, "a.jsonl"), rows = Path.Combine(folder.Path, "a.parquet");
        string[] records = [
            """{"prompt":"Name a pet.","response":"A dog.","id":1}""", """{"prompt":"Name a  pet.","response":"a dog.","id":2}""",
            """{"prompt":"Name a bird.","response":"A crow.","id":3}"""];
        File.WriteAllLines(lines, records);
        RecordFile.Write(rows, stream => stream.Write(File.ReadAllBytes(lines)));
        Succeeds("data", "dedup", "--data", lines, "--out", Path.Combine(folder.Path, "unique.jsonl"));
        (string output, _) = Succeeds("data", "dedup", "--data", rows, "--out", Path.Combine(folder.Path, "unique.parquet"));
        Assert.Contains($"{rows}: record 2 repeats {rows}: record 1", output, StringComparison.Ordinal);
        AreEqual(Path.Combine(folder.Path, "unique.jsonl"), Path.Combine(folder.Path, "unique.parquet"));
    }

    [Fact]
    public void Quads_from_preference_pairs_go_from_parquet_to_parquet()
    {
        using TemporaryFolder folder = new();
        string lines = Path.Combine(folder.Path, "p.jsonl"), rows = Path.Combine(folder.Path, "p.parquet");
        File.WriteAllLines(lines, Enumerable.Range(0, 12).Select(i => JsonSerializer.Serialize(new
        {
            prompt = $"Describe walk {i} in a park.",
            chosen = $"- Park {i} is quiet.\n- Birds sing in it.\n- The path is long.\n- The pond is clear.",
            rejected = $"# Walk {i}\n\nYou could go to the park, where the trees are old, and see the pond. Will the ducks be there? "
                + "I hope so!\n\nThen walk home, and tell your friends about it.",
        })));
        RecordFile.Write(rows, stream => stream.Write(File.ReadAllBytes(lines)));
        string fromLines = Path.Combine(folder.Path, "q.jsonl"), fromRows = Path.Combine(folder.Path, "q.parquet");
        Succeeds("data", "quads", "--from", "preference", "--data", lines, "--out", fromLines);
        Succeeds("data", "quads", "--from", "preference", "--data", rows, "--out", fromRows);
        string[] own = [.. Records(fromRows)];
        Assert.NotEmpty(own);
        Assert.All(own, record => Assert.Contains("p.parquet: record ", record, StringComparison.Ordinal));
        // But for where it comes from, each is what the lines gave.
        Assert.Equal(Records(fromLines).Select(WithoutOrigin), own.Select(WithoutOrigin));
    }

    [Fact]
    public void A_bad_row_is_named_by_its_number()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "bad.parquet");
        RecordFile.Write(file, stream => stream.Write("{\"prompt\":\"a\",\"response\":\"b\"}\n{\"prompt\":\"a\"}\n"u8));
        (int code, string output, _) = Run("data", "validate", file, "--stage", "sft");
        Assert.Equal(2, code);
        Assert.StartsWith($"{file}: record 2: the key 'response' is missing", output, StringComparison.Ordinal);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^20]);
        (code, _, string log) = Run("data", "validate", file, "--stage", "sft");
        Assert.Equal(2, code);
        Assert.Contains($"{file}: cannot be read as a Parquet file", log, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Records(string file) => JsonLines.Read(file).Select(l => l.Record.GetRawText());

    private static string WithoutOrigin(string record) =>
        string.Join(
            '\n', JsonElement.Parse(record).EnumerateObject().Where(p => p.Name != "origin").OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => $"{p.Name}: {Ordered(p.Value)}"));

    /// <summary>A struct's keys stand in the order of the column.</summary>
    private static string Ordered(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object =>
            "{" + string.Join(
                ',', json.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}:{Ordered(p.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', json.EnumerateArray().Select(Ordered)) + "]",
        _ => json.ToString(),
    };

    private static void AreEqual(string lines, string rows)
    {
        JsonLine[] a = [.. JsonLines.Read(lines)], b = [.. JsonLines.Read(rows)];
        Assert.NotEmpty(a);
        Assert.Equal(a.Length, b.Length);
        for (int i = 0; i < a.Length; i++)
            Assert.True(JsonElement.DeepEquals(a[i].Record, b[i].Record), $"record {i + 1}: {a[i].Record} became {b[i].Record}");
    }

    /// <summary>Without the files' names.</summary>
    private static string Statistics(string file) =>
        Succeeds("data", "stats", file, "--json").Output.Replace(file, "", StringComparison.Ordinal);

    private static (string Output, string Log) Succeeds(params string[] args)
    {
        (int code, string output, string log) = Run(args);
        Assert.True(code == 0, log);
        return (output, log);
    }
}
