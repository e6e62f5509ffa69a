using System.IO.Compression;
using System.Text.Json;

namespace TraceFast.Tokenization.Tests;

/// <summary>
/// Small random tokenizers over all components, with the ids and texts that the Rust library itself gives
/// (Data/library-cases.jsonl.gz, made by Data/make-library-cases.mjs).
/// </summary>
public class LibraryCaseTests
{
    [Fact]
    public void Random_tokenizers_give_the_librarys_ids_and_texts()
    {
        using StreamReader file = new(new GZipStream(
            File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Data", "library-cases.jsonl.gz")), CompressionMode.Decompress));
        List<string> wrong = new();
        int line = 0;
        int count = 0;
        using TemporaryFolder folder = new();
        while (file.ReadLine() is { } json)
        {
            line++;
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement description = document.RootElement.GetProperty("tokenizer");
            string path = folder.Write("tokenizer.json", description.GetRawText());
            Tokenizer tokenizer = Tokenizer.Load(path);
            foreach (JsonElement c in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                count++;
                string text = c.GetProperty("text").GetString()!;
                int[] ids = Ids(c, "ids");
                Check("ids", ids, tokenizer.Encode(text));
                Check("with special tokens", Ids(c, "special"), tokenizer.Encode(text, addSpecialTokens: true));
                if (c.TryGetProperty("decoded", out JsonElement decoded))
                {
                    Check("decoded", decoded.GetString(), tokenizer.Decode(ids));
                    Check("decoded without special", c.GetProperty("skipped").GetString(), tokenizer.Decode(ids, skipSpecial: true));
                }

                void Check<T>(string what, T expected, T actual)
                {
                    string e = JsonSerializer.Serialize(expected);
                    string a = JsonSerializer.Serialize(actual);
                    if (e != a)
                        wrong.Add($"line {line}, {what} of {JsonSerializer.Serialize(text)}: expected {e}, found {a}");
                }
            }
        }
        Assert.True(count > 1000, $"only {count} cases");
        Assert.True(
            wrong.Count == 0,
            $"{wrong.Count} differences in {count} "
                + $"cases:\n{string.Join('\n', wrong.GroupBy(w => w.Split(',')[0]).Select(g => g.First()).Take(12))}");
    }

    private static int[] Ids(JsonElement c, string name) => [.. c.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
}
