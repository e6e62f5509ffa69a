using System.Text.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Tests.Encoding;

/// <summary>
/// Which parts of a conversation are labels where its messages are marked, and what is said of special tokens in its texts.
/// </summary>
public sealed class MarkedRecordTests : IDisposable
{
    private static readonly SourceLocation s_origin = new("data.jsonl", 3, 2);

    private static readonly Message[] s_turns =
    [
        new(Role.System, "s"), new(Role.User, "q"), new(Role.Assistant, "a") { Untrained = true }, new(Role.User, "r"),
        new(Role.Assistant, "b"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-marks-").FullName;
    private readonly ChatFormat _chat;

    public MarkedRecordTests()
    {
        // One token a byte of ASCII, and two special ones.
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = new[] { Special(128, "<|im_start|>"), Special(129, "<|im_end|>") },
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
            decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
            model = new { type = "BPE",
                vocab = Enumerable.Range(0, 128)
                    .ToDictionary(b => b is > 32 and < 127 ? $"{(char)b}" : $"{(char)(b == 127 ? 289 : 256 + b)}", b => b),
                    merges = Array.Empty<string>() },
        }));
        _chat = Format(new ChatSettings { SplitSpecialTokens = false });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_answer_that_is_marked_is_read_and_is_no_label()
    {
        EncodedSft record = Encode(new EncodingOptions(200), s_turns);
        Assert.Equal([false, false, false, true], record.Parts.Select(p => p.Trained));
        EncodedSft without = Encode(new EncodingOptions(200), [.. s_turns.Select(m => m with { Untrained = false })]);
        Assert.Equal([false, true, false, true], without.Parts.Select(p => p.Trained));
        Assert.Equal(without.Parts.SelectMany(p => p.Tokens), record.Parts.SelectMany(p => p.Tokens));
    }

    [Fact]
    public void Prompts_are_trained_but_for_those_that_are_marked()
    {
        EncodingOptions options = new(200) { TrainOnPrompt = true };
        Assert.Equal([true, false, true, true], Encode(options, s_turns).Parts.Select(p => p.Trained));
        Assert.Equal(
            [false, true, true, true],
            Encode(options, [s_turns[0], s_turns[1] with { Untrained = true }, new(Role.Assistant, "a"), .. s_turns[3..]]).Parts.Select(p =>
                p.Trained));
        Assert.Equal(
            [false, true, true, true],
            Encode(options, [s_turns[0] with { Untrained = true }, s_turns[1], new(Role.Assistant, "a"), .. s_turns[3..]]).Parts.Select(p =>
                p.Trained));
    }

    [Fact]
    public void With_mask_history_the_last_answer_has_to_be_trained()
    {
        EncodingOptions last = new(200) { MaskHistory = true };
        Assert.Equal([false, true], Encode(last, s_turns).Parts.Select(p => p.Trained));
        Message[] marked = [.. s_turns[..2], new(Role.Assistant, "a"), s_turns[3], s_turns[4] with { Untrained = true }];
        InputException e = Assert.Throws<InputException>(() => Encode(last, marked));
        Assert.StartsWith("data.jsonl:3: its last answer is marked as not to be trained", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Special_tokens_in_texts_are_counted_in_answers_and_prompts()
    {
        SftRecord[] records = [
            new(s_origin, [new(Role.User, "q"), new(Role.Assistant, "<|im_end|>x<|im_end|>")]),
            new(s_origin, [new(Role.User, "<|im_start|>"), new(Role.Assistant, "<|im_end|>")]), new(s_origin, s_turns)];
        EncodingReport report = EncodedSet.Of(_chat, new EncodingOptions(200), records).Report;
        Assert.Equal(
            "train: texts of records contain special tokens: <|im_start|> (128) 1 time in 1 record, <|im_end|> (129) 3 times in 2 records; "
                + "each becomes its one id (split_special_tokens: true treats them as plain text)",
            report.Describe("train", [], _chat, splitSpecialTokens: false).Last());
        EncodedSft one = Encode(new EncodingOptions(200), records[0].Conversation),
            cut = Encode(new EncodingOptions(200), records[0].Conversation, split: true);
        Assert.Equal([129, 'x', 129, 129, '\n'], one.Parts[1].Tokens);
        Assert.Equal("<|im_end|>x<|im_end|>".Length + 2, cut.Parts[1].Tokens.Length);
    }

    [Theory]
    [InlineData(OverflowRule.Drop)]
    [InlineData(OverflowRule.TruncateBalanced)]
    public void What_is_dropped_or_cut_names_the_length_that_keeps_it(OverflowRule rule)
    {
        Message[] turns = [.. s_turns.Select(m => m with { Untrained = false })];
        int whole = Encode(new EncodingOptions(200), turns).LongestSequence;
        Message[] other = [new(Role.User, "q"), new(Role.Assistant, "a")];
        int fits = Encode(new EncodingOptions(200), other).LongestSequence;
        EncodingReport report = EncodedSet.Of(
            _chat, new EncodingOptions(fits, rule), [new SftRecord(s_origin, turns), new SftRecord(s_origin, other)]).Report;
        Assert.Equal(whole, report.LongestWhole);
        Assert.Equal(
            0, EncodedSet.Of(_chat, new EncodingOptions(whole, rule), [new SftRecord(s_origin, turns)]).Report.LongestWhole);
    }

    [Fact]
    public void A_cut_that_leaves_nothing_names_the_length_that_is_needed()
    {
        PairRecord pair = new(s_origin, new Prompt.Ids([1, 2, 3]), new Response.Ids([4, 5]), new Response.Ids([6]));
        InputException e = Assert.Throws<InputException>(
            () => EncodedSet.Of(null, new EncodingOptions(1, OverflowRule.TruncateBalanced), [pair]));
        Assert.Contains("needs cutoff_len 5", e.Message, StringComparison.Ordinal);
    }

    private static object Special(int id, string content) =>
        new { id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true };

    private ChatFormat Format(ChatSettings settings) => ChatFormat.ForTemplate("chatml", Tokenizer.Load(_folder), _folder, settings);

    private EncodedSft Encode(EncodingOptions options, IReadOnlyList<Message> conversation, bool split = false) =>
        Assert.IsType<EncodedSft>(
            Assert.Single(
                EncodedSet.Of(split ? Format(new ChatSettings()) : _chat, options, [new SftRecord(s_origin, conversation)]).Records));
}
