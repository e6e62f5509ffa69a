using System.Text;

namespace TraceFast.Data.Tests;

/// <summary>Files: both JSON forms, lines, encodings, ends, sizes, and what cannot be read at all.</summary>
public sealed class FileReadingTests : IDisposable
{
    private const string Good = """{"prompt":"u","response":"a"}""";
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<BadRecord> BadOf(string content, string name = "data.jsonl") =>
        Assert.Throws<BadRecordsException>(() => _folder.Load(content, Stage.Sft, name)).BadRecords;

    private static int[] Lines(DataSet data) => [.. data.Select(record => record.Origin.Line)];

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Lines_are_counted_over_blank_ones_and_both_line_ends(string newline)
    {
        string content = string.Join(newline, Good, "", "  " + Good + " ", "\t", Good);
        DataSet data = _folder.Load(content, Stage.Sft);
        Assert.Equal([1, 3, 5], Lines(data));
        Assert.Equal([0, 1, 2], data.Select(record => record.Origin.Number));
        Assert.Equal([1, 3, 5], Lines(_folder.Load(content + newline, Stage.Sft)));
    }

    [Fact]
    public void Records_of_an_array_have_the_line_on_which_they_start()
    {
        const string Content = "\n[\n  {\n    \"prompt\": \"u\",\n    \"response\": \"a\"\n"
            + "  }, {\"prompt\":\"v\\n\",\"response\":\"b\"},\n\n  {\"prompt\":\"w\",\"response\":\"c\"}]\n\n";
        Assert.Equal([3, 6, 8], Lines(_folder.Load(Content, Stage.Sft, "a.json")));
        Assert.Equal([1, 1], Lines(_folder.Load($"[{Good},{Good}]", Stage.Sft, "b.json")));
        Assert.Equal([1, 1], Lines(_folder.Load($"[{Good},{Good}]", Stage.Sft, "array.jsonl")));
        Assert.Equal([1, 2], Lines(_folder.Load($"{Good}\n{Good}", Stage.Sft, "lines.json")));
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        Assert.Equal([1], Lines(_folder.Load("\uFEFF" + Good, Stage.Sft)));
        Assert.Equal([2], Lines(_folder.Load("\uFEFF\n[" + Good + "]", Stage.Sft)));
    }

    [Theory]
    [InlineData("{0}\n\uFEFF{0}\n{0}\n", 2, false)]
    [InlineData("{0}\n{0}\n \uFEFF{0}", 3, false)]
    [InlineData("\uFEFF{0}\n\uFEFF\n{0}\n", 2, false)]
    [InlineData("\uFEFF\uFEFF{0}\n{0}\n", 1, false)]
    [InlineData("[{0},\n\uFEFF{0}]", 2, true)]
    [InlineData("[{0}]\n\uFEFF[{0}]", 2, true)]
    public void A_byte_order_mark_within_a_file_is_named(string content, int line, bool ends)
    {
        content = content.Replace("{0}", Good, StringComparison.Ordinal);
        BadRecord bad = Assert.Single(Assert.Throws<BadRecordsException>(() => _folder.Load(content, Stage.Sft)).BadRecords);
        Assert.Equal(line, bad.Origin.Line);
        Assert.Contains("unexpected byte order mark (U+FEFF)", bad.Reason, StringComparison.Ordinal);
        Assert.Equal(ends, bad.Reason.Contains("the rest of the file cannot be read", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_in_utf16_is_refused_by_name()
    {
        string path = _folder.Write("wide.jsonl", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Good)).ToArray());
        InputException e = Assert.Throws<InputException>(() => DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft }));
        Assert.Contains("UTF-16", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl", "\n", "")]
    [InlineData("a.json", ",\n", "[\n")]
    public void Invalid_utf8_is_an_error_of_its_record(string name, string between, string open)
    {
        byte[] broken = Encoding.UTF8.GetBytes(Good);
        broken[11] = 0xC3;
        byte[] content = [
            .. Encoding.UTF8.GetBytes(open + Good + between), .. broken,
            .. Encoding.UTF8.GetBytes(between + Good + (open.Length > 0 ? "]" : ""))];
        string path = _folder.Write(name, content);
        DataSetOptions options = new() { Names = [path], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip };
        DataSet data = DataSet.Load(options);
        Assert.Equal(2, data.Count);
        BadRecord bad = Assert.Single(data.Bad);
        Assert.Equal(open.Length > 0 ? 3 : 2, bad.Origin.Line);
        Assert.Contains("UTF-8", bad.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_line_does_not_hide_the_next_one()
    {
        IReadOnlyList<BadRecord> bad = BadOf($"{Good}\n{{\"prompt\":\n{Good}\nnot json\n\0\n{Good},\n");
        Assert.Equal([2, 4, 5, 6], bad.Select(record => record.Origin.Line));
        Assert.All(bad, record => Assert.StartsWith("not valid JSON (byte ", record.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[\n" + Good + ",\n{\"prompt\": }\n]", 3)]
    [InlineData("[\n" + Good + ",\n]", 3)]
    [InlineData("[\n" + Good + "\n" + Good + "]", 3)]
    [InlineData("[\n" + Good + "\n", 3)]
    [InlineData("[\n" + Good + ",\n{\"prompt\":\"", 3)]
    [InlineData("[\n" + Good + "\n]\n" + Good, 4)]
    [InlineData("[\n" + Good + "\n]\n]", 4)]
    [InlineData("[", 1)]
    public void An_error_of_syntax_in_an_array_ends_it_even_when_bad_records_are_skipped(string content, int line)
    {
        string path = _folder.Write("a.json", content);
        DataSetOptions options = new() { Names = [path], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip };
        BadRecord bad = Assert.Single(Assert.Throws<BadRecordsException>(() => DataSet.Load(options)).BadRecords);
        Assert.Equal(line, bad.Origin.Line);
        Assert.EndsWith("the rest of the file cannot be read", bad.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_over_several_lines_is_explained() =>
        Assert.Contains(
            "either one object per line or one array", Assert.Single(BadOf("{\n\"prompt\":\"u\",\n\"response\":\"a\"\n}")).Reason,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("[]")]
    [InlineData(" [ ] ")]
    public void A_file_without_records_is_refused(string content) =>
        Assert.Contains(
            "no record to train on (0 read", Assert.Throws<InputException>(() => _folder.Load(content, Stage.Sft)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void What_can_not_be_opened_is_named()
    {
        static string Message(string path) =>
            Assert.Throws<InputException>(() => DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft })).Message;
        Assert.Contains("there is no such file", Message(Path.Combine(_folder.Root, "none.jsonl")), StringComparison.Ordinal);
        Assert.Contains("there is no such file", Message(Path.Combine(_folder.Root, "none", "none.jsonl")), StringComparison.Ordinal);
        Assert.Contains("is a folder", Message(_folder.Root), StringComparison.Ordinal);
        Assert.Contains("cannot be opened", Message("/tmp/a\0b"), StringComparison.Ordinal);
        Assert.Contains(".arrow files are not read", Message(_folder.Write("x.arrow", "PAR1")), StringComparison.Ordinal);
    }

    [Fact]
    public void Records_far_longer_than_the_window_are_read_whole()
    {
        string text = string.Concat(Enumerable.Repeat("0123456789abcdefghijklmnopqrstuvwxyz-\u00e9\U0001F600", 20_000));
        string record = $$"""{"prompt":"{{text}}","response":"a"}""";
        foreach (string content in new[] { $"{Good}\n{record}\n{Good}\n", $"[{Good},\n{record},\n{Good}]" })
        {
            DataSet data = _folder.Load(content, Stage.Sft);
            Assert.Equal([1, 2, 3], Lines(data));
            Assert.Equal(text, ((SftRecord)data[1]).Conversation[0].Content);
        }
    }

    [Fact]
    public void A_line_of_50_megabytes_is_read_without_taking_more_than_it_needs()
    {
        const int Size = 50_000_000;
        string path = _folder.Write("long.jsonl", Content());
        long before = GC.GetAllocatedBytesForCurrentThread();
        DataSet data = DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft });
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Size - 28, ((SftRecord)data[0]).Conversation[1].Content.Length);
        // The text itself is 100 MB (two bytes per character), the line 50 MB, the windows that it outgrew 2 * 32 MB.
        Assert.InRange(allocated, 2L * Size, 4.5 * Size);

        static byte[] Content()
        {
            byte[] content = new byte[Size];
            Array.Fill(content, (byte)'x');
            "{\"prompt\":\"u\",\"response\":\""u8.CopyTo(content);
            "\"}"u8.CopyTo(content.AsSpan(Size - 2));
            return content;
        }
    }

    [Fact]
    public void Hostile_lists_are_refused_before_they_are_held()
    {
        const int Count = 2_000_000;
        string zeros = string.Join(',', Enumerable.Repeat('0', Count));
        foreach (string json in new[]
                 {
                     $$"""{"conversations":[{{zeros}}]}""",
                     $$"""{"prompt_ids":["{{new string(',', Count)}}"],"response_ids":[1]}""",
                     $$"""{"prompt":"u","response":"a","x":[{{zeros}}],"prompt":1}""",
                 })
        {
            string path = _folder.Write("hostile.jsonl", json);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<BadRecordsException>(() => DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft }));
            // Window growth alone: 256 KiB doubling up to the file's size.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3L * json.Length);
        }
    }

    [Fact]
    public void Hopeless_files_are_given_up_after_so_many_bad_records()
    {
        string content = string.Concat(Enumerable.Repeat("{x\n", BadRecordList.MaxRecords + 5));
        DataSetOptions options = new() { Names = [_folder.Write("bad.jsonl", content)], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip };
        BadRecordsException e = Assert.Throws<BadRecordsException>(() => DataSet.Load(options));
        Assert.Equal(BadRecordList.MaxRecords, e.BadRecords.Count);
        Assert.Contains("more than 100000 records are bad", e.Message, StringComparison.Ordinal);
    }
}
