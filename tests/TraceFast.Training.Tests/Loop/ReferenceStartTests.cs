using System.Text.Json;

namespace TraceFast.Training.Tests.Loop;

public class ReferenceStartTests
{
    private static TrainedRun Continue(TrainedRun run, string reference, params (string, object)[] more)
    {
        string sft = Oracles.Require("oracles", "hf", "trajectories", "sft_lora");
        string adapter = Directory.Exists(Path.Combine(run.Folder, "adapter"))
            ? Path.Combine(run.Folder, "adapter")
            : run.WriteAdapter(Path.Combine(sft, "adapter_config.json"), Path.Combine(sft, "adapter_after.safetensors"));
        return run.Train(
            SmallRun.Iopo(run, [("adapter_name_or_path", adapter), ("reference", reference), ("overwrite_output_dir", true), .. more]));
    }

    [Fact]
    public void Continuing_from_an_adapter_the_margin_starts_at_zero_under_start_and_not_under_base()
    {
        using TrainedRun start = new(), onBase = new();
        JsonElement first = Continue(start, "start").Metrics[0];
        Assert.Equal(0, first.GetProperty("margins").GetDouble(), 1e-6);
        Assert.Equal(Math.Log(2), first.GetProperty("loss").GetDouble(), 1e-6);
        Assert.All(start.Lines("margins.jsonl"), line => Assert.Equal(0, line.GetProperty("before").GetDouble(), 1e-6));

        JsonElement firstOnBase = Continue(onBase, "base").Metrics[0];
        Assert.True(Math.Abs(firstOnBase.GetProperty("margins").GetDouble()) > 1e-4, firstOnBase.ToString());
        Assert.Contains(onBase.Lines("margins.jsonl"), line => Math.Abs(line.GetProperty("before").GetDouble()) > 1e-4);
    }

    [Fact]
    public void An_adapter_folder_as_reference_is_that_adapter()
    {
        using TrainedRun start = new(), folder = new();
        Continue(start, "start");
        string adapter = Path.Combine(start.Folder, "adapter");
        Continue(folder, adapter);
        Assert.Equal(start.DeterministicMetrics, folder.DeterministicMetrics);
    }

    [Fact]
    public void A_model_folder_as_reference_is_that_model()
    {
        using TrainedRun onBase = new(), folder = new();
        Continue(onBase, "base");
        Continue(folder, SmallRun.Model);
        Assert.Equal(onBase.DeterministicMetrics, folder.DeterministicMetrics);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("base")]
    public void A_run_of_few_steps_computes_the_reference_of_the_records_that_it_reads_with_the_same_bits(string reference)
    {
        using TrainedRun whole = new(), few = new();
        Continue(whole, reference);
        Continue(few, reference, ("max_steps", 1), ("save_strategy", "no"));
        string[] step = [.. File.ReadLines(Path.Combine(few.Output, "records.jsonl"))];
        Assert.Equal(File.ReadLines(Path.Combine(whole.Output, "records.jsonl")).Take(step.Length), step);
        Assert.Contains("log-probs of 11 records computed", whole.Log, StringComparison.Ordinal);
        Assert.Contains("log-probs of 4 of 11 records, those that the run needs, computed", few.Log, StringComparison.Ordinal);

        Dictionary<int, double> before = whole.Lines("margins.jsonl")
            .ToDictionary(m => m.GetProperty("record").GetInt32(), m => m.GetProperty("before").GetDouble());
        JsonElement[] margins = few.Lines("margins.jsonl");
        Assert.Equal(4, margins.Length);
        Assert.All(margins, m => Assert.Equal(before[m.GetProperty("record").GetInt32()], m.GetProperty("before").GetDouble()));
        Assert.All(margins, m => Assert.True(double.IsFinite(m.GetProperty("after").GetDouble())));
        Assert.Contains(
            "margins before and after are reported of 4 of 11 training records, which the steps have read", few.Log,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_is_computed_once_and_a_truncated_file_is_not_valid()
    {
        using TrainedRun run = new();
        Continue(run, "start");
        string metrics = run.DeterministicMetrics;
        string file = Assert.Single(Directory.GetFiles(Path.Combine(run.Output, "reference")));
        Assert.Contains("log-probs of 11 records computed", run.Log, StringComparison.Ordinal);

        Continue(run, "start");
        Assert.Contains("log-probs of 11 records found on disk", run.Log, StringComparison.Ordinal);

        byte[] bytes = File.ReadAllBytes(file);
        bytes[100] ^= 1;
        File.WriteAllBytes(file, bytes);
        Continue(run, "start");
        Assert.Contains("not valid", run.Log, StringComparison.Ordinal);
        Assert.Equal(metrics, run.DeterministicMetrics);
    }
}
