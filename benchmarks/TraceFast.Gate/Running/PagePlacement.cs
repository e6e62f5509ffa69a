using System.Diagnostics;

namespace TraceFast.Gate.Running;

/// <summary>
/// Where files are in physical memory (native/gate/move_pages.cpp). All processes of a build share the page cache's pages of its files, so
/// what their place costs or saves is in every figure of that build: a difference between two builds of the same source, tight and
/// repeatable. Drawn anew for each block it is noise between pairs, which the test knows of.
/// </summary>
public static class PagePlacement
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "tracefast_move_pages");

    /// <summary>Moves what is in memory of the files of folders.</summary>
    /// <param name="draw">Says where to.</param>
    /// <returns>Bytes that were moved.</returns>
    /// <exception cref="CannotDecideException">A folder cannot be read.</exception>
    public static long Move(IReadOnlyList<string> folders, ulong draw, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ProcessStartInfo start = new(s_program, [draw.ToString(CultureInfo.InvariantCulture), .. folders])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && long.TryParse(output, CultureInfo.InvariantCulture, out long moved)
            ? moved : throw new CannotDecideException($"files cannot be moved in memory: {error.Trim()}");
    }
}
