using System.Globalization;
using System.Text.RegularExpressions;
using TraceFast.EndToEnd.Commands;
using TraceFast.EndToEnd.Durability;

namespace TraceFast.EndToEnd.Distributed;

/// <summary>
/// A rank whose disk is full: the user reads it once, the job ends, and with more space the same command goes on to the same bytes.
/// </summary>
public sealed class FullDiskTests(SmallTraining training) : IClassFixture<SmallTraining>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rank_0_cannot_write_the_output()
    {
        using SmallDisk disk = new(_folder["disk"]);
        string output = Path.Combine(_folder["disk"], "run"), outside = disk.Outside(output);
        string[] arguments = RanksTests.Arguments(output, 2);
        using (MpiJob job = MpiJob.Start(disk, (2, arguments)))
        {
            AssertEnds(
                job, () => SmallTraining.NewestCheckpoint(outside) >= 4 && Full(disk),
                @"rank 0 \([^\n]*\): error: no space is left on the device; free some, or write elsewhere");
        }
        Assert.InRange(SmallTraining.NewestCheckpoint(outside), 4, SmallTraining.Steps - 1);
        disk.Free();
        MpiJob.Run(disk, (2, [.. arguments, "--resume"])).Succeeds();
        training.AssertEqualsWhole(outside);
    }

    /// <summary>The ranks write to different folders, so that one of them alone has no space, or to one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rank_cannot_write_its_answers(bool all)
    {
        string prompts = _folder["prompts.jsonl"], full = Path.Combine(_folder["disk"], "answers.jsonl");
        string many = all ? full : _folder["many.jsonl"];
        File.WriteAllLines(prompts, Enumerable.Range(0, 30).Select(
            i => $$"""{"id": {{i}}, "messages": [{"role": "user", "content": "Write about tea in {{2 + i}} sentences."}]}"""));
        string[] Arguments(string output) =>
        [
            "generate", "--model", DemoModel.Folder, "--data", prompts, "--out", output,
            "--max-new-tokens", "120", "--ignore-eos", "--batch", "2", "--precision", "float32", "--threads", "1",
        ];
        CommandHarness.Run(Arguments(_folder["one.jsonl"])).Succeeds();
        using SmallDisk disk = new(_folder["disk"]);
        disk.Fill(left: (all ? 4 : 2) * Environment.SystemPageSize); // a few rows
        using (MpiJob job = MpiJob.Start(disk, (1, Arguments(many)), (1, Arguments(full))))
            AssertEnds(
                job, () => File.Exists(disk.Outside(full + ".rank1")),
                (all ? "" : @"rank 1 \([^\n]*\): ") + "error: no space is left on the device; free some, or write elsewhere");
        disk.Free();
        CommandResult resumed = MpiJob.Run(disk, (2, Arguments(many))).Succeeds();
        Assert.Matches(@".jsonl has [1-9]\d* of 30 rows", resumed.Log);
        Assert.Equal(
            File.ReadLines(_folder["one.jsonl"]).Order(StringComparer.Ordinal),
            File.ReadLines(disk.Outside(many)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_rank_can_store_tokens()
    {
        string data = _folder["quads.jsonl"], tokens = Path.Combine(_folder["disk"], "tokens");
        WriteIds(data);
        string[] Arguments(string output, string folder, int ranks) =>
        [
            "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={data}",
            $"output_dir={_folder[output]}", $"tokenized_path={folder}", "per_device_train_batch_size=1",
            $"gradient_accumulation_steps={2 / ranks}", "max_steps=1", "report_margins=false", "threads=1", "plot_loss=false",
        ];
        CommandHarness.Run(Arguments("one", "none", 1)).Succeeds();
        using SmallDisk disk = new(_folder["disk"]);
        disk.Fill(left: 64 << 10);
        using (MpiJob job = MpiJob.Start(disk, (2, Arguments("two", tokens, 2))))
            AssertEnds(
                job, () => Directory.Exists(disk.Outside(tokens)),
                "error: .*tokens cannot be stored: .*make room, or name another folder by tokenized_path");
        disk.Free();
        MpiJob.Run(disk, (2, [.. Arguments("two", tokens, 2), "--resume"])).Succeeds();
        Assert.NotEmpty(Directory.GetFiles(disk.Outside(tokens), "*.part", SearchOption.AllDirectories));
        foreach (string file in new[] { "adapter_model.safetensors", "adapter_config.json" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["one"], file)), File.ReadAllBytes(Path.Combine(_folder["two"], file)));
    }

    private static bool Full(SmallDisk disk)
    {
        disk.Fill();
        return true;
    }

    /// <param name="began">Whether it has come to what fails.</param>
    private static void AssertEnds(MpiJob job, Func<bool> began, string error)
    {
        _ = SmallTraining.WaitUntil(began, job.Process);
        CommandResult result = job.Wait();
        Assert.True(result.Code == 3, $"exit code {result.Code}\n{result.Log}");
        Assert.True(Regex.IsMatch(result.Log, error), $"no {error} in:\n{result.Log}");
        Assert.Single(Regex.Matches(result.Log, "error: "));
    }

    // 5 MB of quads in token ids: smaller data is not stored.
    private static void WriteIds(string path)
    {
        Random random = new(1);
        string[] parts = ["x1_ids", "y1_ids", "x2_ids", "y2_ids"];
        File.WriteAllLines(path, Enumerable.Range(0, 3000).Select(
            _ => $"{{{string.Join(", ", parts.Select(part => $"\"{part}\": [{Ids(random)}]"))}}}"));
        Assert.True(new FileInfo(path).Length > 5 << 20, $"{new FileInfo(path).Length} bytes");
    }

    private static string Ids(Random random) => string.Join(
        ", ", Enumerable.Range(0, 100).Select(_ => random.Next(10, 300).ToString(CultureInfo.InvariantCulture)));
}
