using TraceFast.Tests;

namespace TraceFast.Data.Tests;

/// <summary>Only regular files are read, whatever a path leads to; a pipe that the process was given is read once.</summary>
public sealed class InputFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string> Kinds => [.. SpecialFile.Kinds];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_no_file_is_named_at_once(string kind)
    {
        string path = Path.Combine(_folder.Root, "data.jsonl"), link = Path.Combine(_folder.Root, "link.jsonl");
        SpecialFile.Make(kind, path);
        File.CreateSymbolicLink(link, path);
        foreach (string named in new[] { path, link })
        {
            foreach (Action open in new Action[]
            {
                () => InputFile.RequireRegular(named),
                () => InputFile.RequireReadable(named),
                () => InputFile.ReadAllBytes(named),
                () => Assert.Empty(JsonLines.Read(named)),
                () => DataSet.Load(new DataSetOptions { Names = [named], Stage = Stage.Sft }),
            })
            {
                string message = Assert.Throws<InputException>(open).Message;
                Assert.StartsWith(named, message, StringComparison.Ordinal);
                Assert.Contains(SpecialFile.Named(kind), message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Files_and_links_to_them_are_read_and_absent_ones_are_left_to_the_caller()
    {
        string file = _folder.Write("a", "abc"), link = Path.Combine(_folder.Root, "b");
        File.CreateSymbolicLink(link, file);
        Assert.Equal("abc"u8.ToArray(), InputFile.ReadAllBytes(link));
        InputFile.RequireRegular(Path.Combine(_folder.Root, "none"));
        InputFile.RequireRegular("");
        InputFile.RequireRegular("a\0b");
        Assert.Throws<FileNotFoundException>(() => InputFile.ReadAllBytes(Path.Combine(_folder.Root, "none")));
    }
}
