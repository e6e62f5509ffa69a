using System.Diagnostics;

namespace TraceFast.EndToEnd.Distributed;

/// <summary>
/// A file system that can be filled, mounted on a folder in a namespace of its own, which takes no rights: processes that are started
/// through <see cref="Entering"/> see it there.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private const int NoSpace = 28; // ENOSPC
    private const int MiB = 1 << 20;
    private const int Size = 64 * MiB;

    private readonly Process _holder;
    private readonly string _folder;

    /// <param name="folder">Is made, and stays empty outside.</param>
    public SmallDisk(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        ProcessStartInfo start = new("unshare")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
            ArgumentList = { "-Urm", "sh", "-c", $"mount -t tmpfs -o size={Size} none \"$0\" && echo mounted && exec cat", _folder },
        };
        _holder = Process.Start(start)!;
        if (_holder.StandardOutput.ReadLine() != "mounted")
            Assert.Skip(
                $"no file system can be mounted in a namespace of its own here: {_holder.StandardError.ReadToEnd().Trim()}");
    }

    /// <summary>The command before a command that is to see the disk.</summary>
    public string[] Entering => ["nsenter", "-t", $"{_holder.Id}", "-U", "-m", "--preserve-credentials"];

    /// <summary>The path from outside of a path on the disk.</summary>
    public string Outside(string path) => $"/proc/{_holder.Id}/root{path}";

    /// <summary>Leaves some bytes, to the page.</summary>
    public void Fill(int left = 0)
    {
        using FileStream filler = new(
            Outside(Path.Combine(_folder, "filler")), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        byte[] page = new byte[Environment.SystemPageSize];
        DriveInfo disk = new(Outside(_folder));
        try
        {
            while (disk.AvailableFreeSpace > left)
                filler.Write(page);
        }
        catch (IOException e) when (e.HResult == NoSpace)
        {
            // The job's own files took the last page.
        }
    }

    public void Free() => File.Delete(Outside(Path.Combine(_folder, "filler")));

    public void Dispose()
    {
        if (!_holder.HasExited)
            _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
