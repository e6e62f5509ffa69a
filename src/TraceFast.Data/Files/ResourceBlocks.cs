using System.Collections.Concurrent;
using System.Reflection;

namespace TraceFast.Data.Files;

/// <summary>
/// An embedded text file of named blocks: a line [name], then the lines of the block. Empty lines and those that start with ;; are left
/// out; \n in a line is a line end. Each file is read once.
/// </summary>
public sealed class ResourceBlocks
{
    private static readonly ConcurrentDictionary<(Assembly Owner, string File), Lazy<ResourceBlocks>> s_read = [];

    private readonly Dictionary<string, List<string>> _blocks = new(StringComparer.Ordinal);

    private ResourceBlocks()
    {
    }

    public IEnumerable<string> Names => _blocks.Keys;

    public IReadOnlyList<string> this[string name] => _blocks[name];

    /// <summary>A block's words, with spaces or line ends between them.</summary>
    public IEnumerable<string> Words(string name) => _blocks[name].SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public bool Has(string name) => _blocks.ContainsKey(name);

    /// <param name="owner">A type of the assembly that embeds the file.</param>
    /// <param name="file">The name of the embedded file.</param>
    /// <exception cref="FileNotFoundException">The assembly does not embed it.</exception>
    /// <exception cref="FormatException">A line is before the first block, or a block is there twice.</exception>
    public static ResourceBlocks Of(Type owner, string file) =>
        s_read.GetOrAdd((owner.Assembly, file), static key => new(() => Read(key.Owner, key.File))).Value;

    private static ResourceBlocks Read(Assembly owner, string file)
    {
        using Stream stream = owner.GetManifestResourceStream(file)
            ?? throw new FileNotFoundException($"the program was built without its resource {file}");
        using StreamReader reader = new(stream);
        ResourceBlocks read = new();
        List<string>? block = null;
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line.StartsWith(";;", StringComparison.Ordinal))
                continue;
            if (line[0] == '[' && line[^1] == ']')
            {
                if (!read._blocks.TryAdd(line[1..^1], block = []))
                    throw new FormatException($"{file}:{number}: the block {line} is there twice");
                continue;
            }

            if (block is null)
                throw new FormatException($"{file}:{number}: a line before the first block");
            block.Add(line.Replace("\\n", "\n", StringComparison.Ordinal));
        }

        return read;
    }
}
