using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using TraceFast.Gate.Running;
using TraceFast.Tests;

namespace TraceFast.Gate.Tests.Running;

public sealed class PagePlacementTests : IDisposable
{
    private const int Bytes = (4 << 20) + 100;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>All of it is read again, in other physical pages, and is what it was.</summary>
    [Fact]
    public void A_files_pages_move_and_its_bytes_stay()
    {
        string file = Written("one");
        byte[] content = File.ReadAllBytes(file);
        ulong[] before = Frames(file);
        Assert.Equal(Bytes, PagePlacement.Move([_folder.Path], 1, default));
        ulong[] after = Frames(file);
        Assert.Equal(content, File.ReadAllBytes(file));
        if (before.All(frame => frame == 0))
            Assert.Skip("page numbers are root's to see");
        Assert.True(before.Zip(after).Count(f => f.First != f.Second) > before.Length / 2, "at most half of the pages moved");
    }

    [Fact]
    public void Only_what_is_in_memory_moves_and_links_are_not_followed()
    {
        Directory.CreateDirectory(_folder["inner"]);
        string file = Written("inner/one");
        File.WriteAllText(_folder["empty"], "");
        File.CreateSymbolicLink(_folder["link"], file);
        Assert.Equal(Bytes, PagePlacement.Move([_folder.Path], 2, default));
        Assert.Equal(2 * Bytes, PagePlacement.Move([_folder.Path, _folder["inner"]], 3, default));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() => Assert.Contains(
        "none: No such file or directory",
        Assert.Throws<CannotDecideException>(() => PagePlacement.Move([_folder["none"]], 1, default)).Message, StringComparison.Ordinal);

    private string Written(string name)
    {
        byte[] content = new byte[Bytes];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }

    /// <summary>The physical page of each page of a file; 0 where the system does not tell.</summary>
    private static unsafe ulong[] Frames(string path)
    {
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            int size = Environment.SystemPageSize, count = (Bytes + size - 1) / size;
            ulong[] frames = new ulong[count];
            using FileStream table = File.OpenRead("/proc/self/pagemap");
            for (int page = 0; page < count; page++)
                _ = Marshal.ReadByte((nint)(start + ((long)page * size))); // now it is mapped
            table.Seek((long)start / size * sizeof(ulong), SeekOrigin.Begin);
            table.ReadExactly(MemoryMarshal.AsBytes(frames.AsSpan()));
            return [.. frames.Select(entry => entry & ((1UL << 55) - 1))];
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }
}
