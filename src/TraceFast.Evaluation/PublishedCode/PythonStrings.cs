using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.PublishedCode;

/// <summary>Texts that are written as a Python list: ['a', "b"].</summary>
internal static partial class PythonStrings
{
    /// <summary>The list's texts; what is no text in it is passed over.</summary>
    public static IReadOnlyList<string> Of(string list) => [.. Literal().Matches(list).Select(m => Unescape(m.Value[1..^1]))];

    private static string Unescape(string body) => Escape().Replace(body, m => m.Value[1] switch
    {
        'n' => "\n",
        't' => "\t",
        char c and ('\\' or '\'' or '"') => c.ToString(),
        _ => m.Value,
    });

    [GeneratedRegex(@"'(?:[^'\\]|\\.)*'|""(?:[^""\\]|\\.)*""", RegexOptions.Singleline)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\\.", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
