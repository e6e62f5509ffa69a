using System.Text;

namespace TraceFast.Data.Tests;

/// <summary>A folder that lives as long as the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("tracefast-data-").FullName;

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public string Write(string name, byte[] content)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public DataSet Load(string content, Stage stage, string name = "data.jsonl") =>
        DataSet.Load(new DataSetOptions { Names = [Write(name, content)], Stage = stage });

    /// <summary>What is wrong with the only record of a file.</summary>
    public string ReasonFor(string record, Stage stage)
    {
        BadRecordsException e = Assert.Throws<BadRecordsException>(() => Load(record, stage));
        return Assert.Single(e.BadRecords).Reason;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
