using System.Diagnostics;
using System.Globalization;
using System.Text;
using TraceFast.EndToEnd.Commands;
using TraceFast.EndToEnd.Distributed;

namespace TraceFast.EndToEnd.Durability;

/// <summary>A data set of three parts: what a process that was killed has tokenized stays, and several ranks share the work.</summary>
public sealed class KilledTokenizationTests : IDisposable
{
    private const long Bytes = 140 << 20;

    private static readonly string[] s_parts = ["x1_ids", "y1_ids", "x2_ids", "y2_ids"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public KilledTokenizationTests()
    {
        _data = _folder["quads.jsonl"];
        Random random = new(1);
        byte[][] lines = [.. Enumerable.Range(0, 50).Select(_ => Encoding.ASCII.GetBytes(
            $"{{{string.Join(", ", s_parts.Select(part => $"\"{part}\": [{Ids(random)}]"))}}}\n"))];
        using FileStream file = File.Create(_data);
        for (int i = 0; file.Length < Bytes; i++)
            file.Write(lines[i % lines.Length]);
    }

    private string Tokens => _folder["tokens"];

    private string[] Parts => !Directory.Exists(Tokens) ? []
        : [.. Directory.GetFiles(Tokens, "*.part", SearchOption.AllDirectories).Order()];

    [Fact]
    public void A_killed_process_leaves_whole_parts_and_ranks_make_the_others()
    {
        CommandHarness.Run(Arguments("memory", "none")).Succeeds();
        using (Process killed = CommandHarness.Start(Arguments("killed", Tokens)))
        {
            killed.ErrorDataReceived += (_, _) => { };
            killed.BeginErrorReadLine();
            Assert.True(SmallTraining.WaitUntil(() => Parts.Length > 0, killed), "it has ended before it could be killed");
            killed.Kill();
            killed.WaitForExit();
        }
        string[] before = Parts;
        Assert.InRange(before.Length, 1, 2);
        DateTime[] times = [.. before.Select(File.GetLastWriteTimeUtc)];

        MpiJob.Run(2, [.. Arguments("ranks", Tokens), "gradient_accumulation_steps=1"]).Succeeds();
        Assert.Equal(3, Parts.Length);
        Assert.Equal(times, before.Select(File.GetLastWriteTimeUtc));
        CommandResult again = CommandHarness.Run(Arguments("again", Tokens)).Succeeds();
        Assert.Contains("its tokens are found on disk", again.Log, StringComparison.Ordinal);
        foreach (string run in new[] { "ranks", "again" })
            Assert.Equal(Adapter("memory"), Adapter(run));
        string[] left = [.. Directory.GetFiles(Tokens, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f))];
        Assert.DoesNotContain(left, name => name.EndsWith(".lock", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private string[] Arguments(string output, string tokens) =>
    [
        "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={_data}",
        $"output_dir={_folder[output]}", $"tokenized_path={tokens}", "cutoff_len=2000", "per_device_train_batch_size=1",
        "gradient_accumulation_steps=2", "max_steps=1", "report_margins=false", "threads=1", "plot_loss=false",
    ];

    private byte[] Adapter(string output) => File.ReadAllBytes(Path.Combine(_folder[output], "adapter_model.safetensors"));

    private static string Ids(Random random) => string.Join(
        ", ", Enumerable.Range(0, 300).Select(_ => random.Next(10, 300).ToString(CultureInfo.InvariantCulture)));
}
