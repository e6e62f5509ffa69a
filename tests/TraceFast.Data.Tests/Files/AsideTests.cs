using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using TraceFast.Data.Files;

namespace TraceFast.Data.Tests.Files;

/// <summary>What processes that ended left half written goes; what is being written stays.</summary>
public sealed class AsideTests : IDisposable
{
    private const int NoProcess = int.MaxValue - 1;

    private readonly TestFolder _folder = new();

    private string Path(string name) => System.IO.Path.Combine(_folder.Root, name);

    public static TheoryData<bool> FileOrFolder => [true, false];

    private string Make(string name, bool isFile)
    {
        if (isFile)
            return _folder.Write(name, "half");
        _folder.Write(name + "/inner/half", "half");
        return Path(name);
    }

    [Theory]
    [MemberData(nameof(FileOrFolder))]
    public void What_a_dead_process_left_goes_with_the_next_writing_of_the_same(bool isFile)
    {
        string left = Make($"out.writing-{NoProcess}", isFile), other = Make($"other.writing-{NoProcess}", isFile),
            named = Make("out.writing-on-paper", isFile);
        AtomicFile.Write(Path("out"), "whole"u8.ToArray());
        Assert.False(System.IO.Path.Exists(left));
        Assert.True(System.IO.Path.Exists(other));
        Assert.True(System.IO.Path.Exists(named));
        Assert.Equal([$"other.writing-{NoProcess}"], TemporaryPath.RemoveOrphansIn(_folder.Root, alone: false));
    }

    [Theory]
    [MemberData(nameof(FileOrFolder))]
    public void What_a_living_process_writes_stays_and_a_number_that_came_again_deceives_nobody(bool isFile)
    {
        using Process living = Process.Start("sleep", ["60"]);
        try
        {
            string writing = Make(string.Create(CultureInfo.InvariantCulture, $"out.writing-{living.Id}"), isFile);
            new AtomicFolder().Write(Path("out"), f => File.WriteAllText(System.IO.Path.Combine(f, "a"), "x"));
            Assert.True(System.IO.Path.Exists(writing));
            // Written long before the process with its number began.
            if (isFile)
                File.SetLastWriteTimeUtc(writing, DateTime.UtcNow.AddHours(-1));
            else
                Directory.SetLastWriteTimeUtc(writing, DateTime.UtcNow.AddHours(-1));
            TemporaryPath.RemoveOrphansOf(Path("out"));
            Assert.False(System.IO.Path.Exists(writing));
        }
        finally
        {
            living.Kill();
            living.WaitForExit();
        }
    }

    [Theory]
    [MemberData(nameof(FileOrFolder))]
    public void What_is_locked_stays_whatever_its_number(bool isFile)
    {
        string writing = Make($"out.writing-{NoProcess}", isFile);
        using (SafeFileHandle handle = LinuxCalls.OpenThere(writing))
        {
            Assert.Equal(LockResult.Taken, LinuxCalls.TryLock(handle));
            Assert.Empty(TemporaryPath.RemoveOrphansIn(_folder.Root, alone: true));
        }

        Assert.Single(TemporaryPath.RemoveOrphansIn(_folder.Root, alone: true));
    }

    [Fact]
    public void A_file_and_a_folder_are_locked_while_they_are_written()
    {
        AtomicFile.Write(Path("file"), stream =>
        {
            stream.WriteByte(1);
            Assert.Empty(TemporaryPath.RemoveOrphansIn(_folder.Root, alone: true));
        });
        new AtomicFolder().Write(Path("folder"), _ => Assert.Empty(TemporaryPath.RemoveOrphansIn(_folder.Root, alone: true)));
        Assert.Equal(["file", "folder"], Directory.GetFileSystemEntries(_folder.Root).Select(System.IO.Path.GetFileName).Order());
    }

    [Fact]
    public void Where_a_link_leads_to_is_replaced_and_the_link_stays()
    {
        string target = _folder.Write("elsewhere/file", "old");
        File.CreateSymbolicLink(Path("link"), target);
        AtomicFile.Write(Path("link"), "new"u8.ToArray());
        Assert.Equal(target, new FileInfo(Path("link")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(target));
        Directory.CreateDirectory(Path("real"));
        Directory.CreateSymbolicLink(Path("linked"), Path("real"));
        new AtomicFolder().Write(Path("linked"), f => File.WriteAllText(System.IO.Path.Combine(f, "a"), "x"));
        Assert.Equal("x", File.ReadAllText(Path("real/a")));
        Assert.Equal(Path("real"), new FileInfo(Path("linked")).LinkTarget);
    }

    public void Dispose() => _folder.Dispose();
}
