using System.Text;
using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

public sealed class DemoTests
{
    private static readonly string[] s_rows = ["base", "sft", "dpo", "dpo_symmetric", "iopo", "iopo_sft", "input"];

    /// <summary>A small demonstration: the table has every method; what it says can be computed again from the responses that it leaves; run again, nothing is done again; the page needs nothing else.</summary>
    [Fact]
    public void The_table_follows_from_the_responses_and_a_second_run_repeats_nothing()
    {
        using TemporaryFolder folder = new();
        string[] command = ["demo", "--model", DemoModel.Folder, "--out", folder["out"], "--regime", "confounded", "--quads", "16", "--prompts", "8", "--json"];
        CommandResult first = CommandHarness.Run(command).Succeeds();
        JsonElement table = JsonDocument.Parse(first.Output).RootElement.GetProperty("confounded");
        Assert.Equal(s_rows, table.EnumerateObject().Select(p => p.Name));
        foreach (string row in s_rows)
        {
            string stage = row == "base" ? folder["out/base"] : folder[$"out/confounded/{row}/1"];
            JsonElement[] sets = [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(stage, "result.json"))).RootElement.GetProperty("scores").GetProperty("sets").EnumerateArray()];
            JsonElement again = JsonDocument.Parse(CommandHarness.Run(["eval", "--bench", "constraints", "--responses", Path.Combine(stage, "responses.jsonl"), "--json"]).Succeeds().Output).RootElement;
            Assert.Equal(Sum(sets, "obeyed") / (double)Sum(sets, "of"), again.GetProperty("constraint_level").GetDouble(), 12);
            JsonElement[] inDomain = [.. sets.Where(s => s.GetProperty("in_domain").GetBoolean())];
            Assert.Equal(Sum(inDomain, "obeyed") / (double)Sum(inDomain, "of"), table.GetProperty(row).GetProperty("mean_in")[0].GetDouble(), 12);
        }

        JsonElement[] minusSft = [.. JsonDocument.Parse(first.Output).RootElement.GetProperty("iopo_minus").GetProperty("confounded").GetProperty("sft/if_m_in").EnumerateArray()];
        Assert.Equal(table.GetProperty("iopo").GetProperty("if_m_in")[0].GetDouble() - table.GetProperty("sft").GetProperty("if_m_in")[0].GetDouble(), minusSft[0].GetDouble(), 12);
        Assert.InRange(minusSft[3].GetDouble(), 0, 1);
        string page = File.ReadAllText(folder["out/report.html"]);
        Assert.Contains("When IOPO helps", page, StringComparison.Ordinal);
        Assert.Contains("answers side by side", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);

        CommandResult second = CommandHarness.Run(command).Succeeds();
        Assert.Equal(s_rows.Length, second.Log.Split('\n').Count(l => l.Contains("done before", StringComparison.Ordinal)));
        Assert.Equal(first.Output, second.Output);

        static int Sum(JsonElement[] sets, string name) => sets.Sum(s => s.GetProperty(name).EnumerateArray().Sum(n => n.GetInt32()));
    }

    /// <summary>A run that was interrupted goes on with the stages that are left.</summary>
    [Fact]
    public async Task An_interrupted_demonstration_goes_on_where_it_was()
    {
        using TemporaryFolder folder = new();
        string[] command = ["demo", "--model", DemoModel.Folder, "--out", folder["out"], "--regime", "noisy", "--quads", "8", "--prompts", "6"];
        using CancellationTokenSource interrupt = new();
        Task watching = Task.Run(() =>
        {
            while (!File.Exists(folder["out/noisy/start/1/result.json"]))
                Thread.Sleep(20);
            interrupt.Cancel();
        }, TestContext.Current.CancellationToken);
        CommandResult stopped = CommandHarness.Run(command, Encoding.UTF8.GetBytes(""), interrupt.Token);
        await watching;
        Assert.True(stopped.Code == 130, stopped.Log);
        CommandResult rest = CommandHarness.Run(command).Succeeds();
        Assert.Contains("the base model: done before", rest.Log, StringComparison.Ordinal);
        Assert.Contains("done before", rest.Log.Split('\n').Single(l => l.Contains("[2/8]", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("noisy answers, from SFT", rest.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--regime loud", "loud")]
    [InlineData("--quads 2", "--quads")]
    [InlineData("--prompts 0", "--prompts")]
    public void What_can_not_be_done_is_refused(string options, string named)
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
        File.AppendAllText(folder["study.yaml"], "resume_from_checkpoint: absent/checkpoint-7\n");
        CommandResult result = Small(folder.Path, folder["out"]);
        Assert.Equal(2, result.Code);
        Assert.Contains("checkpoint-7", result.Log, StringComparison.Ordinal);
        Assert.Contains("train.log", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent", "out", "model.safetensors")]
    [InlineData("", "a,b", "comma")]
    public void Folders_that_can_not_be_used_are_refused(string model, string output, string named)
    {
        using TemporaryFolder folder = new();
        CommandResult result = Small(model.Length > 0 ? folder[model] : DemoModel.Folder, folder[output]);
        Assert.Equal(2, result.Code);
        Assert.Contains(named, result.Log, StringComparison.Ordinal);
    }

    private static CommandResult Small(string model, string output) => CommandHarness.Run(["demo", "--model", model, "--out", output, "--regime", "confounded", "--quads", "8", "--prompts", "6"]);

    private static void CopyModel(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["data"]);
        foreach (string file in Directory.EnumerateFiles(DemoModel.Folder, "*", SearchOption.AllDirectories))
            File.Copy(file, folder[Path.GetRelativePath(DemoModel.Folder, file)]);
    }
}
