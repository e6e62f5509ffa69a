namespace TraceFast.Models;

/// <summary>Where things that can be made again are kept between runs: TRACEFAST_CACHE, else XDG_CACHE_HOME/tracefast, else ~/.cache/tracefast.</summary>
public static class CacheFolder
{
    /// <summary>The folder for one kind of things; it need not exist.</summary>
    public static string For(string kind)
    {
        string? own = Environment.GetEnvironmentVariable("TRACEFAST_CACHE");
        string? xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string root = !string.IsNullOrEmpty(own) ? own
            : Path.Combine(
                !string.IsNullOrEmpty(xdg) ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
                "tracefast");
        return Path.Combine(root, kind);
    }
}
