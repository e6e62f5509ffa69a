using System.Buffers.Binary;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;
using ParquetSharp.Arrow;
using TraceFast.Data.Parquet;
using Encoding = System.Text.Encoding;

namespace TraceFast.Data.Tests.Parquet;

/// <summary>Columns of all types, places in messages, and files that are damaged, hostile or no Parquet.</summary>
public sealed class ParquetReadingTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(string name, params (Field Field, IArrowArray Column)[] columns)
    {
        string path = Path.Combine(_folder.Root, name);
        Schema schema = new([.. columns.Select(c => c.Field)], null);
        using RecordBatch batch = new(schema, columns.Select(c => c.Column), columns[0].Column.Length);
        using FileWriter writer = new(path, schema);
        writer.WriteRecordBatch(batch, 2);
        writer.Close();
        return path;
    }

    private static (Field, IArrowArray) Column(string name, IArrowArray column) => (new Field(name, column.Data.DataType, true), column);

    private static string[] Rows(string path) => [.. JsonLines.Read(path).Select(l => l.Record.GetRawText())];

    private static string[] Texts(params string[] texts) => texts;

    [Fact]
    public void Columns_of_all_types_are_json()
    {
        StringArray words = new StringArray.Builder().AppendRange(Texts("no", "yes")).Build();
        TimestampType seconds = new(Apache.Arrow.Types.TimeUnit.Second, "UTC");
        string path = Write(
            "types.parquet",
            Column("text", words),
            Column("bytes", new BinaryArray.Builder().Append("é"u8).AppendNull().Build()),
            Column("i8", new Int8Array.Builder().AppendRange([-1, 2]).Build()),
            Column("u16", new UInt16Array.Builder().AppendRange([65535, 2]).Build()),
            Column("i32", new Int32Array.Builder().AppendRange([int.MinValue, 2]).Build()),
            Column("u64", new UInt64Array.Builder().AppendRange([ulong.MaxValue, 2]).Build()),
            Column("f32", new FloatArray.Builder().AppendRange([0.1f, 2]).Build()),
            Column("f64", new DoubleArray.Builder().AppendRange([0.1, 2]).Build()),
            Column("flag", new BooleanArray.Builder().AppendRange([true, false]).Build()),
            Column("day", new Date32Array.Builder().Append(new DateTime(2026, 1, 2)).AppendNull().Build()),
            Column("time", new TimestampArray.Builder(seconds).Append(DateTimeOffset.UnixEpoch).AppendNull().Build()));
        Assert.Equal(
            [
                """{"text":"no","bytes":"é","i8":-1,"u16":65535,"i32":-2147483648,"u64":18446744073709551615,"f32":0.1,"f64":0.1,"flag":"""
                    + """true,"day":"2026-01-02","time":"1970-01-01T00:00:00.0000000+00:00"}""",
                """{"text":"yes","i8":2,"u16":2,"i32":2,"u64":2,"f32":2,"f64":2,"flag":false}""",
            ],
            Rows(path));
    }

    [Fact]
    public void A_dictionary_is_read_as_its_values()
    {
        DictionaryArray coded = new(
            new DictionaryType(Int8Type.Default, StringType.Default, false),
            new Int8Array.Builder().Append(1).AppendNull().Append(0).Build(),
            new StringArray.Builder().AppendRange(Texts("no", "yes")).Build());
        Field field = new("coded", coded.Data.DataType, true);
        ArrowJson.Require(field, "x.parquet");
        string[] rows = [.. Enumerable.Range(0, 3).Select(row =>
        {
            using MemoryStream stream = new();
            using (Utf8JsonWriter json = new(stream))
                ArrowJson.WriteFields(json, [field], [coded], row);
            return Encoding.UTF8.GetString(stream.ToArray());
        })];
        Assert.Equal(["""{"coded":"yes"}""", "{}", """{"coded":"no"}"""], rows);
    }

    [Fact]
    public void A_column_without_a_json_value_is_named()
    {
        Decimal128Type type = new(10, 2);
        string path = Write(
            "decimal.parquet", Column("prompt", new StringArray.Builder().Append("u").Build()),
            Column("price", new Decimal128Array.Builder(type).Append(1.25m).Build()));
        InputException e = Assert.Throws<InputException>(() => Rows(path));
        Assert.StartsWith($"{path}: column 'price' is of type decimal128", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_without_a_place_in_json_is_an_error_of_its_record()
    {
        double[] scores = [1, 2, 3, double.NaN, 5];
        string path = Write(
            "nan.parquet",
            Column("prompt", new StringArray.Builder().AppendRange(Enumerable.Repeat("u", 5)).Build()),
            Column("response", new BinaryArray.Builder().AppendRange(new byte[][] { [65], [0xFF], [65], [65], [65] }).Build()),
            Column("score", new DoubleArray.Builder().AppendRange(scores).Build()));
        BadRecordsException e = Assert.Throws<BadRecordsException>(
            () => DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft }));
        Assert.Equal(
            [$"{path}: record 2: column 'response' holds bytes that are not UTF-8 text",
                $"{path}: record 4: column 'score' is NaN, which JSON has no number for"],
            e.BadRecords.Select(b => b.ToString()));
        Assert.Equal(3, DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip }).Count);
    }

    [Fact]
    public void A_folder_of_files_is_one_data_set()
    {
        foreach (string name in Texts("part-1.parquet", "part-0.PARQUET"))
            Write(name,
                Column("prompt", new StringArray.Builder().AppendRange(Texts(name + " a", name + " b")).Build()),
                Column("response", new StringArray.Builder().AppendRange(Texts("a", "b")).Build()));
        string info = _folder.Root + ".info";
        Directory.CreateDirectory(info);
        try
        {
            File.WriteAllText(
                Path.Combine(info, "dataset_info.json"),
                $$"""{"parts":{"file_name":"{{_folder.Root}}","columns":{"prompt":"prompt","response":"response"} } }""");
            DataSet data = DataSet.Load(new DataSetOptions { Names = ["parts"], Directory = info, Stage = Stage.Sft });
            Assert.Equal(
                ["part-0.PARQUET a", "part-0.PARQUET b", "part-1.parquet a", "part-1.parquet b"],
                data.Select(r => ((SftRecord)r).Conversation[0].Content));
            Assert.Equal($"{Path.Combine(_folder.Root, "part-1.parquet")}: record 2", data[3].Origin.ToString());
        }
        finally
        {
            Directory.Delete(info, recursive: true);
        }
    }

    [Fact]
    public void A_damaged_file_is_read_or_refused()
    {
        string path = Write(
            "whole.parquet",
            Column("prompt", new StringArray.Builder().AppendRange(Enumerable.Range(0, 40).Select(i => $"prompt {i % 7}")).Build()),
            Column("response", new StringArray.Builder().AppendRange(Enumerable.Range(0, 40).Select(i => $"response {i}")).Build()));
        byte[] whole = File.ReadAllBytes(path);
        Random random = new(11);
        int read = 0, refused = 0;
        for (int i = 0; i < 600; i++)
        {
            byte[] damaged = [.. whole];
            if (i % 4 == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            else
                for (int flip = random.Next(1, 4); flip > 0; flip--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Assert.NotEmpty(
                    DataSet.Load(new DataSetOptions { Names = [_folder.Write("damaged.parquet", damaged)], Stage = Stage.Sft }));
                read++;
            }
            catch (InputException e)
            {
                Assert.Contains("damaged.parquet", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.True(read > 30 && refused > 200, $"{read} read, {refused} refused");
    }

    [Fact]
    public void A_row_group_that_is_cut_off_ends_the_reading_and_is_never_skipped()
    {
        string path = Write(
            "cut.parquet", Column("prompt", new StringArray.Builder().AppendRange(Texts("a", "b", "c", "d")).Build()),
            Column("response", new StringArray.Builder().AppendRange(Texts("a", "b", "c", "d")).Build()));
        byte[] bytes = File.ReadAllBytes(path);
        int second = 4; // after the opening mark and the first row group
        using (ParquetFileReader file = new(path))
            second += (int)(file.RowGroup(0).MetaData.GetColumnChunkMetaData(0).TotalCompressedSize
                + file.RowGroup(0).MetaData.GetColumnChunkMetaData(1).TotalCompressedSize);
        bytes.AsSpan(second, 8).Fill(0xFF);
        BadRecordsException e = Assert.Throws<BadRecordsException>(() =>
            DataSet.Load(
                new DataSetOptions { Names = [_folder.Write("cut.parquet", bytes)], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip }));
        Assert.Contains("the rest of the file cannot be read", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAR1")]
    [InlineData("PAR1PAR1")]
    [InlineData("""{"prompt":"u","response":"a"}""")]
    public void What_is_no_parquet_file_is_refused(string content)
    {
        string path = _folder.Write("no.parquet", content);
        Assert.StartsWith(
            $"{path}: cannot be read as a Parquet file: ", Assert.Throws<InputException>(() => Rows(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        Assert.Contains(
            "there is no such file", Assert.Throws<InputException>(() => Rows(Path.Combine(_folder.Root, "none.parquet"))).Message,
            StringComparison.Ordinal);
        string path = Directory.CreateDirectory(Path.Combine(_folder.Root, "f.parquet")).FullName;
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => Rows(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_file_is_refused_by_name()
    {
        string path = Path.Combine(_folder.Root, "secret.parquet");
        Schema schema = new([new Field("prompt", StringType.Default, true)], null);
        using (FileEncryptionPropertiesBuilder encryption = new("0123456789abcdef"u8.ToArray()))
        using (FileEncryptionProperties key = encryption.Build())
        using (WriterPropertiesBuilder builder = new WriterPropertiesBuilder().Encryption(key))
        using (WriterProperties properties = builder.Build())
        using (FileWriter writer = new(path, schema, properties))
        using (RecordBatch batch = new(schema, [new StringArray.Builder().Append("u").Build()], 1))
        {
            writer.WriteRecordBatch(batch, 1);
            writer.Close();
        }
        Assert.StartsWith(
            $"{path}: the Parquet file is encrypted", Assert.Throws<InputException>(() => Rows(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(90_000)]
    [InlineData(2_000_000)]
    public void A_schema_of_any_depth_is_refused(int levels)
    {
        string path = _folder.Write("deep.parquet", DeepFile(levels));
        Assert.StartsWith($"{path}: ", Assert.Throws<InputException>(() => Rows(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_up_to_the_limit_is_read() => Assert.Empty(Rows(_folder.Write("nested.parquet", DeepFile(190))));

    /// <summary>A file without rows whose one column lies in so many groups, by Thrift's compact protocol.</summary>
    private static byte[] DeepFile(int levels)
    {
        using MemoryStream file = new();
        file.Write("PAR1"u8);
        file.Write([0x15, 0x02, 0x19, 0xFC]); // version 1; a list of so many structs
        for (int n = levels + 2; ; n >>= 7)
        {
            file.WriteByte((byte)(n > 127 ? n & 127 | 128 : n));
            if (n <= 127)
                break;
        }
        file.Write([0x48, 0x01, (byte)'r', 0x15, 0x02, 0x00]); // the root, with one child
        for (int i = 0; i < levels; i++)
            file.Write([0x35, 0x02, 0x18, 0x01, (byte)'g', 0x15, 0x02, 0x00]); // an optional group, with one child
        file.Write([0x15, 0x0C, 0x25, 0x02, 0x18, 0x01, (byte)'x', 0x00]); // an optional column of bytes
        file.Write([0x16, 0x00, 0x19, 0x0C, 0x00]); // no rows, no row groups
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)file.Length - 4);
        file.Write(length);
        file.Write("PAR1"u8);
        return file.ToArray();
    }
}
