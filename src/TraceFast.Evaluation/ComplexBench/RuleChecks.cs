using System.Text.Json;

namespace TraceFast.Evaluation.ComplexBench;

/// <summary>The single checks that ComplexBench's rules are made of (published con_rule). Rules' texts are widened here; objects where the rule's own code does it.</summary>
internal static class RuleChecks
{
    private const int MaxDepth = 900; // Python's json gives up near 1,000

    public static bool Keywords(string text, IEnumerable<string> words) => words.All(w => Has(text, w));

    public static bool NoneOf(string text, IEnumerable<string> words) => !words.Any(w => Has(text, w));

    public static int CountOf(string text, IEnumerable<string> words) => words.Count(w => Has(text, w));

    /// <summary>Begins with it (what may follow is no matter).</summary>
    public static bool StartsWith(string text, string start) => text.StartsWith(RuleText.Widen(start), StringComparison.Ordinal);

    /// <summary>Ends with it, a full stop or question mark after it allowed.</summary>
    public static bool EndsWith(string text, string end)
    {
        string wide = RuleText.Widen(end);
        return text.EndsWith(wide, StringComparison.Ordinal) || text.EndsWith(wide + "。", StringComparison.Ordinal) || text.EndsWith(wide + "？", StringComparison.Ordinal);
    }

    /// <summary>Length in code points.</summary>
    public static bool Length(string text, (double From, double To) range) => text.EnumerateRunes().Count() is int n && n >= range.From && n <= range.To;

    /// <summary>Number of blocks between white space.</summary>
    public static bool Words(string text, (double From, double To) range) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length is int n && n >= range.From && n <= range.To;

    /// <summary>No punctuation but the allowed one.</summary>
    public static bool OnlyPunctuation(string text, IEnumerable<string> allowed)
    {
        HashSet<string> wide = [.. allowed.Select(RuleText.Widen)];
        return RuleText.Ascii.Select(p => RuleText.Widen(p.ToString())).All(p => !text.Contains(p, StringComparison.Ordinal) || wide.Contains(p));
    }

    /// <summary>The first balanced braces hold a JSON object with exactly these keys; no key asked for: any object.</summary>
    public static bool Json(string text, IReadOnlyList<string> keys)
    {
        string[] wanted = [.. keys.Where(k => k.Length > 0)];
        try
        {
            using JsonDocument document = JsonDocument.Parse(Braces(text), new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            HashSet<string> found = [.. document.RootElement.EnumerateObject().Select(p => p.Name)];
            return wanted.All(found.Contains) && (wanted.Length == 0 || found.Count == wanted.Length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Has(string text, string word) => text.Contains(RuleText.Widen(word), StringComparison.Ordinal);

    private static string Braces(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{')
            {
                if (depth == 0)
                    start = i;
                depth++;
            }
            else if (text[i] == '}' && --depth == 0)
            {
                return text.Contains('{', StringComparison.Ordinal) ? text[start..(i + 1)] : "";
            }
        }

        return "";
    }
}
