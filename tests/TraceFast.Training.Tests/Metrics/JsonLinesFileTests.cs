using TraceFast.Training.Metrics;

namespace TraceFast.Training.Tests.Metrics;

public sealed class JsonLinesFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-lines-").FullName;

    [Fact]
    public void A_file_is_cut_back_to_the_checkpoint_and_goes_on_there()
    {
        string path = Path.Combine(_folder, "metrics.jsonl");
        long checkpoint;
        using (JsonLinesFile lines = new(AppendedFile.Open(path, 0)))
        {
            lines.Append(j => j.WriteNumber("step", 0));
            checkpoint = lines.File.Length;
            lines.Append(j => j.WriteNumber("step", 1));
            lines.Append(j => j.WriteNumber("step", 2));
        }

        using (JsonLinesFile lines = new(AppendedFile.Open(path, checkpoint)))
            lines.Append(j => j.WriteNumber("step", 1));
        Assert.Equal("{\"step\":0}\n{\"step\":1}\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_file_shorter_than_the_checkpoint_says_is_refused_and_left_as_it_is()
    {
        string path = Path.Combine(_folder, "metrics.jsonl");
        File.WriteAllText(path, "{}\n");
        MetricsFileException e = Assert.Throws<MetricsFileException>(() => AppendedFile.Open(path, 100));
        Assert.Contains("3 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal("{}\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_number_reads_back_to_the_same_bits()
    {
        string path = Path.Combine(_folder, "m");
        double value = Math.PI / 1e7;
        using (JsonLinesFile lines = new(AppendedFile.Open(path, 0)))
            lines.Append(j => j.WriteNumber("loss", value));
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal(value, json.RootElement.GetProperty("loss").GetDouble());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
