using TraceFast.Data;

namespace TraceFast.Models.Files;

/// <summary>
/// No folder for what is kept between runs can be written; the message names those that were tried and the variable that names another.
/// </summary>
public sealed class CacheFolderException(string message) : Exception(message);

/// <summary>
/// Where things that can be made again are kept between runs: TRACEFAST_CACHE, else XDG_CACHE_HOME/tracefast, else ~/.cache/tracefast.
/// </summary>
public static class CacheFolder
{
    private const string Variable = "TRACEFAST_CACHE";
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder for one kind of things; it need not exist.</summary>
    public static string For(string kind)
    {
        string? own = Set(Variable), xdg = Set("XDG_CACHE_HOME"), home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (own is not null)
            return Path.Combine(own, kind);
        if (xdg is not null)
            return Path.Combine(xdg, "tracefast", kind);
        return home.Length > 0 ? Path.Combine(home, ".cache", "tracefast", kind) : TemporaryFolder(kind);
    }

    /// <summary>
    /// The same, made where it is missing. Where it cannot be written (no home, one that can only be read), a folder of the user's own
    /// among the temporary files.
    /// </summary>
    /// <param name="kind">Of things.</param>
    /// <param name="log">Gets a line where it is that folder.</param>
    /// <exception cref="InputException">TRACEFAST_CACHE names a folder that cannot be written.</exception>
    /// <exception cref="CacheFolderException">Neither folder can be written.</exception>
    public static string Writable(string kind, Action<string> log)
    {
        string folder = For(kind), temporary = TemporaryFolder(kind);
        if (Refusal(folder) is not { } refusal)
        {
            if (folder == temporary)
                log($"there is no home folder; what is kept for later runs goes to {temporary}; {Variable} names another folder");
            return folder;
        }

        if (Set(Variable) is not null)
            throw new InputException($"{folder}: cannot be written ({refusal}); name another folder with {Variable}");
        if (Refusal(temporary) is { } again)
            throw new CacheFolderException(
                $"no folder for a cache can be written, neither {folder} ({refusal}) nor {temporary} ({again}); name one "
                    + $"with {Variable}=DIR");
        log($"{folder}: cannot be written ({refusal}); what is kept for later runs goes to {temporary}; {Variable} names another folder");
        return temporary;
    }

    private static string? Set(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static string TemporaryFolder(string kind) => Path.Combine(Path.GetTempPath(), $"tracefast-{Environment.UserName}", kind);

    /// <summary>Why nothing can be written there; null: something can.</summary>
    private static string? Refusal(string folder)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && folder == TemporaryFolder(Path.GetFileName(folder)))
            {
                // Among everybody's files: the user's own, or none.
                string own = Path.GetDirectoryName(folder)!;
                Directory.CreateDirectory(own, OwnersOnly);
                File.SetUnixFileMode(own, OwnersOnly);
            }

            Directory.CreateDirectory(folder);
            using FileStream probe = new(
                Path.Combine(folder, $".probe-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}"), FileMode.Create,
                FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
