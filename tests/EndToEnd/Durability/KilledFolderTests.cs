using System.Diagnostics;
using TraceFast.EndToEnd.Commands;

namespace TraceFast.EndToEnd.Durability;

/// <summary>kill -9 while a folder is written: its name does not exist, and the next run removes what is left next to it.</summary>
public sealed class KilledFolderTests
{
    private const int Tries = 8;

    [Theory]
    [InlineData("merge")]
    [InlineData("export")]
    public void A_folder_is_whole_or_absent(string command)
    {
        using TemporaryFolder folder = new();
        DemoModel.Train(folder["adapter"], "save_strategy=no").Succeeds();
        string output = folder["out"];
        string[] arguments = [command, "--model", DemoModel.Folder, "--adapter", folder["adapter"], "--out", output];
        string[] left = [];
        for (int i = 0; i < Tries && left.Length == 0; i++)
        {
            using Process process = CommandHarness.Start(arguments);
            // Something half written stands there for as long as it takes to force it to the disk.
            while (!process.HasExited && !Directory.Exists(output) && Directory.GetDirectories(folder.Path, "out.writing-*").Length == 0)
                Thread.Yield();
            process.Kill();
            process.WaitForExit();
            left = Directory.GetDirectories(folder.Path, "out.writing-*");
            if (Directory.Exists(output))
                Directory.Delete(output, recursive: true); // the kill came late
        }

        Assert.Single(left);
        CommandHarness.Run(arguments).Succeeds();
        Assert.Equal([folder["adapter"], output], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(output, "config.json")));
    }
}
