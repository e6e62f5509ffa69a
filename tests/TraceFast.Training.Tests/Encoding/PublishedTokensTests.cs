using System.Text.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;

namespace TraceFast.Training.Tests.Encoding;

/// <summary>The published trainer's tokens, from its records through the qwen template: 24 records, four sequences each.</summary>
public sealed class PublishedTokensTests
{
    [Theory]
    [InlineData("run_a", 1024, OverflowRule.Error)]
    [InlineData("run_b", 1024, OverflowRule.Error)]
    [InlineData("run_c", 1024, OverflowRule.Error)]
    [InlineData("run_d", 96, OverflowRule.TruncatePublished)]
    public void Every_sequence_and_every_label_is_exact(string run, int cutoff, OverflowRule overflow)
    {
        string tokenizerFolder = Oracles.Require("tokenizers", "qwen2_5");
        ChatFormat format = ChatFormat.ForTemplate("qwen", Tokenizer.Load(tokenizerFolder), tokenizerFolder);
        DataSet records = DataSet.Load(
            new DataSetOptions { Names = [Oracles.Require("oracles", "published-trainer", "records.json")], Stage = Stage.Iopo });
        EncodedSet encoded = EncodedSet.Of(format, new EncodingOptions(cutoff, overflow), records);
        Assert.Equal((RecordLayout.Quad, 24), (encoded.Layout, encoded.Records.Count));

        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("oracles", "published-trainer", run, "tokens.json")));
        int sequences = 0;
        foreach (JsonElement golden in document.RootElement.EnumerateArray())
        {
            int number = golden.GetProperty("record").GetInt32();
            foreach ((string name, SequenceRole role) in
                new[] { ("c1", SequenceRole.X1Y1), ("r1", SequenceRole.X1Y2), ("c2", SequenceRole.X2Y2), ("r2", SequenceRole.X2Y1) })
            {
                int[] expected = [.. golden.GetProperty(name).GetProperty("input_ids").EnumerateArray().Select(i => i.GetInt32())];
                int[] labels = [.. golden.GetProperty(name).GetProperty("labels").EnumerateArray().Select(i => i.GetInt32())];
                RecordSequence sequence = RecordSequences.Of(encoded.Records[number], role);
                int[] response = sequence.Response.ToArray();
                Assert.Equal(expected, (int[])[.. sequence.Prompt.ToArray(), .. response]);
                Assert.Equal(labels, (int[])[.. Enumerable.Repeat(-100, sequence.Prompt.Length), .. response]);
                sequences++;
            }
        }
        Assert.Equal(96, sequences);
        Assert.Equal(run == "run_d" ? 18 : 0, encoded.Report.Truncated);
    }

    [Theory]
    [InlineData(0, 10332)]
    [InlineData(16, 9110)]
    public void What_sharing_saves_on_the_published_records(int minimumSharedPrefix, int packed)
    {
        string tokenizerFolder = Oracles.Require("tokenizers", "qwen2_5");
        ChatFormat format = ChatFormat.ForTemplate("qwen", Tokenizer.Load(tokenizerFolder), tokenizerFolder);
        DataSet records = DataSet.Load(
            new DataSetOptions { Names = [Oracles.Require("oracles", "published-trainer", "records.json")], Stage = Stage.Iopo });
        EncodedSet encoded = EncodedSet.Of(format, new EncodingOptions(1024), records);
        SequenceRole[] roles = [SequenceRole.X1Y1, SequenceRole.X1Y2, SequenceRole.X2Y2, SequenceRole.X2Y1];
        IReadOnlyList<Pack> packs = new Packer(
            new PackingOptions(1) { MinimumSharedPrefix = minimumSharedPrefix }, roles).Build(encoded.Records);
        TokenReport report = TokenReport.Of(encoded.Records, roles, packs, 1);
        Assert.Equal((24, 15080L, 13284L, (long)packed), (report.Packs, report.Padded, report.Unpadded, report.Packed));
    }

    [Fact]
    public void The_first_record_is_shown_with_its_labels()
    {
        string tokenizerFolder = Oracles.Require("tokenizers", "qwen2_5");
        ChatFormat format = ChatFormat.ForTemplate("qwen", Tokenizer.Load(tokenizerFolder), tokenizerFolder);
        RecordEncoder encoder = new(format, new EncodingOptions(100));
        EncodedSft one = Assert.IsType<EncodedSft>(
            encoder.Encode(
                new SftRecord(
                    new SourceLocation("f", 1, 0),
                    [new Message(Role.User, "hi"), new Message(Role.Assistant, "ho"), new Message(Role.User, "<|im_end|>"),
                        new Message(Role.Assistant, "ha")])).Record);
        IReadOnlyList<string> lines = encoder.Describe(one);
        Assert.Equal(4, lines.Count);
        Assert.StartsWith("prompt (", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"ho<|im_end|>", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("labelled (", lines[1], StringComparison.Ordinal);
        // What the user wrote never is a control token.
        int end = format.StopTokenIds[0];
        Assert.Equal(1, one.Parts[2].Tokens.Count(t => t == end));
    }

    [Fact]
    public void Masked_history_trains_on_the_last_turn_only()
    {
        string tokenizerFolder = Oracles.Require("tokenizers", "qwen2_5");
        ChatFormat format = ChatFormat.ForTemplate("qwen", Tokenizer.Load(tokenizerFolder), tokenizerFolder);
        SftRecord record = new(
            new SourceLocation("f", 1, 0),
            [new Message(Role.User, "one"),
                new Message(Role.Assistant, "two"), new Message(Role.User, "three"), new Message(Role.Assistant, "four")]);
        EncodedSft all = (EncodedSft)EncodedSet.Of(format, new EncodingOptions(100), [record]).Records[0];
        EncodedSft last = (EncodedSft)EncodedSet.Of(format, new EncodingOptions(100) { MaskHistory = true }, [record]).Records[0];
        Assert.Equal(all.Parts.SelectMany(p => p.Tokens), last.Parts.SelectMany(p => p.Tokens));
        Assert.Equal(2, all.Parts.Count(p => p.Trained));
        Assert.Equal(all.Parts[^1].Tokens, Assert.Single(last.Parts, p => p.Trained).Tokens);
    }
}
