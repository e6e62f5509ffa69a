#pragma warning disable RCS0056 // Lines of data are as long as they are.
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Synthesis;
using TraceFast.Synthesis.FromPreference;
using TraceFast.Synthesis.FromSft;

namespace TraceFast.Synthesis.Tests;

/// <summary>
/// Quads from real preference and SFT data: every record accounted for, every quad checked, the same bytes again, several types among them.
/// </summary>
public sealed class DemoQuadsTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quads").FullName;

    [Theory]
    [InlineData("preference", "dpo_en_demo.json", 20, 6)]
    [InlineData("preference", "dpo_zh_demo.json", 30, 6)]
    [InlineData("sft", "alpaca_en_demo.json", 200, 8)]
    [InlineData("sft", "alpaca_zh_demo.json", 100, 7)]
    public void Records_become_checked_quads(string way, string file, int least, int types)
    {
        string data = Oracles.Require("preference", file);
        (QuadRunReport report, int records) = Run(way, data, "a.jsonl", 42);
        output.WriteLine(
            $"{file}: {records} records, {report.Quads} quads; "
                + $"dropped {string.Join(", ", report.Drops.All.Select(d => $"{d.Reason} {d.Count}"))}; "
                + $"types {string.Join(", ", report.Types.Select(t => $"{t.Type} {t.Count}"))}");
        Assert.InRange(report.Quads, least, records);
        Assert.Equal(records, report.Quads + report.Drops.Total);
        Assert.True(report.Types.Count >= types);

        Quad[] quads = [.. File.ReadLines(report.File)
            .Select(line => QuadJson.Read(System.Text.Json.JsonDocument.Parse(line).RootElement))];
        Assert.Equal(report.Quads, quads.Length);
        Assert.All(quads, quad => Assert.Null(QuadCheck.Check(quad).Drop));
        Assert.All(quads, quad => Assert.StartsWith(data + ":", quad.Origin, StringComparison.Ordinal));
        Assert.Equal(quads.Length, DataSet.Load(new DataSetOptions { Names = [report.File], Stage = Stage.Iopo }).Count);

        Run(way, data, "b.jsonl", 42);
        Assert.Equal(File.ReadAllBytes(report.File), File.ReadAllBytes(Path.Combine(_folder, "b.jsonl")));
        Run(way, data, "c.jsonl", 43);
        Assert.NotEqual(File.ReadAllBytes(report.File), File.ReadAllBytes(Path.Combine(_folder, "c.jsonl")));
    }

    [Fact]
    public void A_bad_record_is_named_and_leaves_no_file()
    {
        string data = Path.Combine(_folder, "bad.jsonl");
        File.WriteAllText(data, """
            {"prompt": "Why is the sky blue?", "chosen": "Because air scatters blue light more than red light.", "rejected": "It is the sea."}
            {"prompt": "Why is the sky blue?", "chosen": 3, "rejected": "It is the sea."}
            """);
        BadRecordsException error = Assert.Throws<BadRecordsException>(() => Run("preference", data, "x.jsonl", 1));
        Assert.Contains($"{data}:2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(_folder), f => f.Contains("x.jsonl", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (QuadRunReport Report, int Records) Run(string way, string data, string name, ulong seed)
    {
        DataSetStream stream = new(new DataSetOptions { Names = [data], Stage = way == "sft" ? Stage.Sft : Stage.Dpo });
        IQuadGenerator maker = way == "sft" ? new SftQuads(stream.Read().Cast<SftRecord>(), seed)
            : new PreferenceQuads(stream.Read().Cast<PairRecord>(), seed);
        QuadRunReport report = QuadRun.Write(maker, Path.Combine(_folder, name), stream.ThrowIfBad, TestContext.Current.CancellationToken);
        return (report, stream.RecordsRead);
    }
}
