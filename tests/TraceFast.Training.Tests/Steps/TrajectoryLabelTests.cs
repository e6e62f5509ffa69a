using System.Text.Json;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Tests.Steps;

/// <summary>Labels of supervised examples are counted as transformers counts them, which the mean per token rests on.</summary>
public sealed class TrajectoryLabelTests
{
    [Theory]
    [InlineData("sft_full")]
    [InlineData("sft_full_tied")]
    [InlineData("sft_lora")]
    [InlineData("sft_lora_mean_of_means")]
    public void Labels_of_every_micro_batch_equal_the_recorded_count(string run)
    {
        EncodedSft[] examples = Examples(Oracles.Require("oracles", "hf", "trajectories", run, "examples.json"));
        using JsonDocument trajectory = JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("oracles", "hf", "trajectories", run, "trajectory.json")));
        int micro = 0;
        foreach (JsonElement step in trajectory.RootElement.GetProperty("steps_float32").EnumerateArray())
        {
            foreach (JsonElement m in step.GetProperty("micro_batches").EnumerateArray())
            {
                int labels = m.GetProperty("example_indices").EnumerateArray()
                    .Sum(i => RecordSequences.LabelCount(examples[i.GetInt32()], SequenceRole.Sft));
                Assert.Equal(m.GetProperty("tokens_with_label").GetInt32(), labels);
                micro++;
            }
        }
        Assert.True(micro >= 22, $"{micro} micro-batches");
    }

    private static EncodedSft[] Examples(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.EnumerateArray().Select((e, index) =>
        {
            int[] ids = [.. e.GetProperty("input_ids").EnumerateArray().Select(i => i.GetInt32())];
            int[] labels = [.. e.GetProperty("labels").EnumerateArray().Select(i => i.GetInt32())];
            return new EncodedSft(index, [.. ids.Select((id, i) => new RecordPart([id], labels[i] != -100))]);
        })];
    }
}
