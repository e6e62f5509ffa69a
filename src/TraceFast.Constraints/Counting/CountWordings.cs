namespace TraceFast.Constraints.Counting;

/// <summary>
/// Wordings of a counted range: at least six for each of at least, at most, between and exactly, in each language, about the whole answer or about a part.
/// A frame is a wording's template in which # stands for the unit after a number, ^ for the plural (Chinese: the bare name), @ for the part, ~ for the Chinese name of the number.
/// </summary>
public static class CountWordings
{
    public static IEnumerable<Wording> Of(CountUnit unit, IReadOnlyList<Scope> parts, IReadOnlyList<Language> languages)
    {
        foreach (Language language in languages)
        {
            foreach (Scope part in parts)
            {
                foreach (string frame in FramesOf(unit, language, part))
                {
                    IReadOnlyList<string> names = ScopeNames.Of(part, language);
                    string when = frame[0] switch
                    {
                        '=' => "max={min}",
                        '0' => "max=0",
                        _ => "",
                    };
                    if (frame.Contains('^') && language == Language.Chinese && unit.ChineseName.Length == 0)
                        continue;
                    string template = Fill(frame.TrimStart('=', '0'), unit, language);
                    if (names.Count == 0)
                    {
                        yield return new Wording(language, template, part, when);
                        continue;
                    }

                    foreach (string name in names)
                        yield return new Wording(language, Capital(template.Replace("@", name, StringComparison.Ordinal)), part, when);
                }
            }
        }
    }

    private static IEnumerable<string> FramesOf(CountUnit unit, Language language, Scope part)
    {
        if (language == Language.Chinese)
        {
            return part != Scope.Whole ? CountFrames.ChinesePart : unit.Form switch
            {
                CountForm.Length => CountFrames.ChineseLength,
                CountForm.Structure => CountFrames.ChineseStructure,
                _ => CountFrames.ChineseInclusion,
            };
        }

        return part != Scope.Whole ? CountFrames.EnglishPart : unit.Form switch
        {
            CountForm.Length => CountFrames.EnglishLength,
            CountForm.Structure => CountFrames.EnglishStructure,
            _ => CountFrames.EnglishInclusion,
        };
    }

    /// <summary>"{min} #" becomes "{min} {min?word:words}", {min}# becomes {min}个字.</summary>
    private static string Fill(string frame, CountUnit unit, Language language)
    {
        if (language == Language.Chinese)
            return frame.Replace("#", unit.Chinese, StringComparison.Ordinal).Replace("~", unit.ChineseTotal, StringComparison.Ordinal).Replace("^", unit.ChineseName, StringComparison.Ordinal);
        frame = frame.Replace("^", unit.Many, StringComparison.Ordinal);
        int mark;
        while ((mark = frame.IndexOf('#')) >= 0)
        {
            int open = frame.LastIndexOf('{', mark);
            string slot = frame[(open + 1)..frame.IndexOf('}', open)].Split(':')[0];
            frame = $"{frame[..mark]}{{{slot}?{unit.One}:{unit.Many}}}{frame[(mark + 1)..]}";
        }

        return frame;
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
