using System.Globalization;
using System.Text.Json;
using TraceFast.Data;
using TraceFast.Data.Progress;
using TraceFast.Data.Sampling;
using TraceFast.Tokenization;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Encoding;
using TraceFast.Training.Reference;
using TraceFast.Training.TokenCache;

namespace TraceFast.Training.Tests.TokenCache;

/// <summary>Data sets kept as tokens in files are those that stay in memory, whatever happens to the files and processes.</summary>
public sealed class TokenizedDataSetTests : IDisposable
{
    private static readonly TokenLimits s_small = new(LeastStored: 0, PartBytes: 4000, PartRecords: 12, SliceBytes: 900);
    private static readonly EncodingOptions s_plain = new(100, OverflowRule.Drop);

    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-tokens-").FullName;
    private readonly StringWriter _log = new();

    private string Tokens => Path.Combine(_folder, "tokens");

    private string[] Parts => [.. Directory.GetFiles(Tokens, "*.part", SearchOption.AllDirectories).Order()];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("quads.jsonl")]
    [InlineData("quads.json")]
    [InlineData("quads.parquet")]
    public void Tokens_from_files_are_those_in_memory(string name)
    {
        string file = Write(name, Quads(100));
        string[] inMemory = Content(Load([file], stored: false)), made = Content(Load([file])), found = Content(Load([file]));
        Assert.Equal(98, inMemory.Count(line => line.StartsWith("record", StringComparison.Ordinal)));
        Assert.Contains(inMemory, line => line.EndsWith("limit 100", StringComparison.Ordinal));
        Assert.Equal(inMemory, made);
        Assert.Equal(inMemory, found);
        Assert.True(Parts.Length > 8);
        Assert.Contains("its tokens are kept for later runs", _log.ToString(), StringComparison.Ordinal);
        Assert.Contains("its tokens are found on disk", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_keep_their_marks_notes_and_special_tokens()
    {
        string model = Oracles.Require("tokenizers", "qwen2_5");
        ChatFormat chat = ChatFormat.ForTemplate("qwen", Tokenizer.Load(model), model);
        string file = Write(
            "chats.jsonl", Enumerable.Range(0, 40).Select(object (i) => new
            {
                messages = new object[]
                {
                    new { role = "user", content = $"{i} <|im_end|>" }, new { role = "assistant", content = "never", weight = i % 2 },
                    new { role = "user", content = "and?" },
                    new { role = "assistant", content = string.Concat(Enumerable.Repeat("long ", i)) + "." },
                },
            }));
        RecordEncoding encoding = new(chat, null, new EncodingOptions(40, OverflowRule.TruncateBalanced));
        string[] inMemory = Content(Load([file], stored: false, encoding: encoding, stage: Stage.Sft), chat);
        Load([file], encoding: encoding, stage: Stage.Sft);
        string[] found = Content(Load([file], encoding: encoding, stage: Stage.Sft), chat);
        Assert.Equal(inMemory, found);
        Assert.Contains(found, line => line.Contains("<|im_end|>", StringComparison.Ordinal));
        Assert.Contains(found, line => line.Contains(" cut to 40 ", StringComparison.Ordinal));
        Assert.Contains(found, line => line.Contains("True", StringComparison.Ordinal));
    }

    /// <summary>Its writer holds its lock for an instant after the file has its name.</summary>
    [Fact]
    public async Task A_part_that_its_writer_still_holds_is_waited_for()
    {
        string path = Path.Combine(_folder, "held");
        File.WriteAllText(path, "tokens");
        FileStream writer = new(path, FileMode.Open, FileAccess.Write, FileShare.None);
        using OpenFiles files = new();
        Task<byte[]> read = Task.Run(() =>
        {
            byte[] bytes = new byte[6];
            new PartBytes(path, files).Read(0, bytes);
            return bytes;
        });
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(read.IsCompleted);
        await writer.DisposeAsync();
        Assert.Equal("tokens"u8.ToArray(), await read);
    }

    /// <summary>Own failures and marks of quads, some with and some without.</summary>
    [Fact]
    public void Failing_answers_of_quads_are_kept_with_their_marks()
    {
        string model = Oracles.Require("tokenizers", "qwen2_5");
        ChatFormat chat = ChatFormat.ForTemplate("qwen", Tokenizer.Load(model), model);
        string file = Write(
            "quads.jsonl", Enumerable.Range(0, 40).Select(i =>
            {
                Dictionary<string, object> quad = new()
                {
                    ["x1"] = $"one {i}", ["y1"] = "yes", ["x2"] = $"two {i}", ["y2"] = "no",
                };
                if (i % 3 == 0)
                    quad["failed1"] = string.Concat(Enumerable.Repeat("long ", i));
                if (i % 4 == 0)
                    quad["failed2"] = "never";
                if (i % 5 == 0)
                    quad["broken2"] = new[] { 1 };
                return (object)quad;
            }));
        RecordEncoding encoding = new(chat, null, new EncodingOptions(40, OverflowRule.TruncateBalanced));
        string[] inMemory = Content(Load([file], stored: false, encoding: encoding), chat);
        Load([file], encoding: encoding);
        string[] found = Content(Load([file], encoding: encoding), chat);
        Assert.Equal(inMemory, found);
        Assert.Equal(8, found.Count(line => line.EndsWith("True False", StringComparison.Ordinal)));
        Assert.Contains(found, line => line.Contains(", failed1 ", StringComparison.Ordinal) && line.Contains(" cut to 40 "));
    }

    [Fact]
    public void Drawn_mixed_and_split_data_sets_have_the_same_order()
    {
        Write("a.jsonl", Quads(30));
        Write("b.jsonl", Quads(17, seed: 5));
        File.WriteAllText(
            Path.Combine(_folder, "dataset_info.json"),
            """{"a": {"file_name": "a.jsonl", "num_samples": 45}, "b": {"file_name": "b.jsonl"}}""");
        (TokenizedDataSet kept, TokenizedDataSet held) = (Load(["a", "b"], mix: true), Load(["a", "b"], stored: false, mix: true));
        (int[] train, int[] test) = TrainTestSplit.Split(kept.Count, 0.2, 3);
        Assert.Equal(held.Count, kept.Count);
        foreach (int[] part in new[] { train, test })
            Assert.Equal(Content(held, numbers: part), Content(kept, numbers: part));

        // The order of all is that of the reader that holds records.
        DataSet read = DataSet.Load(Options(["a", "b"], Stage.Iopo, mix: true));
        (EncodedRecords records, EncodingReport report, _) = kept.Select(null);
        Assert.Equal(read.Count, report.Records + report.Dropped);
        SourceLocation[] origins = [.. Enumerable.Range(0, records.Count).Select(records.OriginOf)];
        Assert.Equal(
            read.Where(r => new RecordEncoder(null, s_plain).Encode(r).Record is not null).Select(r => r.Origin), origins);
    }

    [Fact]
    public void Changed_content_is_noticed_whatever_the_time_and_name_say_and_a_moved_file_is_known()
    {
        string file = Write("q.jsonl", Quads(30));
        DateTime time = File.GetLastWriteTimeUtc(file);
        string[] before = Content(Load([file]));
        File.WriteAllText(file, File.ReadAllText(file).Replace("[7,", "[8,", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(file, time);
        string[] changed = Content(Load([file]));
        Assert.NotEqual(before, changed);
        Assert.Equal(Content(Load([file], stored: false)), changed);
        Assert.DoesNotContain("found on disk", _log.ToString(), StringComparison.Ordinal);

        string moved = Path.Combine(_folder, "moved.jsonl");
        File.Move(file, moved);
        Assert.Equal(changed.Select(line => line.Replace("q.jsonl", "moved.jsonl", StringComparison.Ordinal)), Content(Load([moved])));
        Assert.Contains("found on disk", _log.ToString(), StringComparison.Ordinal);
        int kept = Parts.Length;
        Load([moved], encoding: new RecordEncoding(null, null, s_plain with { CutoffLen = 99 }));
        Assert.True(Parts.Length > kept, "another cutoff_len has other tokens");
    }

    [Fact]
    public void What_an_ended_process_has_made_is_not_made_again()
    {
        string file = Write("q.jsonl", Quads(120));
        using CancellationTokenSource ended = new();
        int lines = 0;
        Assert.ThrowsAny<OperationCanceledException>(
            () => Load([file], cancellation: ended.Token, progress: () =>
            {
                if (++lines == 20)
                    ended.Cancel();
            }));
        string[] first = Parts;
        Assert.InRange(first.Length, 2, 9);
        DateTime[] times = [.. first.Select(File.GetLastWriteTimeUtc)];
        Assert.Equal(Content(Load([file], stored: false)), Content(Load([file])));
        Assert.Equal(times, first.Select(File.GetLastWriteTimeUtc));
        Assert.Empty(Directory.GetFiles(Tokens, "*.writing-*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(Tokens, "*.lock", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_an_error_and_leaves_no_wrong_tokens()
    {
        string file = Write("q.jsonl", Quads(120)), before = File.ReadAllText(file);
        int lines = 0;
        InputException e = Assert.Throws<InputException>(() => Load([file], progress: () =>
        {
            if (++lines == 20)
                File.WriteAllText(file, before.Replace("[7,", "[8,", StringComparison.Ordinal));
        }));
        Assert.Contains("changed while it was read", e.Message, StringComparison.Ordinal);
        File.WriteAllText(file, before);
        Assert.Equal(Content(Load([file], stored: false)), Content(Load([file])));
    }

    [Fact]
    public void Everything_that_tokens_depend_on_is_in_the_key()
    {
        string file = Write("q.jsonl", [.. Quads(30)]);
        File.WriteAllText(
            Path.Combine(_folder, "dataset_info.json"),
            """{"plain": {"file_name": "q.jsonl"}, "tagged": {"file_name": "q.jsonl", "ranking": true}}""");
        int known = 0;
        Adds(1, Options([file], Stage.Iopo));
        Adds(0, Options([file], Stage.Iopo));
        Adds(0, Options(["plain"], Stage.Iopo)); // says nothing of its layout
        Adds(1, Options([file], Stage.Dpo));
        Adds(1, Options([file], Stage.Iopo) with { MaxSamples = 20 });
        Adds(1, Options([file], Stage.Iopo) with { VocabularySize = 2000 });
        Adds(0, Options([file], Stage.Iopo, skip: true));
        Adds(0, Options([file], Stage.Iopo), s_plain with { Overflow = OverflowRule.Error });
        Adds(0, Options([file], Stage.Iopo), s_plain with { SkipBadRecords = true });
        Adds(1, Options([file], Stage.Iopo), s_plain with { CutoffLen = 99 });
        Adds(1, Options([file], Stage.Iopo), s_plain with { Overflow = OverflowRule.TruncateBalanced });
        Adds(1, Options([file], Stage.Iopo), s_plain with { VocabularySize = 1500 });
        Assert.ThrowsAny<InputException>(() => Adds(0, Options(["tagged"], Stage.Iopo)));

        void Adds(int folders, DataSetOptions options, EncodingOptions? encoding = null)
        {
            RecordEncoding how = new(null, null, encoding ?? s_plain);
            TokenizedDataSet.Load(options, how, new Lazy<string>(Tokens), new SilentRunLog(), default, s_small).Dispose();
            known += folders;
            Assert.Equal(known, Directory.GetDirectories(Tokens).Length);
        }
    }

    /// <summary>In stage sft a quad is two records, and num_samples counts the bad ones too.</summary>
    [Theory]
    [InlineData(Stage.Sft)]
    [InlineData(Stage.Iopo)]
    public void Drawing_counts_records_of_the_file(Stage stage)
    {
        string[] lines = [.. Quads(40).Select(q => JsonSerializer.Serialize(q))];
        (lines[5], lines[31]) = ("[]", "{}");
        File.WriteAllLines(Path.Combine(_folder, "q.jsonl"), lines);
        File.WriteAllText(Path.Combine(_folder, "dataset_info.json"), """{"d": {"file_name": "q.jsonl", "num_samples": 70}}""");
        DataSetOptions options = Options(["d"], stage, skip: true);
        EncodingOptions whole = new(1000);
        using TokenizedDataSet kept = TokenizedDataSet.Load(
            options, new RecordEncoding(null, null, whole), new Lazy<string>(Tokens), new SilentRunLog(), default, s_small);
        EncodedRecords records = kept.Select(null).Records;
        DataSet read = DataSet.Load(options);
        Assert.InRange(read.Count, 60, 140);
        Assert.Equal(read.Select(r => r.Origin), Enumerable.Range(0, records.Count).Select(records.OriginOf));
    }

    [Fact]
    public void A_file_that_cannot_be_read_to_its_end_is_refused_each_time_even_if_bad_records_are_skipped()
    {
        string file = Write("q.json", Quads(60));
        File.WriteAllText(file, File.ReadAllText(file)[..^30] + "}}");
        for (int i = 0; i < 2; i++)
            Assert.Contains(
                "A file cannot be read to its end", Assert.Throws<BadRecordsException>(() => Load([file], skip: true)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_readers_share_the_work_and_find_the_same()
    {
        string file = Write("q.jsonl", Quads(600));
        string[] expected = Content(Load([file], stored: false));
        Task<string[]>[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => Content(Load([file], silent: true))))];
        foreach (string[] found in await Task.WhenAll(readers))
            Assert.Equal(expected, found);
        Assert.Empty(Directory.GetFiles(Tokens, "*.lock", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_part_that_is_not_whole_is_made_again_and_a_damaged_record_is_an_error()
    {
        string file = Write("q.jsonl", Quads(60));
        string[] expected = Content(Load([file]));
        Damage(Parts[0], bytes => bytes[..^100]);
        Damage(Parts[1], bytes => [.. bytes[..^60], (byte)(bytes[^60] ^ 1), .. bytes[^59..]]);
        Damage(Parts[2], _ => []);
        File.Delete(Parts[3]);
        Assert.Equal(expected, Content(Load([file])));
        Assert.Equal(3, _log.ToString().Split("the file of tokens is damaged").Length - 1);

        Damage(Parts[0], bytes => [.. bytes[..40], (byte)(bytes[40] ^ 1), .. bytes[41..]]);
        TokenizedDataSet damaged = Load([file]);
        (EncodedRecords records, _, _) = damaged.Select(null);
        DamagedTokensException e = Assert.Throws<DamagedTokensException>(() => records[0]);
        Assert.StartsWith(Parts[0], e.Message, StringComparison.Ordinal);
        Assert.Contains("the checksum of a record does not match; remove it and start again", e.Message, StringComparison.Ordinal);
        File.Delete(Parts[1]);
        Assert.NotNull(records[12]); // still open
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bad_records_of_all_parts_are_named_or_skipped(bool stored)
    {
        string[] lines = [.. Quads(60).Select(q => JsonSerializer.Serialize(q))];
        (lines[3], lines[50]) = ("{", """{"x1_ids": [1]}""");
        string file = Path.Combine(_folder, "q.jsonl");
        File.WriteAllLines(file, lines);
        BadRecordsException e = Assert.Throws<BadRecordsException>(() => Load([file], stored));
        Assert.Equal([4, 51], e.BadRecords.Select(b => b.Origin.Line));
        TokenizedDataSet skipping = Load([file], stored, skip: true);
        Assert.Equal(58, skipping.Count);
        Assert.Equal(2, _log.ToString().Split("  skipped " + file).Length - 1);
        if (stored)
            Assert.Equal([4, 51], Assert.Throws<BadRecordsException>(() => Load([file])).BadRecords.Select(b => b.Origin.Line));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Records_that_cannot_be_encoded_stop_it(bool stored)
    {
        string file = Write("q.jsonl", [.. Quads(40), new { x1_ids = s_one, y1_ids = s_large, x2_ids = s_one, y2_ids = s_one }]);
        RecordEncoding bounded = new(null, null, s_plain with { VocabularySize = 1000 });
        InputException e = Assert.Throws<InputException>(() => Load([file], stored, encoding: bounded));
        Assert.StartsWith($"{file}:41: y1 holds token id 5000", e.Message, StringComparison.Ordinal);
        RecordEncoding skipping = bounded with { Options = bounded.Options with { SkipBadRecords = true } };
        (_, EncodingReport report, IEnumerable<string> reasons) = Load([file], stored, skip: true, encoding: skipping).Select(null);
        Assert.Equal(1, report.Bad);
        Assert.Contains(reasons, r => r.StartsWith($"{file}:41: y1 holds", StringComparison.Ordinal));

        string texts = Write("t.jsonl", [new { prompt = "a", response = "b" }]);
        RecordEncoding without = new(null, new InputException("no template"), s_plain);
        Assert.Equal(
            "no template", Assert.Throws<InputException>(() => Load([texts], stored, encoding: without, stage: Stage.Sft)).Message);
        RecordEncoding strict = new(null, null, new EncodingOptions(30));
        Assert.Contains(
            "are longer than cutoff_len 30",
            Assert.Throws<InputException>(() => Load([file], stored, encoding: strict).Select(null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_parts_than_may_be_open_are_read_in_any_order()
    {
        string file = Write("q.jsonl", Quads(300));
        TokenLimits one = s_small with { PartRecords = 1 };
        string[] expected = Content(Load([file], stored: false));
        TokenizedDataSet many = Load([file], limits: one);
        (EncodedRecords records, _, _) = many.Select(null);
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            int at = random.Next(records.Count);
            Assert.Equal(expected[at], Line(records, at));
        }
        int open = Directory.GetFileSystemEntries("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget)
            .Count(t => t?.StartsWith(Tokens, StringComparison.Ordinal) == true);
        Assert.InRange(open, 1, 64);
        many.Dispose();
    }

    [Fact]
    public void The_hash_of_the_content_is_remembered_and_is_that_of_the_records()
    {
        string file = Write("q.jsonl", Quads(50));
        EncodedRecords held = Load([file], stored: false).Select(null).Records, kept = Load([file]).Select(null).Records;
        EncodedRecord[] all = [.. held];
        string hash = ContentHash.Of(all);
        Assert.Equal(hash, ContentHash.Of(held));
        Assert.Equal(hash, ContentHash.Of(kept));
        Assert.Equal(hash, Load([file]).Select(null).Records.ContentHash(_ => throw new InvalidOperationException("not remembered")));
        (EncodedRecords half, _, _) = Load([file]).Select([.. Enumerable.Range(0, 25)]);
        Assert.NotEqual(hash, ContentHash.Of(half));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_says_what_to_do()
    {
        string file = Write("q.jsonl", Quads(30));
        File.WriteAllText(Tokens, "");
        TokenCacheException e = Assert.Throws<TokenCacheException>(() => Load([file]));
        Assert.Contains("tokens cannot be stored", e.Message, StringComparison.Ordinal);
        Assert.Contains("tokenized_path (none keeps them in memory)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_records_is_an_error_each_time()
    {
        string file = Write("q.jsonl", []);
        for (int i = 0; i < 2; i++)
            Assert.Contains(
                "no record to train on (0 read, 0 of them bad)", Assert.Throws<InputException>(() => Load([file])).Message,
                StringComparison.Ordinal);
    }

    private static readonly int[] s_one = [1], s_large = [5000];

    private static void Damage(string file, Func<byte[], byte[]> change) => File.WriteAllBytes(file, change(File.ReadAllBytes(file)));

    /// <summary>Quads of ids; the 10th and the 77th are too long.</summary>
    private static IEnumerable<object> Quads(int count, int seed = 1)
    {
        Random random = new(seed);
        int[] Ids(int most) => [7, .. Enumerable.Range(0, random.Next(most)).Select(_ => random.Next(1000))];
        for (int i = 0; i < count; i++)
            yield return new { x1_ids = Ids(20), y1_ids = i is 9 or 76 ? new int[120] : Ids(20), x2_ids = Ids(20), y2_ids = Ids(20) };
    }

    private string Write(string name, IEnumerable<object> records)
    {
        string path = Path.Combine(_folder, name);
        string[] lines = [.. records.Select(r => JsonSerializer.Serialize(r))];
        if (name.EndsWith(".json", StringComparison.Ordinal))
            File.WriteAllText(path, $"[{string.Join(",\n", lines)}]");
        else
            RecordFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")))));
        return path;
    }

    private DataSetOptions Options(IReadOnlyList<string> names, Stage stage, bool mix = false, bool skip = false) => new()
    {
        Names = names,
        Stage = stage,
        Directory = _folder,
        OnBadRecord = skip ? OnBadRecord.Skip : OnBadRecord.Error,
        MixStrategy = mix ? MixStrategy.InterleaveOver : MixStrategy.Concat,
        InterleaveProbabilities = mix ? [0.4, 0.6] : null,
    };

    private TokenizedDataSet Load(
        IReadOnlyList<string> names, bool stored = true, Stage stage = Stage.Iopo, RecordEncoding? encoding = null, bool mix = false,
        bool skip = false, bool silent = false, TokenLimits? limits = null, Action? progress = null,
        CancellationToken cancellation = default)
    {
        IRunLog log = silent ? new SilentRunLog() : new PlainRunLog(progress is null ? _log : new Told(progress), TimeSpan.Zero);
        return TokenizedDataSet.Load(
            Options(names, stage, mix, skip), encoding ?? new RecordEncoding(null, null, s_plain),
            stored ? new Lazy<string>(Tokens) : null, log, cancellation, limits ?? s_small);
    }

    /// <summary>Everything that a run sees of a data set.</summary>
    private static string[] Content(TokenizedDataSet set, ChatFormat? chat = null, int[]? numbers = null)
    {
        (EncodedRecords records, EncodingReport report, IEnumerable<string> reasons) = set.Select(numbers);
        return [.. Enumerable.Range(0, records.Count).Select(i => Line(records, i)),
            .. report.Describe("split", reasons, chat, splitSpecialTokens: false)];
    }

    private static string Line(EncodedRecords records, int i)
    {
        EncodedRecord record = records[i];
        string parts = record switch
        {
            EncodedQuad q => string.Join(" | ", new[] { q.X1, q.Y1, q.X2, q.Y2, q.F1, q.F2 }.Select(t => string.Join(' ', t)))
                + $" {q.Y1Verified} {q.Y2Verified}",
            EncodedSft s => string.Join(" | ", s.Parts.Select(p => $"{p.Trained} {string.Join(' ', p.Tokens)}")),
            _ => throw new InvalidOperationException(),
        };
        return string.Create(CultureInfo.InvariantCulture, $"record {record.Index} {records.OriginOf(i)} {parts}");
    }

    /// <summary>Calls back for every line.</summary>
    private sealed class Told(Action line) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value) => line();
    }
}
