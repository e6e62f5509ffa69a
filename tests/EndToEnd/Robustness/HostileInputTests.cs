using System.Diagnostics;
using System.Text;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// Damaged and hostile files, one at a time, through the program's entry point: the command gives a normal result where the file
/// is still valid, else a typed error and exit code 2; it never crashes, never takes over five seconds, and never writes output.
/// </summary>
public sealed class HostileInputTests : IDisposable
{
    /// <summary>
    /// In processor time of the one thread that computes, which a busy machine does not stretch; a wait would show in the other.
    /// 50 MB take about 1.5 s on a quiet machine, and up to 6 s where fresh memory comes slowly.
    /// </summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5), s_limitOf50Megabytes = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_hung = TimeSpan.FromMinutes(2);

    private readonly HostileFiles _files = new();
    private readonly int _threads = torch.get_num_threads();
    private readonly Trials _trials;

    public HostileInputTests(Trials trials)
    {
        _trials = trials;
        torch.set_num_threads(1);
    }

    public static TheoryData<string, int> Targets => new()
    {
        { "model/model.safetensors", 300 },
        { "model/config.json", 300 },
        { "model/tokenizer.json", 250 },
        { "model/tokenizer_config.json", 200 },
        { "adapter/adapter_model.safetensors", 200 },
        { "adapter/adapter_config.json", 200 },
        { "lines.jsonl", 200 },
        { "quads.jsonl", 150 },
        { "quads.json", 150 },
        { "dataset_info.json", 150 },
        { "train.yaml", 150 },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_mutation_is_read_or_refused(string file, int mutations)
    {
        if (file.StartsWith("adapter/", StringComparison.Ordinal))
            _files.WriteAdapter();
        byte[] original = File.ReadAllBytes(_files[file]);
        Outcome(file, "unchanged", mustSucceed: true);
        int valid = 0;
        for (int seed = 0; seed < mutations; seed++)
        {
            byte[] mutated = Mutation.Apply(original, seed, out string what);
            File.WriteAllBytes(_files[file], mutated);
            valid += Outcome(file, $"seed {seed}: {what}", mustSucceed: false) ? 1 : 0;
        }
        Assert.True(valid < mutations, "no mutation was refused: nothing is checked");
    }

    [Fact]
    public void Hostile_safetensors_headers_are_refused()
    {
        string path = _files["model/model.safetensors"];
        foreach ((string header, ulong? length) in new (string, ulong?)[]
        {
            ("{}", 1UL << 63), ("{}", ulong.MaxValue), ("{}", 1UL << 40), ("", 0),
            ("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", null),
            ("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,18446744073709551615]}}""", null),
            (string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), null),
        })
        {
            byte[] text = Encoding.UTF8.GetBytes(header);
            File.WriteAllBytes(path, [.. BitConverter.GetBytes(length ?? (ulong)text.Length), .. text, .. new byte[32]]);
            Assert.False(Outcome("model/model.safetensors", header[..Math.Min(80, header.Length)], mustSucceed: false));
        }
    }

    [Fact]
    public void A_fifty_megabyte_line_costs_at_most_twice_its_size()
    {
        const int Size = 50_000_000;
        string path = _files["quads.jsonl"];
        File.WriteAllText(path, "{\"x1\":\"" + new string('a', Size) + "\n");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.False(Outcome("quads.jsonl", "a line of 50 MB that does not end", mustSucceed: false, limit: s_limitOf50Megabytes));
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(allocated <= 2L * Size + (16 << 20), $"{allocated >> 20} MiB were allocated for a file of {Size >> 20} MiB");
    }

    /// <summary>
    /// A valid line of 50 MB: checked as any other, and refused by what would have to compute on it, in the memory of a few copies of it.
    /// </summary>
    [Theory]
    [InlineData("quads.jsonl", "x1", null)]
    [InlineData("train.yaml", "y2", "quads.jsonl:1: at least 3571428 tokens, limit 512")]
    [InlineData("lines.jsonl", "response", "'response' has at least 3571428 tokens, more than --cutoff-len 512")]
    public void A_fifty_megabyte_text_is_not_tokenized_where_it_cannot_fit(string file, string key, string? refusal)
    {
        const int Size = 50_000_000;
        string[] keys = file == "lines.jsonl" ? ["prompt", "response"] : ["x1", "y1", "x2", "y2"];
        string path = _files[file == "train.yaml" ? "quads.jsonl" : file];
        File.WriteAllText(
            path, "{" + string.Join(",", keys.Select(k => $"\"{k}\":\"{new string('a', k == key ? Size : 3)}\"")) + "}\n");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal(
            refusal is null, Outcome(file, $"{key} of 50 MB", mustSucceed: refusal is null, refusal, s_limitOf50Megabytes));
        // The file's bytes once and ten strings of two bytes a character (its ids would be 4 bytes a character more).
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(allocated <= 22L * Size + (16 << 20), $"{allocated >> 20} MiB were allocated for a file of {Size >> 20} MiB");
    }

    public void Dispose()
    {
        torch.set_num_threads(_threads);
        _files.Dispose();
    }

    /// <summary>Runs the command that reads the file; true when it took it.</summary>
    private bool Outcome(string file, string what, bool mustSucceed, string? refusal = null, TimeSpan? limit = null)
    {
        string output = _files["output"];
        (string[] args, string input) = _files.CommandFor(file, output);
        long start = Stopwatch.GetTimestamp();
        TimeSpan spent = Environment.CpuUsage.TotalTime;
        CommandResult result = CommandHarness.Run(args, input);
        spent = Environment.CpuUsage.TotalTime - spent;
        string report = $"{file}, {what}: exit code {result.Code} after {spent.TotalSeconds:0.0} s\n{result.Log}";
        Assert.True(result.Code == 0 || (result.Code == 2 && !mustSucceed), report);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        _trials.Count("hostile content", $"{file}, {what}", result, took);
        Assert.True(spent < (limit ?? s_limit) && took < s_hung, report);
        if (result.Code == 2)
        {
            Assert.True(
                result.Log.Contains("error: ", StringComparison.Ordinal) || result.Output.Contains("bad", StringComparison.Ordinal),
                report);
            Assert.Contains(refusal ?? "", result.Log, StringComparison.Ordinal);
            Assert.False(Directory.Exists(output), $"{report}\nsomething was written");
        }
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
        return result.Code == 0;
    }
}
