using System.Diagnostics;
using TraceFast.EndToEnd.Commands;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Durability;

/// <summary>kill -9 at random instants of generate, again and again: in the end no row is lost, doubled or other than without.</summary>
public sealed class KilledGenerateTests(GeneratedModel model) : IClassFixture<GeneratedModel>
{
    [Theory]
    [InlineData("0")]
    [InlineData("0.9")]
    public void A_run_killed_again_and_again_has_the_same_rows(string temperature)
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", GeneratedModel.Prompts(300));
        string[] Arguments(string output) =>
            ["generate",
                "--model", model.Folder, "--data", data, "--out", output, "--max-new-tokens", "120", "--ignore-eos", "--batch", "6",
                "--threads", "1", "--temperature", temperature];
        CommandHarness.Run(Arguments(folder["whole.jsonl"])).Succeeds();

        string killed = folder["killed.jsonl"];
        Random random = new(7);
        int kills = 0, stopped = 0;
        while (true)
        {
            long before = Length(killed);
            using Process process = CommandHarness.Start(Arguments(killed));
            // Some time after the first new row, or at any time from the start.
            bool runs = random.Next(3) == 0 || WaitForGrowth(process, killed, before);
            if (runs && kills < 6 && !process.WaitForExit(random.Next(runs ? 300 : 1500)))
            {
                process.Kill();
                kills++;
                stopped += Length(killed) > before ? 1 : 0;
            }
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(3)));
            if (process.ExitCode == 0)
                break;
            Assert.True(kills > 0, process.StandardError.ReadToEnd());
        }
        Assert.True(stopped >= 2, $"{stopped} of {kills} kills fell into decoding");
        Assert.Equal(
            File.ReadAllLines(folder["whole.jsonl"]).Order(StringComparer.Ordinal),
            File.ReadAllLines(killed).Order(StringComparer.Ordinal));
    }

    private static bool WaitForGrowth(Process process, string path, long before)
    {
        while (!process.WaitForExit(5))
            if (Length(path) > before)
                return true;
        return false;
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
