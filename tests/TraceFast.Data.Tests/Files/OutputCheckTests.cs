using TraceFast.Data.Files;

namespace TraceFast.Data.Tests.Files;

/// <summary>Which outputs are refused; the commands' own table is in EndToEnd.</summary>
public sealed class OutputCheckTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Path(string name) => System.IO.Path.Combine(_folder.Root, name);

    private OutputCheck Check(bool overwrite) =>
        new OutputCheck(overwrite).Reads("--data", Path("data.jsonl")).Reads("--model", Path("model")).Reads("--adapter", (string?)null)
            .Reads("--absent", Path("absent"));

    public OutputCheckTests()
    {
        _folder.Write("data.jsonl", "{}");
        _folder.Write("model/config.json", "{}");
        _folder.Write("model/inner/more.json", "{}");
        _folder.Write("foreign", "x");
        _folder.Write("mktemp", "");
        _folder.Write("full/x", "x");
        Directory.CreateDirectory(Path("empty"));
        File.CreateSymbolicLink(Path("link"), Path("data.jsonl"));
        File.CreateSymbolicLink(Path("link-of-link"), Path("link"));
        File.CreateSymbolicLink(Path("dangling"), Path("nowhere"));
        Directory.CreateSymbolicLink(Path("linked-model"), Path("model"));
        using System.Diagnostics.Process hard = System.Diagnostics.Process.Start("ln", [Path("data.jsonl"), Path("hard")]);
        using System.Diagnostics.Process inner = System.Diagnostics.Process.Start("ln", [Path("model/config.json"), Path("hard-config")]);
        using System.Diagnostics.Process pipe = System.Diagnostics.Process.Start("mkfifo", [Path("pipe")]);
        foreach (System.Diagnostics.Process process in new[] { hard, inner, pipe })
            process.WaitForExit();
    }

    [Theory]
    [InlineData("new", false, null)]
    [InlineData("empty/new", false, null)]
    [InlineData("model/new.json", false, null)]
    [InlineData("dangling", false, null)]
    [InlineData("mktemp", false, null)]
    [InlineData("foreign", true, null)]
    [InlineData("foreign", false, "is there already")]
    [InlineData("data.jsonl", true, "is the same file as --data")]
    [InlineData("empty/../data.jsonl", true, "is the same file as --data")]
    [InlineData("link", true, "is the same file as --data")]
    [InlineData("link-of-link", true, "is the same file as --data")]
    [InlineData("hard", true, "is the same file as --data")]
    [InlineData("model/config.json", true, "is a file of --model")]
    [InlineData("model/inner/more.json", true, "is a file of --model")]
    [InlineData("linked-model/config.json", true, "is a file of --model")]
    [InlineData("hard-config", true, "is a file of --model")]
    [InlineData("empty", true, "is a folder")]
    [InlineData("pipe", true, "is a pipe or a device")]
    [InlineData("/dev/null", true, "is a pipe or a device")]
    public void Files(string output, bool overwrite, string? refused) => Same(() => Check(overwrite).File("--out", Path(output)), refused);

    [Theory]
    [InlineData("new", false, null)]
    [InlineData("model/new", false, null)]
    [InlineData("empty", false, null)]
    [InlineData("full", true, null)]
    [InlineData("full", false, "the folder is not empty")]
    [InlineData("model", true, "is the same folder as --model")]
    [InlineData("linked-model", true, "is the same folder as --model")]
    [InlineData("linked-model/", true, "is the same folder as --model")]
    [InlineData("model/inner", true, "is a part of --model")]
    [InlineData("", true, "holds --data")]
    [InlineData("..", true, "holds --data")]
    [InlineData("foreign", true, "is a file, expected a folder")]
    [InlineData("pipe", true, "is a pipe or a device")]
    public void Folders(string output, bool overwrite, string? refused) =>
        Same(() => Check(overwrite).Folder("--out", Path(output)), refused);

    [Fact]
    public void Two_outputs_are_two_files()
    {
        OutputCheck check = Check(overwrite: true);
        check.File("--html", Path("a"));
        Same(() => check.File("--per-record", Path("empty/../a")), "is named by --html too");
    }

    [Fact]
    public void A_folder_is_replaced_only_where_nothing_is_lost_with_it()
    {
        string before = File.ReadAllText(Path("full/x"));
        InputException e = Assert.Throws<InputException>(
            () => OutputCheck.WriteFolder(Path("full"), f => File.WriteAllText(System.IO.Path.Combine(f, "y"), "y")));
        Assert.Contains("holds x", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path("full/x")));
        OutputCheck.WriteFolder(Path("full"), f => File.WriteAllText(System.IO.Path.Combine(f, "x"), "new"));
        Assert.Equal("new", File.ReadAllText(Path("full/x")));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root, "*.writing-*"));
    }

    private static void Same(Action check, string? refused)
    {
        if (refused is null)
        {
            check();
            return;
        }

        Assert.Contains(refused, Assert.Throws<InputException>(check).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
