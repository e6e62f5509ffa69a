#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parquet.Serialization;
using TraceFast.Data.Statistics;

namespace TraceFast.Data.Tests.Parquet;

/// <summary>What is written as Parquet is read back equal: by this program, and by another library.</summary>
public sealed class ParquetRoundTripTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(string name, params string[] records)
    {
        string path = Path.Combine(_folder.Root, name);
        RecordFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(records.Select(r => r + "\n")))));
        return path;
    }

    private DataSet Load(string path, Stage stage) =>
        DataSet.Load(new DataSetOptions { Names = [path], Directory = _folder.Root, Stage = stage });

    [Fact]
    public void Every_layout_reads_the_same_records_from_both_kinds_of_file()
    {
        foreach ((string name, Stage stage, string json) in MutationTests.Samples)
        {
            DataSet lines = Load(Write(name, json, json), stage);
            DataSet rows = Load(Write(Path.ChangeExtension(name, ".parquet"), json, json), stage);
            Assert.Equal(lines.Select(RecordHash.Of), rows.Select(RecordHash.Of));
            Assert.Equal(lines.Sources[0].Layout, rows.Sources[0].Layout);
            Assert.Equal(lines.Select(r => r.Origin.Number), rows.Select(r => r.Origin.Number));
        }
    }

    [Theory]
    [InlineData(
        """{"a":"x","n":1,"f":0.5,"b":true,"l":[1,2],"o":{"k":"v","deep":[{"p":1}]}}""",
        """{"a":"","n":-9223372036854775808,"f":-1e300,"b":false,"l":[],"o":{"deep":[]}}""")]
    [InlineData("""{"seed":18446744073709551615}""", """{"seed":0}""", """{"other":"only here"}""")]
    [InlineData("""{"n":1}""", """{"n":0.1}""", """{"n":1e-7}""")] // doubles
    [InlineData("""{"n":9007199254740993}""", """{"n":0.5}""")] // no double holds both
    [InlineData("""{"n":-1}""", """{"n":18446744073709551615}""")] // neither do 64 bits
    [InlineData("""{"n":0.1000000000000000055511151231257827}""", """{"n":123456789012345678901234567890}""")]
    [InlineData("""{"v":"text"}""", """{"v":3}""", """{"v":[true,null,{"x":[]}]}""", """{"v":{}}""")] // of several sorts
    [InlineData("""{"l":[null,"a",null]}""", """{"l":[]}""", """{"l":[[]]}""")]
    [InlineData("""{"l":[{"a":1},{},{"b":"x"}]}""", """{"l":[{"c":{"d":[1.5]}}]}""")]
    [InlineData("""{"e":[],"o":{}}""", """{"e":[],"o":{}}""")]
    [InlineData("""{"t":"日本語 \ud83d\ude00 \u0000 \"quoted\" \\ \n </script>"}""")]
    public void Any_records_are_read_back_equal(params string[] records)
    {
        JsonElement[] read = [.. JsonLines.Read(Write("any.parquet", records)).Select(l => l.Record)];
        Assert.Equal(records.Length, read.Length);
        for (int i = 0; i < records.Length; i++)
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse(records[i]), JsonNode.Parse(read[i].GetRawText())), $"{records[i]} became {read[i]}");
    }

    [Fact]
    public void Lists_and_objects_may_lie_within_each_other_as_deep_as_in_json()
    {
        foreach (string record in new[] { $$"""{"l":{{new string('[', 62)}}"x"{{new string(']', 62)}}}""",
            string.Concat(Enumerable.Repeat("{\"o\":", 63)) + "1" + new string('}', 63) })
            Assert.Equal(record, Assert.Single(JsonLines.Read(Write("deep.parquet", record))).Record.GetRawText());
    }

    [Fact]
    public void A_null_key_is_no_key_and_a_key_that_is_always_null_has_no_column()
    {
        string path = Write("null.parquet", """{"a":null,"b":1,"c":null,"s":{"x":null}}""", """{"a":"x","b":null,"s":{"x":2}}""");
        Assert.Equal(["""{"b":1,"s":{}}""", """{"a":"x","s":{"x":2}}"""], JsonLines.Read(path).Select(l => l.Record.GetRawText()));
    }

    [Fact]
    public void Many_keys_and_long_texts_stand_over_several_row_groups()
    {
        string more = string.Concat(Enumerable.Range(0, 1200).Select(k => $",\"x{k}\":{k}"));
        string[] records = [
            .. Enumerable.Range(0, 9)
                .Select(i =>
                    $$"""{"prompt":"{{new string((char)('a' + i), 5_000_000)}}","response":"{{i}}","table":{"k{{i}}":1{{(i > 0 ? "" : more)}} } }""")];
        string path = Write("long.parquet", records);
        JsonElement[] read = [.. JsonLines.Read(path).Select(l => l.Record)];
        for (int i = 0; i < records.Length; i++)
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(records[i]), read[i]), $"record {i + 1}");
        using ParquetSharp.ParquetFileReader file = new(path);
        Assert.InRange(file.FileMetaData.NumRowGroups, 2, 4);
    }

    [Fact]
    public void No_record_makes_a_file_without_rows()
    {
        Assert.Empty(JsonLines.Read(Write("none.parquet")));
        Assert.Contains(
            "no record to train on",
            Assert.Throws<InputException>(() => Load(Path.Combine(_folder.Root, "none.parquet"), Stage.Sft)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no record has a key", Assert.Throws<InputException>(() => Write("idle.parquet", "{}", """{"a":null}""")).Message,
            StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void The_same_records_make_the_same_bytes() =>
        Assert.Equal(
            File.ReadAllBytes(Write("a.parquet", """{"a":"x","l":[1]}""")), File.ReadAllBytes(Write("b.parquet", """{"a":"x","l":[1]}""")));

    [Fact]
    public void A_writer_that_fails_leaves_the_old_file_and_nothing_else()
    {
        string path = Write("kept.parquet", """{"a":1}""");
        byte[] before = File.ReadAllBytes(path);
        Assert.Throws<TimeoutException>(() => RecordFile.Write(path, _ => throw new TimeoutException()));
        InputException e = Assert.Throws<InputException>(() => Write("kept.parquet", """{"a":1}""", """{"a":1,"a":2}"""));
        Assert.Contains("kept.parquet: record 2: ", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public async Task Another_library_reads_what_is_written()
    {
        string path = Write(
            "ours.parquet", """{"conversations":[{"from":"human","value":"é"},{"from":"gpt","value":"b"}],"score":0.5,"id":7}""",
            """{"conversations":[],"score":null}""");
        await using FileStream stream = File.OpenRead(path);
        IList<Ranked> rows = (await ParquetSerializer.DeserializeAsync<Ranked>(
            stream, cancellationToken: TestContext.Current.CancellationToken)).Data;
        Assert.Equal(["human: é", "gpt: b"], rows[0].conversations!.Select(t => $"{t.from}: {t.value}"));
        Assert.Equal((0.5, 7L), (rows[0].score, rows[0].id));
        Assert.Empty(rows[1].conversations!);
        Assert.Null(rows[1].score);
    }

    [Theory]
    [InlineData(global::Parquet.CompressionMethod.None)]
    [InlineData(global::Parquet.CompressionMethod.Snappy)]
    [InlineData(global::Parquet.CompressionMethod.Gzip)]
    [InlineData(global::Parquet.CompressionMethod.Zstd)]
    [InlineData(global::Parquet.CompressionMethod.Lz4Raw)]
    public async Task What_another_library_writes_is_read(global::Parquet.CompressionMethod method)
    {
        Ranked[] rows = [.. Enumerable.Range(0, 100).Select(i => new Ranked
        {
            conversations = [new Turn { from = "human", value = $"Question {i}" }],
            chosen = new Turn { from = "gpt", value = i % 3 == 0 ? "the same" : $"answer {i}" },
            rejected = new Turn { from = "gpt", value = "no" },
            score = i % 2 == 0 ? null : i / 4.0,
        })];
        string path = Path.Combine(_folder.Root, "theirs.parquet");
        await using (FileStream stream = File.Create(path))
            await ParquetSerializer.SerializeAsync(
                rows, stream, new global::Parquet.ParquetOptions { CompressionMethod = method, RowGroupSize = 30 },
                cancellationToken: TestContext.Current.CancellationToken);
        DataSet read = Load(path, Stage.Dpo);
        string[] lines = [.. rows.Select(r => JsonSerializer.Serialize(r))];
        Assert.Equal(Load(Write("same.jsonl", lines), Stage.Dpo).Select(RecordHash.Of), read.Select(RecordHash.Of));
    }

    /// <summary>Names as in the records.</summary>
    private sealed class Ranked
    {
#pragma warning disable IDE1006
        public List<Turn>? conversations { get; set; }

        public Turn? chosen { get; set; }

        public Turn? rejected { get; set; }

        public double? score { get; set; }

        public long? id { get; set; }
    }

    private sealed class Turn
    {
        public string? from { get; set; }

        public string? value { get; set; }
#pragma warning restore IDE1006
    }
}
