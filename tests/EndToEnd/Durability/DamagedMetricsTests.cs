using TraceFast.EndToEnd.Commands;

namespace TraceFast.EndToEnd.Durability;

/// <summary>
/// metrics.jsonl of a resumed run: lines that the checkpoint relies on are checked at the start, later ones are cut off.
/// </summary>
public sealed class DamagedMetricsTests(DamagedMetricsTests.Stopped stopped) : IClassFixture<DamagedMetricsTests.Stopped>
{
    /// <summary>A run that saved a checkpoint after each of its four steps, copied for each test.</summary>
    public sealed class Stopped : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Stopped() => DemoModel.Train(_folder["out"], More).Succeeds();

        public static string[] More => ["max_steps=4", "save_strategy=steps", "save_steps=4", "threads=1"];

        internal string Copy(TemporaryFolder to)
        {
            foreach (string file in Directory.GetFiles(_folder["out"], "*", SearchOption.AllDirectories))
                to.Write("out/" + Path.GetRelativePath(_folder["out"], file), "");
            foreach (string file in Directory.GetFiles(_folder["out"], "*", SearchOption.AllDirectories))
                File.Copy(file, to["out/" + Path.GetRelativePath(_folder["out"], file)], overwrite: true);
            return to["out"];
        }

        public void Dispose() => _folder.Dispose();
    }

    [Theory]
    [InlineData("cut", "metrics.jsonl:2: not a line of JSON")]
    [InlineData("no loss", "metrics.jsonl:2: no number \"loss\"")]
    [InlineData("twice", "metrics.jsonl:3: found step 1, expected 2")]
    [InlineData("zeros", "metrics.jsonl:1: not a line of JSON")]
    [InlineData("short", "steps before the checkpoint are missing")]
    [InlineData("gone", "steps before the checkpoint are missing")]
    public void A_damaged_line_before_the_checkpoint_is_named_at_the_start(string damage, string message)
    {
        using TemporaryFolder folder = new();
        string output = stopped.Copy(folder), path = Path.Combine(output, "metrics.jsonl");
        string[] lines = File.ReadAllLines(path);
        int length = File.ReadAllBytes(path).Length;
        string text = damage switch
        {
            "cut" => $"{lines[0]}\n{lines[1][..20]}{lines[2]}\n{lines[3]}\n",
            "no loss" =>
                string.Join('\n', lines)
                    .Replace(lines[1], lines[1].Replace("\"loss\"", "\"lost\"", StringComparison.Ordinal), StringComparison.Ordinal) + "\n",
            "twice" => string.Join('\n', [lines[0], lines[1], lines[1], lines[2], lines[3]]) + "\n",
            "zeros" => new string('\0', length),
            _ => lines[0] + "\n",
        };
        File.WriteAllText(path, text.Length < length && damage == "cut" ? text + new string(' ', length - text.Length) : text);
        if (damage == "gone")
            File.Delete(path);
        CommandResult result = DemoModel.Train(output, [.. Stopped.More, "--resume"]);
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Log, StringComparison.Ordinal);
        Assert.Contains("resume_from_checkpoint", result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("training:", result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"step\":4,\"epo")]
    [InlineData("\0\0\0\0\nnot a line\n{}\n")]
    public void What_stands_behind_the_checkpoint_is_cut_off(string more)
    {
        using TemporaryFolder folder = new();
        string output = stopped.Copy(folder), path = Path.Combine(output, "metrics.jsonl");
        byte[] before = File.ReadAllBytes(path);
        File.AppendAllText(path, more);
        DemoModel.Train(output, [.. Stopped.More, "--resume"]).Succeeds();
        Assert.Equal(before, File.ReadAllBytes(path));
    }
}
