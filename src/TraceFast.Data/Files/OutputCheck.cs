namespace TraceFast.Data.Files;

/// <summary>
/// What a command reads and what it is about to write, asked before it computes anything. An output that is there is refused unless it may
/// be replaced; one that is an input, through whatever links, is refused always, and so is what is neither file nor folder.
/// </summary>
/// <param name="overwrite">Whether what is there may be replaced.</param>
/// <param name="allow">What allows that, as messages name it.</param>
public sealed class OutputCheck(bool overwrite, string allow = "replace it with --overwrite")
{
    private readonly List<(string Name, string Path)> _inputs = [];
    private readonly List<(string Name, string Path)> _outputs = [];

    /// <summary>Names an input: a file, or a folder that is read. What is absent is left to whoever reads it.</summary>
    /// <param name="name">The option or key, for messages.</param>
    /// <param name="path">Null: not given.</param>
    public OutputCheck Reads(string name, string? path)
    {
        if (path is not null && FileIdentity.Of(path) is not null)
            _inputs.Add((name, path));
        return this;
    }

    /// <inheritdoc cref="Reads(string, string?)"/>
    public OutputCheck Reads(string name, IEnumerable<string> paths)
    {
        foreach (string path in paths)
            Reads(name, path);
        return this;
    }

    /// <summary>An output that is a file.</summary>
    /// <param name="name">The option, for messages.</param>
    /// <param name="path">Null: not asked for.</param>
    /// <param name="isOwn">It is known that the same command wrote what is there, and continues it.</param>
    /// <exception cref="InputException">It may not be written.</exception>
    public void File(string name, string? path, bool isOwn = false)
    {
        if (path is null)
            return;
        if (There(name, path, PathKind.File) is not { } identity)
            return;
        foreach ((string input, string read) in _inputs)
        {
            if (FileIdentity.Of(read) == identity)
                throw new InputException($"{name} {path}: is the same file as {input} {read}, which is read; name another file");
            if (!isOwn && Directory.Exists(read) && FilesOf(read).Any(f => FileIdentity.Of(f) == identity))
                throw new InputException($"{name} {path}: is a file of {input} {read}, which is read; name another file");
        }

        // A file that was only made, by mktemp for example, holds nothing that could be lost.
        if (!overwrite && !isOwn && new FileInfo(path).Length > 0)
            throw new InputException($"{name} {path}: is there already; name another file, or {allow}");
    }

    /// <summary>An output that is a folder of its own, written whole.</summary>
    /// <param name="name">The option, for messages.</param>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">It may not be written.</exception>
    public void Folder(string name, string path)
    {
        RequireDistinct(name, path);
        if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
            return;
        HashSet<FileIdentity> above = [.. FileIdentity.Upwards(path)];
        foreach ((string input, string read) in _inputs)
            if (FileIdentity.Of(read) is { } identity && above.Contains(identity))
                throw new InputException($"{name} {path}: is a part of {input} {read}, which is read; name another folder");
        if (!overwrite)
            throw new InputException($"{name} {path}: the folder is not empty; name a new one, or {allow}");
    }

    /// <summary>An output folder that gets files beside those that are there.</summary>
    /// <exception cref="InputException">It is no folder, is an input, or holds one.</exception>
    public void RequireDistinct(string name, string path)
    {
        if (There(name, path, PathKind.Folder) is not { } identity)
            return;
        foreach ((string input, string read) in _inputs)
        {
            string folder = Directory.Exists(read) ? read : Path.GetDirectoryName(Path.GetFullPath(read))!;
            if (FileIdentity.Upwards(folder).Contains(identity))
                throw new InputException(
                    $"{name} {path}: {(FileIdentity.Of(read) == identity ? "is the same folder as" : "holds")} {input} {read}, which is "
                        + "read; name another folder");
        }
    }

    /// <summary>
    /// Replaces a folder that <see cref="Folder"/> let pass, whole: what is in it that the new one has not is somebody else's, and
    /// refused.
    /// </summary>
    /// <param name="folder">The output.</param>
    /// <param name="fill">As for <see cref="AtomicFolder.Write"/>.</param>
    /// <exception cref="InputException">It holds something that is not replaced.</exception>
    public static void WriteFolder(string folder, Action<string> fill) => new AtomicFolder().Write(folder, aside =>
    {
        fill(aside);
        string? foreign = !Directory.Exists(folder) ? null
            : Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)
                .FirstOrDefault(n => !Path.Exists(Path.Combine(aside, n)));
        if (foreign is not null)
            throw new InputException(
                $"{folder}: holds {foreign}, which this command does not write; name another folder, or move {foreign} away");
    });

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(
            folder, "*",
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true,
                AttributesToSkip = FileAttributes.None });

    /// <summary>What is at an output's place; null: nothing.</summary>
    /// <exception cref="InputException">It is of another kind, or another output has the same place.</exception>
    private FileIdentity? There(string name, string path, PathKind expected)
    {
        RequireUnique(name, path);
        (PathKind kind, FileIdentity identity) = LinuxCalls.Look(path);
        if (kind == PathKind.Absent)
            return null;
        return kind == expected
            ? identity : throw new InputException($"{name} {path}: is a {InWords(kind)}, expected a {InWords(expected)}");
    }

    private static string InWords(PathKind kind) =>
        kind switch { PathKind.File => "file", PathKind.Folder => "folder", _ => "pipe or a device" };

    private void RequireUnique(string name, string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (_outputs.FirstOrDefault(o => o.Path == full) is { Name: { } other })
            throw new InputException($"{name} {path}: is named by {other} too; name two files");
        _outputs.Add((name, full));
    }
}
