using System.Text.Json;
using TraceFast.Tests;
using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

/// <summary>
/// Names, keys, values and messages from input that hold control and bidirectional characters: none reaches what people read, no line is
/// forged.
/// </summary>
public sealed class TerminalEscapeTests
{
    /// <summary>A title, a cleared screen, a forged line in two ways, C1, DEL, directions.</summary>
    private const string Hostile = "a\u001b]0;owned\u0007\u001b[2J\rerror: forged\nerror: forged\u009b31m\u007f\u202e\u2066\u200f\u061cz";

    private const string ShownStart = "a\\u001b]0;owned\\u0007\\u001b[2J\\rerror: forged\\nerror: for",
        Shown = ShownStart + "ged\\u009b31m\\u007f\\u202e\\u2066\\u200f\\u061cz";

    public static TheoryData<string> Places =>
    [
        "option", "command", "value", "train file", "train override", "yaml key", "tokenizer folder", "model folder", "data file",
        "record key", "id", "bad record",
        "template message", "token id", "responses", "judge address", "out file", "stage", "dedup out", "statistics",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public void Nothing_acts_on_the_terminal(string place)
    {
        using TemporaryFolder folder = new();
        (int code, string output, string log) = Call(place, folder);
        string all = output + log;
        Assert.True(
            all.Contains(place switch { "token id" => "\\u001b", "bad record" => ShownStart, _ => Shown }, StringComparison.Ordinal),
            $"{place}: what is hostile is not shown, exit code {code}\n{all}");
        Assert.DoesNotContain(
            all, c =>
                c != '\n'
                    && (char.IsControl(c)
                        || c is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')));
        Assert.DoesNotContain(all.Split('\n'), l => l.StartsWith("error: forged", StringComparison.Ordinal));
        Assert.DoesNotContain("fault of the program", all, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_stays_json()
    {
        using TemporaryFolder folder = new();
        string bad = folder.Write(
            "bad.jsonl", JsonSerializer.Serialize(new Dictionary<string, string> { ["x1"] = "a", [Hostile] = "b" }) + "\n");
        (int _, string output, string _) = Run("data", "validate", bad, "--json");
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Contains(
            Hostile, report.RootElement.ToString() is var text && JsonDocument.Parse(text).RootElement.GetRawText().Length > 0
                ? Strings(report.RootElement) : "", StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Log) Call(string place, TemporaryFolder folder)
    {
        string demo = Path.Combine(Oracles.RepositoryRoot, "models", "demo");
        switch (place)
        {
            case "option":
                return Run("generate", "--" + Hostile, "x");
            case "command":
                return Run(Hostile);
            case "value":
                return Run("generate", "--batch", Hostile);
            case "train file":
                return Run("train", folder[Hostile]);
            case "train override":
                return Run("train", folder.Write("c.yaml", "stage: sft\n"), $"learning_rate={Hostile}");
            case "yaml key":
                return Run("train", folder.Write("c.yaml", JsonSerializer.Serialize(Hostile) + ": 1\n"));
            case "tokenizer folder":
                return Run("tokenize", "--tokenizer", folder[Hostile], "--json");
            case "model folder":
                return Run("logprobs", "--model", folder[Hostile], "--data", folder.Write("d.jsonl", "{}"));
            case "data file":
                return Run("data", "validate", folder.Write(Hostile, "{}\n"));
            case "record key":
                return Run(
                    "data", "stats",
                    folder.Write(
                        "d.jsonl",
                        JsonSerializer.Serialize(
                            new Dictionary<string, string> { ["x1"] = "a", ["y1"] = "b", ["x2"] = "c", ["y2"] = "d", [Hostile] = "e" })
                            + "\n"));
            case "id":
                return Run(
                    "eval", "--bench", "constraints", "--responses",
                    folder.Write("r.jsonl", JsonSerializer.Serialize(new { id = Hostile, response = "x" }) + "\n"), "--data",
                    folder.Write("d.jsonl", """{"id":"1","prompt":"p","constraints":[]}""" + "\n"));
            case "bad record":
                return Run(
                    "data", "validate",
                    folder.Write(
                        "d.jsonl", JsonSerializer.Serialize(new { messages = new[] { new { role = Hostile, content = "x" } } }) + "\n"),
                        "--stage", "sft");
            case "template message":
                foreach (string file in Directory.GetFiles(demo, "tokenizer*"))
                    File.Copy(file, folder[Path.GetFileName(file)]);
                File.Delete(folder["chat_template.jinja"]);
                Dictionary<string, JsonElement> settings = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
                    File.ReadAllText(folder["tokenizer_config.json"]))!;
                settings["chat_template"] = JsonSerializer.SerializeToElement(
                    $"{{{{ raise_exception({JsonSerializer.Serialize(Hostile)}) }}}}");
                File.WriteAllText(folder["tokenizer_config.json"], JsonSerializer.Serialize(settings));
                return WithInput(
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}\n", "tokenize", "--tokenizer", folder.Path, "--json",
                    "--chat");
            case "token id":
                return WithInput("{\"\\u001b\":1}\n{\"ids\":[\"\\u001b\"]\n", "detokenize", "--tokenizer", folder["\u001b"]);
            case "responses":
                return Run("eval", "--responses", folder[Hostile]);
            case "judge address":
                return Run(
                    "eval", "--bench", "trace", "--responses", folder.Write("r.jsonl", "{}"), "--judge", "http://127.0.0.1:9/v1",
                    "--judge-model", "m", "--cache", "none", "--prompts", folder[Hostile]);
            case "out file":
                return Run("data", "dedup", "--data", folder[Hostile], "--out", folder["o.jsonl"]);
            case "stage":
                return Run("data", "validate", "x", "--stage", Hostile);
            case "dedup out":
                return Run(
                    "data", "dedup", "--data", folder.Write("d.jsonl", "{\"prompt\":\"a\",\"response\":\"b\"}\n"), "--out",
                    folder[Hostile]);
            default:
                return Run("data", "stats", folder.Write(Hostile, "{\"x1\":\"a\",\"y1\":\"b\",\"x2\":\"c\",\"y2\":\"d\"}\n"));
        }
    }

    private static string Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Array => string.Concat(element.EnumerateArray().Select(Strings)),
        JsonValueKind.Object => string.Concat(element.EnumerateObject().Select(p => p.Name + Strings(p.Value))),
        _ => "",
    };
}
