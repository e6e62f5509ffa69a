using System.Text.Json;
using TraceFast.Inference.Decoding;
using TraceFast.Tokenization;

namespace TraceFast.Inference.Tests.Decoding;

public class TextTests
{
    /// <summary>Token by token gives the text that all tokens at once give, for texts in many scripts.</summary>
    [Theory]
    [MemberData(nameof(TokenizerNames))]
    public void Tokens_one_at_a_time_give_the_whole_text(string name)
    {
        string folder = Oracles.Require("tokenizers", name);
        if (!File.Exists(Path.Combine(folder, "tokenizer.json")))
            Assert.Skip($"no tokenizer.json in {folder}");
        Tokenizer tokenizer = Tokenizer.Load(folder);
        string cases = Oracles.Require("oracles", "hf", "tokenizers", name + ".jsonl");
        int multibyte = 0;
        foreach (string line in File.ReadLines(cases))
        {
            int[] ids = [.. JsonDocument.Parse(line).RootElement.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32())];
            string whole = tokenizer.Decode(ids, skipSpecial: true);
            IncrementalText text = new(s => tokenizer.Decode(s, skipSpecial: true));
            string streamed = string.Concat(ids.Select(text.Append));
            Assert.Equal(streamed, text.Text.ToString());
            // What ends in the middle of a character is held back.
            Assert.StartsWith(streamed, whole, StringComparison.Ordinal);
            Assert.Equal("", whole[streamed.Length..].Trim('\uFFFD'));
            multibyte += whole.Any(c => c > 0x7ff) ? 1 : 0;
        }
        Assert.True(multibyte > 20);
    }

    public static TheoryData<string> TokenizerNames()
    {
        string folder = Path.Combine(Oracles.Root, "tokenizers");
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)).Order()] : new TheoryData<string>("absent");
    }

    [Theory]
    [InlineData("one two END three", new[] { "END" }, "one two ")]
    [InlineData("one two END three", new[] { "D thr", "ND" }, "one two E")]
    [InlineData("one two END three", new[] { "absent" }, null)]
    [InlineData("END", new[] { "END" }, "")]
    [InlineData("a日本b", new[] { "本" }, "a日")]
    public void Stop_strings_are_found_across_tokens(string text, string[] stops, string? expected)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        foreach (int size in new[] { 1, 2, 3, 5 })
        {
            byte[][] pieces = [.. bytes.Chunk(size)];
            string Decode(ReadOnlySpan<int> ids) => System.Text.Encoding.UTF8.GetString([.. ids.ToArray().SelectMany(i => pieces[i])]);
            StopStrings finder = new(stops, Decode);
            string? found = null;
            int[] ids = [.. Enumerable.Range(0, pieces.Length)];
            for (int i = 0; i < pieces.Length && found is null; i++)
                found = finder.Append(i, ids.AsSpan(0, i + 1));
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void Invalid_bytes_are_not_held_back_for_ever()
    {
        IncrementalText text = new(ids => new string('\uFFFD', ids.Length));
        for (int i = 0; i < 200; i++)
            text.Append(i);
        Assert.InRange(text.Text.Length, 180, 200);
    }
}
