using System.Text;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests.Properties;

/// <summary>Texts that no writer would write: random Unicode, mutated answers, one thing repeated.</summary>
internal static class HostileText
{
    /// <summary>Pieces that some rule gives a meaning to, and some that none expects.</summary>
    private static readonly string[] s_pieces =
    [
        "# ", "## ", "- ", "* ", "1. ", "（一）", "一、", "① ", "Step 1: ", "**", "*", "_", "__", "`", "```", "~~~", "> ", "|", "|---|", "[",
        "](", "]", "(", ")", "![", "http://", "www.", "://", "{", "}", "\"", "“", "”", "《", "》",
        "<<", ">>", "<a>", "</a>", "Title:", "标题：", "P.S.", "References\n", "参考文献\n", "[1]", "(Lee, 2020)", "2024-01-02", "3月", "Mr.",
        "...", "。", "！", "?", "?!", ",", "，", ";", ":", "：", " - ", "\n", "\n\n", "\r\n", "\t", " ", "\u3000",
        "\u2028", "\u0085", "\0", "\u200D", "\uFE0F", "👩‍👩‍👧", "🇨🇳", "😀", "e\u0301", "\u0301\u0301\u0301", "שלום", "مرحبا", "\u202E",
        "हिन्दी", "ไทย", "日本語", "한국어", "\uD800", "\uDC00", "\uFFFF", "\uFEFF", "word", "字", "A", "7", "1,000", "3.14", "-", "\\", "&amp;",
    ];

    /// <summary>One thing said over and over, of about a length; each makes some careless rule slow.</summary>
    public static readonly string[] Repeated =
    [
        " ", "\n", "\r\n", "\t", "a", "字", "#", "# \n", "*", "**", "* ", "*a ", "*a *", "_", "_a", "`", "`a", "``a", "```\n", "~", "[", "]",
        "[]", "[[a]", "](", "[a](", "[a](b ", "[a](b \"", "(", ")", "((", "(a, ", "|", "|a\n|-\n", "|-", "a|b\n", ">", "> ", "-", "- ",
        "- a\n", "- a\n ",
        "1", "1.", "1. ", "1. a\n", "一", "一、", "（", "①", "Step ", "第", "{", "[{", "\"", "\"a\",", "{\"a\":", "“", "”", "“”", "《", "<", "<<",
        "<a", "<a>", "</", "</answer>", "&", ".", "...", "。", "?", "!?", ",", "，", ":", "：", "://", "http://", "www.", "http://a.", "@",
        "a@", "a@b.", "0", "1,", "1.1", "2020-", "12/",
        "2024年", "January ", "P.S.", "References\n", "Title:", "Mr. ", "A. ", "e.g. ", "\0", "\uD800", "\uDC00", "\u0301", "\u200D", "👩‍",
        "🇨", "a\n", "a\n\n", "a\n\n***\n\n", " -", " - ", "a - ", "a b", "ab-", "'", "'a", "\\", "\u2028", "\u0E33", "\u202E", "ا", "+1 ",
        "555-",
    ];

    public static string Random(SeededRandom random, int pieces)
    {
        StringBuilder text = new();
        // often few different pieces, so that they meet
        int from = random.Below(s_pieces.Length), spread = random.Between(1, s_pieces.Length);
        for (int n = random.Between(0, pieces); n > 0; n--)
        {
            if (random.Chance(0.1))
                text.Append((char)random.Below(0x10000));
            else
                text.Append(s_pieces[(from + random.Below(spread)) % s_pieces.Length]);
        }

        return text.ToString();
    }

    /// <summary>
    /// A text with some stretches removed, doubled, moved or replaced, at any UTF-16 unit: pairs of surrogates are cut too.
    /// </summary>
    public static string Mutated(SeededRandom random, string text)
    {
        StringBuilder mutated = new(text);
        for (int n = random.Between(1, 4); n > 0; n--)
        {
            int at = random.Below(mutated.Length + 1), length = Math.Min(random.Between(1, 12), mutated.Length - at);
            string cut = mutated.ToString(at, length);
            switch (random.Below(5))
            {
                case 0:
                    mutated.Remove(at, length);
                    break;
                case 1:
                    mutated.Insert(at, cut);
                    break;
                case 2:
                    mutated.Remove(at, length).Insert(random.Below(mutated.Length + 1), cut);
                    break;
                case 3:
                    mutated.Insert(at, random.Pick(s_pieces));
                    break;
                default:
                    mutated.Remove(at, length).Insert(at, random.Pick(s_pieces));
                    break;
            }
        }

        return mutated.ToString();
    }

    public static string Repeat(string piece, int length) =>
        new StringBuilder(length + piece.Length).Insert(0, piece, length / piece.Length + 1).ToString(0, length);
}
