namespace TraceFast.Synthesis.Writing;

/// <summary>The text files that are embedded in this assembly.</summary>
internal static class Resources
{
    private const string Prefix = "Writing/";

    /// <summary>Names, without the prefix, that start so; in order.</summary>
    public static IEnumerable<string> Names(string start) =>
        typeof(Resources).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix + start, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]).Order(StringComparer.Ordinal);

    /// <summary>The lines that are neither blank nor a comment.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using Stream stream = typeof(Resources).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"the assembly lacks its embedded file {name}");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return line;
        }
    }
}
