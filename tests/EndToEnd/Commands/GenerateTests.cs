using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

public sealed class GenerateTests(GeneratedModel model) : IClassFixture<GeneratedModel>
{
    [Fact]
    public void Each_line_gets_a_row_whatever_the_batch()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(40));
        string[] Rows(string name, params string[] more)
        {
            Generate(data, folder[name], more).Succeeds();
            return [.. File.ReadAllLines(folder[name]).Order(StringComparer.Ordinal)];
        }
        string[] greedy = Rows("greedy.jsonl", "--batch", "7");
        Assert.Equal(40, greedy.Length);
        Assert.Equal(greedy, Rows("alone.jsonl", "--batch", "1", "--threads", "1"));
        Assert.Equal(greedy, Rows("chunks.jsonl", "--batch", "64"));
        string[] sampling = ["--temperature", "1", "--top-k", "40", "--top-p", "0.95", "--min-p", "0.01", "--repetition-penalty", "1.1"];
        string[] sampled = Rows("sampled.jsonl", [.. sampling, "--seed", "5", "--batch", "3"]);
        Assert.NotEqual(greedy, sampled);
        Assert.Equal(sampled, Rows("sampled-again.jsonl", [.. sampling, "--seed", "5", "--batch", "16"]));
        Assert.NotEqual(sampled, Rows("other-seed.jsonl", [.. sampling, "--seed", "6"]));
        JsonElement[] rows = [.. greedy.Select(r => JsonDocument.Parse(r).RootElement)];
        Assert.Equal(40, rows.Select(r => r.GetProperty("id").GetRawText()).Distinct().Count());
        Assert.Contains(rows, r => r.GetProperty("id").ValueKind == JsonValueKind.Number && r.GetProperty("id").GetInt32() == 3);
        Assert.Contains(rows, r => r.GetProperty("id").ValueKind == JsonValueKind.String && r.GetProperty("id").GetString() == "row 0");
        Assert.All(rows, r => Assert.Contains(r.GetProperty("finish_reason").GetString(), new[] { "stop", "length" }));
        Assert.All(rows, r => Assert.InRange(r.GetProperty("ids").GetArrayLength(), 1, 24));
    }

    [Fact]
    public void Stop_strings_end_the_text_before_them()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(12));
        Generate(data, folder["whole.jsonl"], "--ignore-eos").Succeeds();
        string[] whole = [
            .. File.ReadLines(folder["whole.jsonl"]).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("text").GetString()!)];
        string stop = whole.First(t => t.Length > 8)[3..6];
        Generate(data, folder["cut.jsonl"], "--ignore-eos", "--stop", stop).Succeeds();
        int cut = 0;
        foreach (JsonElement row in File.ReadLines(folder["cut.jsonl"]).Select(l => JsonDocument.Parse(l).RootElement))
        {
            string text = row.GetProperty("text").GetString()!;
            Assert.DoesNotContain(stop, text, StringComparison.Ordinal);
            Assert.Contains(
                whole, w => w.StartsWith(text, StringComparison.Ordinal) && (w == text || w.AsSpan(text.Length).StartsWith(stop)));
            cut += row.GetProperty("finish_reason").GetString() == "stop" ? 1 : 0;
        }
        Assert.True(cut > 0);
    }

    [Theory]
    [InlineData("{\"id\":1}", "none of 'prompt', 'messages' and 'prompt_ids'")]
    [InlineData("{\"prompt\":\"a\",\"prompt_ids\":[1]}", "prompt and prompt_ids")]
    [InlineData("{\"prompt_ids\":[5],\"id\":1}", "is on line 1 too")]
    [InlineData("{\"prompt_ids\":[5],\"id\":true}", "'id'")]
    [InlineData("{\"prompt_ids\":[5],\"id\":1.5}", "'id'")]
    [InlineData("{\"prompt_ids\":[]}", "is empty")]
    [InlineData("{\"prompt\":\"\"}", "is empty")]
    [InlineData("{\"prompt_ids\":[99999999]}", "outside the model's vocabulary")]
    [InlineData("{\"prompt_ids\":[-1]}", "-1")]
    [InlineData("{\"prompt_ids\":[1],\"seed\":\"x\"}", "seed")]
    [InlineData("{\"prompt_ids\":[1],\"seed\":-1}", "seed")]
    [InlineData("{\"messages\":[]}", "")]
    [InlineData("{\"messages\":[{\"role\":\"assistant\",\"content\":\"x\"}]}", "")]
    [InlineData("{\"prompt\":", "")]
    [InlineData("[]", "")]
    public void A_bad_line_is_named_before_anything_is_decoded(string line, string expected)
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", "{\"prompt_ids\":[1,2],\"id\":1}\n" + line + "\n");
        CommandResult result = Generate(data, folder["out.jsonl"]);
        Assert.Equal(2, result.Code);
        Assert.Contains(data + ":2:", result.Log, StringComparison.Ordinal);
        Assert.Contains(expected, result.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out.jsonl"]));
    }

    [Fact]
    public void A_prompt_longer_than_the_context_is_named()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", $"{{\"prompt_ids\":[{string.Join(',', Enumerable.Repeat(5, 200_000))}]}}\n");
        CommandResult result = Generate(data, folder["out.jsonl"]);
        Assert.Equal(2, result.Code);
        Assert.Contains(data + ":1:", result.Log, StringComparison.Ordinal);
        Assert.Contains("200000 tokens", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_goes_on_and_only_as_it_began()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(15)), output = folder["out.jsonl"];
        Generate(data, output).Succeeds();
        string[] whole = File.ReadAllLines(output);
        File.WriteAllText(output, string.Join('\n', whole[..6]) + "\n" + whole[6][..^9]);
        CommandResult resumed = Generate(data, output).Succeeds();
        Assert.Contains("6 of 15 rows", resumed.Log, StringComparison.Ordinal);
        string[] after = File.ReadAllLines(output);
        Assert.Equal(whole[..6], after[..6]);
        Assert.Equal(whole.Order(StringComparer.Ordinal), after.Order(StringComparer.Ordinal));
        Generate(data, output).Succeeds();
        Assert.Equal(after, File.ReadAllLines(output));

        CommandResult other = Generate(data, output, "--temperature", "0.5");
        Assert.Equal(2, other.Code);
        Assert.Contains("another temperature", other.Log, StringComparison.Ordinal);
        File.AppendAllText(data, "{\"prompt_ids\":[4]}\n");
        Assert.Contains("another data", Generate(data, output).Log, StringComparison.Ordinal);
        File.Delete(output + ".run.json");
        Assert.Equal(2, Generate(data, output).Code);
        Assert.Equal(after, File.ReadAllLines(output));
        Generate(data, output, "--overwrite").Succeeds();
        Assert.Equal(16, File.ReadAllLines(output).Length);
    }

    [Theory]
    [InlineData("model.onnx", "cut", 2)]
    [InlineData("model.onnx", "zeros", 2)]
    [InlineData("model.onnx.data", "gone", 2)]
    [InlineData("model.onnx.data", "cut", 2)]
    [InlineData("genai_config.json", "gone", 2)]
    [InlineData("genai_config.json", "cut", 2)]
    [InlineData("tokenizer.json", "cut", 2)]
    public void A_damaged_model_is_an_error(string file, string damage, int code)
    {
        using TemporaryFolder folder = new();
        string copy = folder["model"];
        Directory.CreateDirectory(copy);
        foreach (string path in Directory.GetFiles(model.Folder))
            File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        string target = Path.Combine(copy, file);
        byte[] bytes = File.ReadAllBytes(target);
        if (damage == "gone")
            File.Delete(target);
        else
            File.WriteAllBytes(target, damage == "cut" ? bytes[..(bytes.Length / 2)] : new byte[bytes.Length]);
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(2));
        CommandResult result = CommandHarness.Run(["generate", "--model", copy, "--data", data, "--out", folder["out.jsonl"]]);
        Assert.Equal(code, result.Code);
        Assert.Contains(copy, result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--device", "cuda", 3)]
    [InlineData("--device", "cuda:1", 3)]
    [InlineData("--device", "tpu", 2)]
    [InlineData("--precision", "int4", 2)]
    [InlineData("--top-p", "0", 2)]
    [InlineData("--temperature", "-1", 2)]
    [InlineData("--batch", "0", 2)]
    [InlineData("--stop", "", 2)]
    public void A_bad_option_is_an_error(string option, string value, int code)
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(2));
        CommandResult result = Generate(data, folder["out.jsonl"], option, value);
        Assert.Equal(code, result.Code);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
        if (code == 3)
            Assert.Contains("CUDA 13 and cuDNN 9: install them", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_files_are_named()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(2));
        foreach ((string Model, string Data, string Named) missing in
            new[] { (folder["none"], data, folder["none"]), (model.Folder, folder["none.jsonl"], folder["none.jsonl"]) })
        {
            CommandResult result = CommandHarness.Run(
                ["generate", "--model", missing.Model, "--data", missing.Data, "--out", folder["out.jsonl"]]);
            Assert.Equal(2, result.Code);
            Assert.Contains(missing.Named, result.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_interrupt_keeps_complete_rows()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(5));
        using CancellationTokenSource interrupt = new();
        interrupt.Cancel();
        CommandResult result = CommandHarness.Run(
            ["generate", "--model", model.Folder, "--data", data, "--out", folder["out.jsonl"]], [], interrupt.Token);
        Assert.Equal(130, result.Code);
        Generate(data, folder["out.jsonl"]).Succeeds();
        Assert.Equal(5, File.ReadAllLines(folder["out.jsonl"]).Length);
    }

    [Fact]
    public void Bench_decode_measures_each_batch()
    {
        CommandResult result = CommandHarness.Run(
            ["bench",
                "decode", "--model", model.Folder, "--batch", "1", "4", "--rounds", "3", "--prompt-least", "5", "--prompt-most", "40",
                "--new-tokens", "6", "--static", "--threads", "1", "--json"]).Succeeds();
        JsonElement[] lines = [.. result.Lines.Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(
            ["1 continuous", "1 static", "4 continuous", "4 static"],
            lines.Select(l => $"{l.GetProperty("batch").GetInt32()} {l.GetProperty("batching").GetString()}"));
        Assert.All(lines, l => Assert.Equal(6 * l.GetProperty("requests").GetInt32(), l.GetProperty("new_tokens").GetInt32()));
        Assert.All(lines, l => Assert.True(l.GetProperty("new_tokens_per_s").GetDouble() > 0));
    }

    private CommandResult Generate(string data, string output, params string[] more) => CommandHarness.Run(
        ["generate", "--model", model.Folder, "--data", data, "--out", output, "--max-new-tokens", "24", .. more]);
}
