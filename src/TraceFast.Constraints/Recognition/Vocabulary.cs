using System.Text.RegularExpressions;
using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// The words that patterns are composed of: the lists of recognition.en.txt and recognition.zh.txt, one text a line. What is in brackets in
/// a text may be left out: "word[s]".
/// </summary>
internal sealed class Vocabulary
{
    private readonly ResourceBlocks[] _blocks;

    private Vocabulary(params ResourceBlocks[] blocks) => _blocks = blocks;

    public static Vocabulary Chinese { get; } = new(ResourceBlocks.Of(typeof(ConstraintTypes), "recognition.zh.txt"));

    public static Vocabulary English { get; } = new(ResourceBlocks.Of(typeof(ConstraintTypes), "recognition.en.txt"));

    /// <summary>Lists of both languages, where a list that both have is the Chinese one and then the English one.</summary>
    public static Vocabulary Both { get; } = new(Chinese._blocks[0], English._blocks[0]);

    /// <summary>A pattern of any text of the lists, earlier ones first.</summary>
    public string this[params string[] lists] => $"(?:{string.Join('|', lists.SelectMany(Words).Select(Pattern))})";

    public bool Has(string list) => Array.Exists(_blocks, b => b.Has(list));

    /// <summary>The texts of a list.</summary>
    /// <exception cref="KeyNotFoundException">There is no such list.</exception>
    public IReadOnlyList<string> Words(string list) => Has(list)
        ? [.. _blocks.Where(b => b.Has(list)).SelectMany(b => b[list])]
        : throw new KeyNotFoundException($"no word list \"{list}\" to recognize constraints by");

    private static string Pattern(string text) =>
        Regex.Escape(text).Replace("\\[", "(?:", StringComparison.Ordinal).Replace("]", ")?", StringComparison.Ordinal);
}
