using System.Diagnostics;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// Damaged files through the launcher, as a process of their own: where the process died, exit code and output would tell. What a
/// library writes past the program's own streams shows here too.
/// </summary>
public sealed class LaunchedMutationTests(Trials trials)
{
    private const int Mutations = 50;

    /// <summary>Generous: the limit on time is tested where other work on the machine does not count.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2), s_build = TimeSpan.FromMinutes(10);

    private static readonly string[] s_targets =
    [
        "model/model.safetensors", "model/config.json", "model/tokenizer.json", "model/tokenizer_config.json",
        "adapter/adapter_model.safetensors",
        "adapter/adapter_config.json", "lines.jsonl", "quads.jsonl", "dataset_info.json", "train.yaml",
    ];

    [Fact]
    public void Every_mutation_ends_in_a_result_or_an_error()
    {
        CommandHarness.Launch(["--help"], [], s_build).Succeeds();
        using HostileFiles files = new();
        files.WriteAdapter();
        int refused = 0;
        for (int seed = 0; seed < Mutations; seed++)
        {
            string file = s_targets[seed % s_targets.Length];
            byte[] original = File.ReadAllBytes(files[file]);
            File.WriteAllBytes(files[file], Mutation.Apply(original, seed, out string what));
            (string[] args, string input) = files.CommandFor(file, files["output"]);
            long start = Stopwatch.GetTimestamp();
            CommandResult result = CommandHarness.Launch(args, System.Text.Encoding.UTF8.GetBytes(input), s_limit);
            string report = $"{file}, seed {seed}: {what}: exit code {result.Code}\n{result.Log}";
            trials.Count("hostile content, launched", $"{file}, seed {seed}: {what}", result, Stopwatch.GetElapsedTime(start));
            Assert.True(result.Code is 0 or 2, report);
            if (result.Code == 2)
            {
                refused++;
                Assert.True(
                    result.Log.Contains("error: ", StringComparison.Ordinal) || result.Output.Contains("bad", StringComparison.Ordinal),
                    report);
                Assert.False(Directory.Exists(files["output"]), report);
            }
            File.WriteAllBytes(files[file], original);
            if (Directory.Exists(files["output"]))
                Directory.Delete(files["output"], recursive: true);
        }
        Assert.InRange(refused, Mutations / 4, Mutations);
    }
}
