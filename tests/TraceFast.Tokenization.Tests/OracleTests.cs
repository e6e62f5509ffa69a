using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.Tokenization.Tests;

/// <summary>Ids and texts of the Rust library (tokenizers 0.22.2) on 250 texts each, all exact.</summary>
public class OracleTests
{
    public static TheoryData<string> Names => ["llama3", "qwen2_5", "smollm"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_text_has_the_librarys_ids_and_decodes_as_there(string name)
    {
        string cases = Oracles.Require("oracles", "hf", "tokenizers", name + ".jsonl");
        Tokenizer tokenizer = Tokenizer.Load(Oracles.Require("tokenizers", name));
        List<string> wrong = new();
        int count = 0;
        foreach (string line in File.ReadLines(cases))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement c = document.RootElement;
            string text = c.GetProperty("text").GetString()!;
            int[] ids = Ids(c.GetProperty("ids"))!;
            Compare(ids, tokenizer.Encode(text), "ids");
            Compare(Ids(c.GetProperty("ids_add_special_tokens")) ?? ids,
                tokenizer.Encode(text, addSpecialTokens: true), "with special tokens");
            Compare(Ids(c.GetProperty("ids_special_text_as_plain")) ?? ids,
                tokenizer.Encode(text, specialAsPlain: true), "special as plain");
            Same(c.GetProperty("decoded").GetString()!, tokenizer.Decode(ids), "decoded");
            Same(c.GetProperty("decoded_skip_special").GetString()!, tokenizer.Decode(ids, skipSpecial: true), "decoded without special");
            count++;

            void Compare(int[] expected, int[] actual, string what)
            {
                if (!expected.AsSpan().SequenceEqual(actual))
                    wrong.Add(
                        $"case {count}, {what}: {JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, "
                            + $"found {string.Join(' ', actual)}");
            }

            void Same(string expected, string actual, string what)
            {
                if (expected != actual)
                    wrong.Add(
                        $"case {count}, {what}: expected {JsonSerializer.Serialize(expected)}, found {JsonSerializer.Serialize(actual)}");
            }
        }
        Assert.Equal(250, count);
        Assert.True(wrong.Count == 0, $"{wrong.Count} differences:\n{string.Join('\n', wrong.Take(5))}");
    }

    private static int[]? Ids(JsonElement e) =>
        e.ValueKind == JsonValueKind.Null ? null : [.. e.EnumerateArray().Select(i => i.GetInt32())];
}
