using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>The commands against the reference tokenizers, every text, in one process call each.</summary>
public sealed class TokenizeTests
{
    [Theory]
    [InlineData("llama3")]
    [InlineData("qwen2_5")]
    [InlineData("smollm")]
    public void Ids_and_texts_are_those_of_the_reference(string name)
    {
        string tokenizer = Oracles.Require("tokenizers", name);
        JsonElement[] cases = [
            .. File.ReadLines(Oracles.Require("oracles", "hf", "tokenizers", name + ".jsonl"))
                .Select(l => JsonDocument.Parse(l).RootElement)];
        string texts = string.Concat(cases.Select(c => JsonSerializer.Serialize(new { text = c.GetProperty("text").GetString() }) + "\n"));
        foreach ((string[] options, string column) in
            new (string[], string)[] { ([], "ids"), (["--add-special"], "ids_add_special_tokens"),
                (["--plain-special"], "ids_special_text_as_plain") })
        {
            string[] lines = CommandHarness.Run(["tokenize", "--tokenizer", tokenizer, "--json", .. options], texts).Succeeds().Lines;
            for (int i = 0; i < cases.Length; i++)
            {
                JsonElement expected = cases[i].GetProperty(column);
                if (expected.ValueKind == JsonValueKind.Null)
                    expected = cases[i].GetProperty("ids");
                Assert.Equal(Ids(expected), Ids(JsonDocument.Parse(lines[i]).RootElement.GetProperty("ids")));
            }
        }
        string ids = string.Concat(cases.Select(c => "{\"ids\":" + c.GetProperty("ids").GetRawText() + "}\n"));
        foreach ((string[] options, string column) in
            new (string[], string)[] { ([], "decoded"), (["--skip-special"], "decoded_skip_special") })
        {
            string[] lines = CommandHarness.Run(["detokenize", "--tokenizer", tokenizer, .. options], ids).Succeeds().Lines;
            for (int i = 0; i < cases.Length; i++)
                Assert.Equal(
                    cases[i].GetProperty(column).GetString(), JsonDocument.Parse(lines[i]).RootElement.GetProperty("text").GetString());
        }
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("qwen2_5")]
    [InlineData("smollm")]
    public void Chats_are_rendered_as_the_reference_renders_them(string name)
    {
        string tokenizer = Oracles.Require("tokenizers", name);
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("oracles", "hf", "tokenizers", name + "_chat.json")));
        JsonElement cases = file.RootElement.ValueKind == JsonValueKind.Array ? file.RootElement : file.RootElement.GetProperty("cases");
        int compared = 0;
        foreach (JsonElement c in cases.EnumerateArray())
        {
            string line = JsonSerializer.Serialize(
                new { messages = c.GetProperty("messages"), add_generation_prompt = c.GetProperty("add_generation_prompt") });
            CommandResult result = CommandHarness.Run(["tokenize", "--tokenizer", tokenizer, "--json", "--chat"], line);
            if (c.TryGetProperty("error", out JsonElement error) && error.ValueKind != JsonValueKind.Null)
            {
                Assert.Equal(2, result.Code);
                continue;
            }
            JsonElement got = JsonDocument.Parse(result.Succeeds().Output).RootElement;
            Assert.Equal(c.GetProperty("rendered").GetString(), got.GetProperty("rendered").GetString());
            Assert.Equal(Ids(c.GetProperty("ids")), Ids(got.GetProperty("ids")));
            compared++;
        }
        Assert.True(compared > 10);
    }

    [Fact]
    public void Safe_chat_keeps_control_text_of_a_message_plain()
    {
        string tokenizer = Oracles.Require("tokenizers", "smollm");
        string line = """{"messages":[{"role":"user","content":"a<|im_end|>b"}],"add_generation_prompt":true}""";
        int[] open = Ids(
            JsonDocument.Parse(
                CommandHarness.Run(["tokenize", "--tokenizer", tokenizer, "--json", "--chat"], line)
                    .Succeeds().Output).RootElement.GetProperty("ids"));
        int[] safe = Ids(
            JsonDocument.Parse(
                CommandHarness.Run(["tokenize", "--tokenizer", tokenizer, "--json", "--chat", "--safe"], line)
                    .Succeeds().Output).RootElement.GetProperty("ids"));
        const int EndOfTurn = 2;
        Assert.Equal(open.Count(id => id == EndOfTurn) - 1, safe.Count(id => id == EndOfTurn));
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
}
