using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace TraceFast.Data.Yaml;

/// <summary>
/// Reads a configuration file into nodes that know their line. Accepts only what a configuration needs: one document, a
/// mapping at the top, no anchors, aliases or tags (a small file could grow large), limited size and depth, no duplicate keys.
/// </summary>
public static class YamlReader
{
    private const int LargestFile = 1 << 20;
    private const int DeepestNode = 16;

    /// <exception cref="InputException">The file cannot be read or is not such a mapping; names file and line.</exception>
    public static YamlNode.Mapping ReadFile(string path)
    {
        byte[] bytes;
        InputFile.RequireRegular(path);
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > LargestFile)
                throw new InputException($"{path}: holds {file.Length} bytes; expected a configuration of at most {LargestFile} bytes");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message}); expected a YAML configuration file", e);
        }

        try
        {
            return Read(new UTF8Encoding(false, true).GetString(bytes), line => $"{path}:{line}");
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + bytes.AsSpan(0, Math.Min(bytes.Length, Math.Max(0, e.Index))).Count((byte)'\n');
            throw new InputException($"{path}:{line}: byte {e.Index} is not UTF-8; save the file as UTF-8", e);
        }
    }

    /// <summary>Reads a text; <paramref name="where"/> names a 1-based line of it.</summary>
    public static YamlNode.Mapping Read(string text, Func<long, string> where)
    {
        YamlNode? node = ReadNode(text, where);
        return node switch
        {
            null or YamlNode.Scalar { IsNull: true } => new YamlNode.Mapping(where(1), []),
            YamlNode.Mapping mapping => mapping,
            _ => throw new InputException($"{node.Where}: found {node.Description}; expected 'key: value' lines"),
        };
    }

    /// <summary>Reads one value of any kind; null where the text holds no document.</summary>
    public static YamlNode? ReadNode(string text, Func<long, string> where)
    {
        Parser parser = new(new StringReader(text.TrimStart('\uFEFF')));
        try
        {
            YamlNode? document = null;
            while (parser.MoveNext())
            {
                switch (parser.Current)
                {
                    case DocumentStart when document != null:
                        throw new InputException($"{where(parser.Current.Start.Line)}: a second document begins; expected one");
                    case NodeEvent or AnchorAlias:
                        document = Node(parser, parser.Current, where, 0);
                        break;
                }
            }
            return document;
        }
        catch (YamlException e)
        {
            throw NotYaml(text, e.Start.Line, e.End.Line, where, e.Message, e);
        }
        catch (Exception e) when (IsLetOut(e))
        {
            throw NotYaml(
                text, parser.Current?.End.Line ?? 1, parser.Current?.End.Line ?? 1, where, "from here on; expected 'key: value' lines", e);
        }
    }

    /// <summary>
    /// A tab in a line's indentation, which editors may insert invisibly, is reported on its own line: the library names the start of the
    /// enclosing node, or fails a line later. It is the first such line up to which the text is already invalid: in a block scalar a tab
    /// is fine.
    /// </summary>
    private static InputException NotYaml(string text, long start, long end, Func<long, string> where, string reason, Exception inner)
    {
        const int Suspects = 100; // each costs a parse of the text before it
        string[] lines = text.Split('\n');
        bool blamed = reason.Contains("tab", StringComparison.Ordinal);
        long from = Math.Max(1, blamed ? start : end - 1), to = blamed ? lines.Length : Math.Min(Math.Max(end, from) + 1, lines.Length);
        foreach (int line in Enumerable.Range((int)from, (int)Math.Max(0, to - from + 1)).Where(l => IsTabbed(lines[l - 1])).Take(Suspects))
            if (!blamed || !IsYaml(string.Join('\n', lines.AsSpan(0, line)!)))
                return new InputException(
                    $"{where(line)}: the line is indented with a tab; YAML indents with spaces; replace the tab", inner);
        return new InputException($"{where(start)}: not YAML: {reason}", inner);
    }

    private static bool IsTabbed(string line) => line.TakeWhile(c => c is ' ' or '\t').Contains('\t') && line.AsSpan().Trim().Length > 0;

    private static bool IsYaml(string text)
    {
        Parser parser = new(new StringReader(text));
        try
        {
            while (parser.MoveNext())
            {
            }

            return true;
        }
        catch (Exception e) when (e is YamlException || IsLetOut(e))
        {
            return false;
        }
    }

    /// <summary>The library's scanner throws these on some texts that it should reject itself.</summary>
    private static bool IsLetOut(Exception e) =>
        e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException;

    private static YamlNode Node(Parser parser, ParsingEvent at, Func<long, string> where, int depth)
    {
        string here = where(at.Start.Line);
        if (depth > DeepestNode)
            throw new InputException($"{here}: nested more than {DeepestNode} levels deep; expected 'key: value' lines");
        if (at is not NodeEvent node || !node.Anchor.IsEmpty)
            throw new InputException(
                $"{here}: anchors and aliases (& and *) are not accepted in a configuration; write the value out, or quote it");
        if (!node.Tag.IsEmpty)
            throw new InputException($"{here}: the tag {node.Tag} is not accepted in a configuration; remove it");
        switch (node)
        {
            case Scalar scalar:
                return new YamlNode.Scalar(here, scalar.Value, scalar.Style != ScalarStyle.Plain);
            case SequenceStart:
                List<YamlNode> items = new();
                while (Next(parser) is not SequenceEnd and ParsingEvent item)
                    items.Add(Node(parser, item, where, depth + 1));
                return new YamlNode.Sequence(here, items);
            default:
                return Mapping(parser, where, here, depth);
        }
    }

    private static YamlNode.Mapping Mapping(Parser parser, Func<long, string> where, string here, int depth)
    {
        List<(string Key, YamlNode Value)> entries = new();
        Dictionary<string, string> seen = new();
        while (Next(parser) is not MappingEnd and ParsingEvent keyEvent)
        {
            YamlNode key = Node(parser, keyEvent, where, depth + 1);
            if (key is not YamlNode.Scalar { Text: string name })
                throw new InputException($"{key.Where}: found {key.Description} as a key; expected a name");
            YamlNode value = Node(parser, Next(parser), where, depth + 1);
            if (!seen.TryAdd(name, key.Where))
                throw new InputException($"{key.Where}: key '{name}' is given twice, first in {seen[name]}; remove one");
            entries.Add((name, value));
        }
        return new YamlNode.Mapping(here, entries);
    }

    private static ParsingEvent Next(Parser parser)
    {
        parser.MoveNext();
        return parser.Current!;
    }
}
