using System.Text;
using System.Text.RegularExpressions;

namespace TraceFast.Endpoint.Asking;

/// <summary>A prompt with slots {{name}}. What is put into a slot is never searched for slots itself.</summary>
public sealed partial class PromptTemplate
{
    private readonly string _text;

    /// <param name="text">The prompt; line ends become \n, those at its end are left out.</param>
    /// <param name="slots">The slots that it must have, each once or more.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="PromptException">A slot is unknown or missing.</exception>
    public PromptTemplate(string text, IReadOnlyList<string> slots, string source)
    {
        _text = text.ReplaceLineEndings("\n").TrimEnd('\n');
        string[] found = [.. Slot().Matches(_text).Select(m => m.Groups[1].Value).Distinct()];
        if (found.FirstOrDefault(f => !slots.Contains(f)) is { } unknown)
            throw new PromptException($"{source}: there is no slot {{{{{unknown}}}}}; this prompt has {Listed(slots)}");
        if (slots.FirstOrDefault(s => !found.Contains(s)) is { } missing)
            throw new PromptException($"{source}: the slot {{{{{missing}}}}} is missing; this prompt needs {Listed(slots)}");
    }

    /// <summary>The prompt with its slots filled.</summary>
    public string Fill(params ReadOnlySpan<(string Slot, string Value)> values)
    {
        StringBuilder filled = new();
        int at = 0;
        foreach (Match match in Slot().Matches(_text))
        {
            filled.Append(_text, at, match.Index - at);
            foreach ((string slot, string value) in values)
            {
                if (slot == match.Groups[1].Value)
                    filled.Append(value);
            }

            at = match.Index + match.Length;
        }

        return filled.Append(_text, at, _text.Length - at).ToString();
    }

    private static string Listed(IReadOnlyList<string> slots) => string.Join(", ", slots.Select(s => $"{{{{{s}}}}}"));

    [GeneratedRegex(@"\{\{([a-z_]+)\}\}")]
    private static partial Regex Slot();
}
