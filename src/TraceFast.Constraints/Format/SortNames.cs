namespace TraceFast.Constraints.Format;

/// <summary>Names of sorts in groups that exclude others together.</summary>
internal static class SortNames
{
    public static IReadOnlySet<string> Set(params IEnumerable<string> names) => new HashSet<string>(names, StringComparer.Ordinal);

    /// <summary>The whole answer is one thing in a format of its own.</summary>
    public static readonly string[] Data = ["json", "json_object", "json_array", "csv"];

    /// <summary>Something stands around the whole answer.</summary>
    public static readonly string[] Wrappers = ["xml_element", "quoted_whole"];

    public static readonly string[] Titles = ["title", "exact_title", "bracket_title"];

    public static readonly string[] Lists = ["numbered_list", "bulleted_list", "nested_list", "numbering_style", "item_count"];

    public static readonly string[] Headings = ["heading_count", "heading_depth", "section_headings"];

    /// <summary>Markdown that takes whole lines.</summary>
    public static readonly string[] Blocks = [.. Lists, .. Headings, "markdown_table", "code_block", "separator", "reference_list"];

    /// <summary>Every line has a form.</summary>
    public static readonly string[] LineForms = ["line_shape", "syllables_per_line", "han_per_line", "example_shape"];

    /// <summary>Marks within lines.</summary>
    public static readonly string[] Inline = ["markdown", "bold_count", "italic_count", "highlighted", "placeholders", "citation_marks", "link_count"];

    /// <summary>What the first or last words of the answer are.</summary>
    public static readonly string[] Ends = ["starts_with", "ends_with", "postscript"];
}
