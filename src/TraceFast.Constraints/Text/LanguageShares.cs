using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Text;

/// <summary>
/// How much of a text is in each language that an answer may be asked for in, told by script; in units of words: a Han character, a kana
/// and a word in a script with blanks are one, four Thai letters are one. Fenced code, numbers and web addresses are left out. Latin words
/// are taken for English unless function words of other languages outnumber those of English.
/// </summary>
internal sealed class LanguageShares
{
    /// <summary>A text is in a language when at least this share of it is.</summary>
    public const double Written = 0.8;

    /// <summary>
    /// A bilingual text has a language when more than this share of it does; a share below 1 - <see cref="Written"/> is impossible.
    /// </summary>
    public const double Stands = 0.2;

    public static string[] Codes { get; } = ["en", "zh", "ja", "ko", "ru", "ar", "th", "hi", "el", "he"];

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_english = Words("function words of English");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_others = Words("function words of other languages");

    private int _latin, _english, _other, _han, _kana, _hangul, _cyrillic, _arabic, _thai, _devanagari, _greek, _hebrew;

    private LanguageShares()
    {
    }

    private double Total => _latin + _han + _kana + _hangul + _cyrillic + _arabic + (_thai + 3) / 4 + _devanagari + _greek + _hebrew;

    public static LanguageShares Of(Response response, TextSpan place)
    {
        LanguageShares shares = new();
        List<Line> lines = response.Structure;
        int line = FirstLineFrom(lines, place.Start);
        int addressEnd = -1;
        foreach (TextSpan word in response.WordsIn(place))
        {
            while (line + 1 < lines.Count && lines[line].End <= word.Start)
                line++;
            if (lines[line].Kind == LineKind.Code || word.Start < addressEnd)
                continue;
            ReadOnlySpan<char> text = response.Span(word);
            if (text.StartsWith("http") && response.Text.AsSpan(word.Start + word.Length).StartsWith("://"))
                addressEnd = EndOfAddress(response.Text, word.Start);
            else
                shares.Add(text);
        }

        return shares;
    }

    /// <summary>From 0 to 1; 0 of a text without words.</summary>
    public double Of(string code)
    {
        if (Total == 0)
            return 0;
        double ideographs = _han + _kana;
        return code switch
        {
            "en" => _other > _english ? 0 : _latin,
            "zh" => _kana > 0.05 * ideographs ? 0 : _han,
            "ja" => _kana > 0.05 * ideographs ? ideographs : 0,
            "ko" => _hangul,
            "ru" => _cyrillic,
            "ar" => _arabic,
            "th" => (_thai + 3) / 4,
            "hi" => _devanagari,
            "el" => _greek,
            "he" => _hebrew,
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "no such language"),
        } / Total;
    }

    /// <summary>The first line that does not end before a position.</summary>
    private static int FirstLineFrom(List<Line> lines, int position)
    {
        int low = 0, high = Math.Max(0, lines.Count - 1);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (lines[middle].End <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static int EndOfAddress(string text, int start)
    {
        int end = start;
        while (end < text.Length && text[end] < 128 && !char.IsWhiteSpace(text[end]))
            end++;
        return end;
    }

    private void Add(ReadOnlySpan<char> word)
    {
        int c = Script.At(word, 0, out _);
        if (Script.IsLatin(c))
        {
            _latin++;
            if (word.Length <= 6 && s_english.Contains(word))
                _english++;
            else if (word.Length <= 6 && s_others.Contains(word))
                _other++;
        }
        else if (Script.IsHan(c))
            _han++;
        else if (Script.IsKana(c))
            _kana++;
        else if (Script.IsHangul(c))
            _hangul++;
        else if (Script.IsCyrillic(c))
            _cyrillic++;
        else if (Script.IsArabic(c))
            _arabic++;
        else if (Script.IsThai(c))
            _thai += word.Length;
        else if (Script.IsDevanagari(c))
            _devanagari++;
        else if (Script.IsGreek(c))
            _greek++;
        else if (Script.IsHebrew(c))
            _hebrew++;
    }

    private static HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Words(string list) =>
        new HashSet<string>(ResourceBlocks.Of(typeof(ConstraintTypes), "text.txt")[list], StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
}
