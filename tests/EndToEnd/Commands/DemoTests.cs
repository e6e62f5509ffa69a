using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

public sealed class DemoTests
{
    private static readonly string[] s_rows = ["base", "sft", "dpo", "dpo_symmetric", "iopo", "iopo_sft", "input"];

    /// <summary>One-sided DPO also with IOPO's settings.</summary>
    private static readonly string[] s_confounded = [.. s_rows, "dpo_iopo_settings"];

    /// <summary>
    /// A small demonstration: the table has every method; what it says can be computed again from the responses that it leaves; run again,
    /// nothing is done again; the page needs nothing else.
    /// </summary>
    [Fact]
    public void The_table_follows_from_the_responses_and_a_second_run_repeats_nothing()
    {
        using TemporaryFolder folder = new();
        string[] command = [
            "demo", "--model", DemoModel.Folder, "--out", folder["out"], "--setting", "confounded", "--quads", "16", "--prompts", "8",
            "--json"];
        CommandResult first = CommandHarness.Run(command).Succeeds();
        JsonElement table = JsonDocument.Parse(first.Output).RootElement.GetProperty("confounded");
        Assert.Equal(s_confounded, table.EnumerateObject().Select(p => p.Name));
        foreach (string row in s_confounded)
        {
            string stage = row == "base" ? folder["out/base"] : folder[$"out/confounded/{row}/1"];
            JsonElement[] sets = [
                .. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(stage, "result.json"))).RootElement.GetProperty("scores")
                    .GetProperty("sets").EnumerateArray()];
            JsonElement again = JsonDocument.Parse(
                CommandHarness.Run(["eval", "--bench", "constraints", "--responses", Path.Combine(stage, "responses.jsonl"), "--json"])
                    .Succeeds().Output).RootElement;
            Assert.Equal(Sum(sets, "obeyed") / (double)Sum(sets, "of"), again.GetProperty("constraint_level").GetDouble(), 12);
            JsonElement[] inDomain = [.. sets.Where(s => s.GetProperty("in_domain").GetBoolean())];
            Assert.Equal(
                Sum(inDomain, "obeyed") / (double)Sum(inDomain, "of"), table.GetProperty(row).GetProperty("mean_in")[0].GetDouble(), 12);
        }

        JsonElement[] minusSft = [
            .. JsonDocument.Parse(first.Output).RootElement.GetProperty("iopo_minus").GetProperty("confounded").GetProperty("sft/if_m_in")
                .EnumerateArray()];
        Assert.Equal(
            table.GetProperty("iopo").GetProperty("if_m_in")[0].GetDouble()
                - table.GetProperty("sft").GetProperty("if_m_in")[0].GetDouble(), minusSft[0].GetDouble(), 12);
        Assert.InRange(minusSft[3].GetDouble(), 0, 1);
        string page = File.ReadAllText(folder["out/report.html"]);
        Assert.Contains("When IOPO helps", page, StringComparison.Ordinal);
        foreach (string part in new[] { "answers side by side", "training loss", "margin of the rewards", "all constraints obeyed",
            "IOPO against DPO, one-sided" })
            Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);

        CommandResult second = CommandHarness.Run(command).Succeeds();
        Assert.Equal(s_confounded.Length, second.Log.Split('\n').Count(l => l.Contains("done before", StringComparison.Ordinal)));
        Assert.Equal(first.Output, second.Output);

        static int Sum(JsonElement[] sets, string name) => sets.Sum(s => s.GetProperty(name).EnumerateArray().Sum(n => n.GetInt32()));
    }

    /// <summary>A run that was interrupted goes on with the stages that are left.</summary>
    [Fact]
    public async Task An_interrupted_demonstration_goes_on_where_it_was()
    {
        using TemporaryFolder folder = new();
        string[] command = [
            "demo", "--model", DemoModel.Folder, "--out", folder["out"], "--setting", "noisy", "--quads", "8", "--prompts", "6"];
        using CancellationTokenSource interrupt = new();
        Task<CommandResult> running = Task.Run(
            () => CommandHarness.Run(command, Encoding.UTF8.GetBytes(""), interrupt.Token), TestContext.Current.CancellationToken);
        while (!running.IsCompleted && !Directory.Exists(folder["out/noisy/iopo"]))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        CommandResult stopped = await running;
        Assert.True(stopped.Code == 130, stopped.Log);
        Assert.Empty(Children(folder.Path));
        CommandResult rest = CommandHarness.Run(command).Succeeds();
        Assert.Contains("the base model: done before", rest.Log, StringComparison.Ordinal);
        Assert.Contains(
            "done before", rest.Log.Split('\n').Single(l => l.Contains("[2/8]", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("noisy answers, from SFT", rest.Output, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Killed, with its trainings orphaned, it goes on with the stages that are left.</summary>
    [Fact]
    public async Task A_killed_demonstration_goes_on_where_it_was()
    {
        using TemporaryFolder folder = new();
        string[] command = [
            "demo", "--model", DemoModel.Folder, "--out", folder["out"], "--setting", "confounded", "--quads", "8", "--prompts", "6"];
        using (Process process = CommandHarness.Start(command))
        {
            Task<string> log = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            while (!process.HasExited && !File.Exists(folder["out/confounded/dpo_symmetric/1/train.log"]))
                await Task.Delay(20, TestContext.Current.CancellationToken);
            Assert.False(process.HasExited, process.HasExited ? await log : "");
            process.Kill(); // SIGKILL
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        CommandResult rest = CommandHarness.Run(command).Succeeds();
        Assert.Contains("done before", rest.Log, StringComparison.Ordinal);
        Assert.Contains("[8/8]", rest.Log, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["out"], "*.onnx*", SearchOption.AllDirectories));
    }

    /// <summary>
    /// Settings are tried, the best are taken, every seed is trained at equal quads and at equal tokens; a smaller study than the whole one
    /// leaves the model's stored settings alone.
    /// </summary>
    [Fact]
    public void A_trial_of_the_full_demonstration_chooses_compares_and_stores_nothing_in_the_model()
    {
        using TemporaryFolder folder = new();
        CopyModel(folder);
        byte[] stored = File.ReadAllBytes(folder["data/chosen.json"]);
        CommandResult result = CommandHarness.Run(
            ["demo", "--full",
                "--model", folder.Path, "--out", folder["out"], "--setting", "noisy", "--quads", "8", "--prompts", "6", "--seeds", "2",
                "--trials", "2", "--json"]).Succeeds();
        JsonElement table = JsonDocument.Parse(result.Output).RootElement.GetProperty("noisy");
        Assert.Equal(
            ["base", "start", .. s_rows.Skip(1), "sft_equal_tokens", "dpo_equal_tokens"], table.EnumerateObject().Select(p => p.Name));
        Assert.Equal(1 + 1 + (2 * 7) + (2 * 9), result.Log.Split('\n').Count(l => l.StartsWith('[')));
        Assert.Contains("[34/34]", result.Log, StringComparison.Ordinal);

        JsonElement chosen = JsonDocument.Parse(File.ReadAllBytes(folder["out/chosen.json"])).RootElement.GetProperty("settings")
            .GetProperty("noisy");
        foreach (string method in s_rows.Skip(1))
        {
            int best = Enumerable.Range(0, 2).MaxBy(n => Obeyed(folder[$"out/choosing/noisy/{method}/{n}/result.json"]));
            JsonElement settings = chosen.GetProperty(method);
            if (method == "sft")
                Assert.Equal(best == 0 ? 3e-5 : 1e-4, settings.GetProperty("learning_rate").GetDouble());
            else
                Assert.Equal(best == 0 ? 0.1 : 0.5, settings.GetProperty("beta").GetDouble());
        }

        double tokens = table.GetProperty("iopo").GetProperty("training_tokens").GetDouble();
        Assert.InRange(table.GetProperty("sft_equal_tokens").GetProperty("training_tokens").GetDouble() / tokens, 0.8, 1.25);
        Assert.InRange(table.GetProperty("sft").GetProperty("training_tokens").GetDouble() / tokens, 0.499, 0.501);
        Assert.Equal(stored, File.ReadAllBytes(folder["data/chosen.json"]));

        static (int Prompts, int Constraints) Obeyed(string path)
        {
            JsonElement set = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("scores").GetProperty("sets")[0];
            int[] obeyed = [.. set.GetProperty("obeyed").EnumerateArray().Select(n => n.GetInt32())];
            return (obeyed.Zip(set.GetProperty("of").EnumerateArray(), (a, b) => a == b.GetInt32()).Count(all => all), obeyed.Sum());
        }
    }

    [Theory]
    [InlineData("--setting loud", "loud")]
    [InlineData("--seed 5", "--remake")]
    [InlineData("--trials 2", "--full")]
    [InlineData("--quads 2", "--quads")]
    [InlineData("--prompts 0", "--prompts")]
    public void What_cannot_be_done_is_refused(string options, string named)
    {
        using TemporaryFolder folder = new();
        CommandResult result = CommandHarness.Run(["demo", "--model", DemoModel.Folder, "--out", folder["out"], .. options.Split(' ')]);
        Assert.Equal(2, result.Code);
        Assert.Contains(named, result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_settings_is_an_error_that_names_them()
    {
        using TemporaryFolder folder = new();
        CopyModel(folder);
        Directory.Delete(folder["data"], recursive: true);
        CommandResult result = Small(folder.Path, folder["out"]);
        Assert.Equal(2, result.Code);
        Assert.Contains("chosen.json", result.Log, StringComparison.Ordinal);
    }

    /// <summary>What a training run says when it fails is what the demonstration says.</summary>
    [Fact]
    public void A_training_run_that_fails_ends_the_demonstration_with_its_error()
    {
        using TemporaryFolder folder = new();
        CopyModel(folder);
        File.AppendAllText(folder["experiment.yaml"], "resume_from_checkpoint: absent/checkpoint-7\n");
        CommandResult result = Small(folder.Path, folder["out"]);
        Assert.Equal(2, result.Code);
        Assert.Contains("checkpoint-7", result.Log, StringComparison.Ordinal);
        Assert.Contains("train.log", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent", "out", "model.safetensors")]
    [InlineData("", "a,b", "comma")]
    public void Folders_that_cannot_be_used_are_refused(string model, string output, string named)
    {
        using TemporaryFolder folder = new();
        CommandResult result = Small(model.Length > 0 ? folder[model] : DemoModel.Folder, folder[output]);
        Assert.Equal(2, result.Code);
        Assert.Contains(named, result.Log, StringComparison.Ordinal);
    }

    /// <summary>Processes that were started with a path in this folder.</summary>
    private static string[] Children(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(d =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(d, "cmdline"));
            }
            catch (IOException)
            {
                return ""; // it has just ended
            }
        }).Where(c => c.Contains(folder, StringComparison.Ordinal)),
    ];

    private static CommandResult Small(string model, string output) =>
        CommandHarness.Run(["demo", "--model", model, "--out", output, "--setting", "confounded", "--quads", "8", "--prompts", "6"]);

    private static void CopyModel(TemporaryFolder folder)
    {
        foreach (string file in Directory.EnumerateFiles(DemoModel.Folder, "*", SearchOption.AllDirectories))
        {
            string copy = folder[Path.GetRelativePath(DemoModel.Folder, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
