using TraceFast.Data;

namespace TraceFast.Cli.Demo;

/// <summary>One process at a time works in a folder: two would remove each other's files.</summary>
internal static class FolderLock
{
    /// <returns>Held until it is disposed of, or the process ends.</returns>
    /// <exception cref="InputException">Another process holds it.</exception>
    public static FileStream Take(string folder)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, ".lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new InputException($"{path}: another demonstration works in this folder ({e.Message}); wait until it has ended, or work in another folder", e);
        }
    }
}
