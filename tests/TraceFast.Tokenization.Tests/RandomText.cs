using System.Text;
using System.Text.Json;

namespace TraceFast.Tokenization.Tests;

/// <summary>
/// Random texts of what tokenizers get wrong: added tokens whole and cut, letters beyond the basic plane, marks, odd white space, runs.
/// </summary>
internal sealed class RandomText(int seed, IReadOnlyList<string>? addedTokens = null)
{
    private static readonly string[] s_words =
    [
        "the", "The", "cat", "don't", "I'M", "we'LL", "it'ſ", "straße", "ſK", "K", "ﬁn", "naïve", "cafe\u0301", "Привет", "你好",
        "世界", "こんにちは", "カタカナ", "한국어", "\u1112\u1161\u11ab", "𝐀𝐁", "𝟙𝟚𝟛", "𐐀𐐨", "ⅷ", "½", "٣٤", "１２", "2024", "3.14", "1234567",
        "👍🏽", "👩‍👩‍👧", "é", "e\u0301\u0323", "a", "ab", "once upon a time", "_x_", "x=y+1;", "İ", "ǅ", "…", "—", "“q”", "()",
        "!!!", "№", "ก็", "नि", "🄰", "\u0301", "\uFEFF", "\u0000", "\uFFFD", "▁", "<0x0A>", "</", "<|", "http://a.b/c?d=e", "\\n",
    ];

    private static readonly string[] s_spaces =
    [
        " ", " ", " ", "  ", "   ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b", "\u200d", "\u001c",
        "", "", " \n", "\n ",
    ];

    private readonly Random _random = new(seed);
    private readonly IReadOnlyList<string> _added = addedTokens ?? [];

    /// <summary>The contents of <c>added_tokens</c> of a tokenizer.json.</summary>
    public static string[] AddedTokens(string tokenizerJson)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(tokenizerJson));
        return json.RootElement.TryGetProperty("added_tokens", out JsonElement tokens) && tokens.ValueKind == JsonValueKind.Array
            ? [.. tokens.EnumerateArray().Select(t => t.GetProperty("content").GetString()!)]
            : [];
    }

    /// <summary>Up to <paramref name="most"/> ids.</summary>
    public int[] Ids(int most, int vocabularySize) =>
        [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => _random.Next(vocabularySize))];

    /// <summary>A text of up to <paramref name="parts"/> words.</summary>
    public string Next(int parts = 12)
    {
        StringBuilder text = new();
        for (int i = _random.Next(parts + 1); i > 0; i--)
            text.Append(Part()).Append(s_spaces[_random.Next(s_spaces.Length)]);
        return text.ToString();
    }

    private string Part()
    {
        int kind = _random.Next(20);
        if (kind < 3 && _added.Count > 0)
        {
            string token = _added[_random.Next(_added.Count)];
            int end = kind == 0 ? _random.Next(token.Length + 1) : token.Length;
            return end < token.Length && end > 0 && char.IsHighSurrogate(token[end - 1]) ? token : token[..end];
        }
        return kind switch
        {
            3 => new string("-=a .\n"[_random.Next(6)], _random.Next(1, 40)),
            4 => new Rune(_random.Next(2) == 0 ? _random.Next(0x20, 0xD800) : _random.Next(0xE000, 0x110000)).ToString(),
            _ => s_words[_random.Next(s_words.Length)],
        };
    }
}
