using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Constraints.Types;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Synthesis.Writing;

/// <summary>Verse: English lines of given numbers of syllables, Chinese lines of a given number of characters.</summary>
internal static class VerseText
{
    private const int Tries = 400;

    /// <returns>Null: no line of a length was found.</returns>
    public static List<string>? Write(Plan plan, Composer composer, SeededRandom random, Func<string, bool> allowed)
    {
        List<string> lines = [];
        if (plan.ShapeSource is SyllablesPerLine verse)
        {
            foreach (string syllables in verse.Pattern)
            {
                if (English(int.Parse(syllables, CultureInfo.InvariantCulture), composer, lines, allowed) is not { } line)
                    return null;
                lines.Add(line);
            }

            return lines;
        }

        int count = ((HanPerLine)plan.ShapeSource!).Count;
        CountRange asked = plan.Lines.GetValueOrDefault(Scope.Whole);
        for (int n = asked.IsAsked() ? asked.Draw(random, 2, 4) : random.Pick([4, 4, 8, 6]); n > 0; n--)
        {
            if (Chinese(count, plan, composer, random, lines, allowed) is not { } line)
                return null;
            lines.Add(line);
        }

        return lines;
    }

    private static string? English(int syllables, Composer composer, List<string> used, Func<string, bool> allowed)
    {
        for (int n = 0; n < Tries; n++)
        {
            string line = Capitals.First(composer.Fill("verse", Language.English));
            if (CountSyllables(line) == syllables && !used.Contains(line) && allowed(line))
                return line;
        }

        return null;
    }

    private static int CountSyllables(string line)
    {
        int count = 0;
        foreach (Range word in line.AsSpan().Split(' '))
            count += Syllables.Count(line.AsSpan(word));
        return count;
    }

    /// <summary>A line about the topic one time of three, else one of the stock of that length, else a sentence of that length.</summary>
    private static string? Chinese(int count, Plan plan, Composer composer, SeededRandom random, List<string> used, Func<string, bool> allowed)
    {
        string stock = "verse " + count.ToString(CultureInfo.InvariantCulture);
        bool known = Grammar.Of(Language.Chinese).Has(stock);
        for (int n = 0; n < Tries; n++)
        {
            string? line = (used.Count == 0 || random.Chance(0.3)) && n < Tries / 2 ? composer.Fill("verse topic", Language.Chinese)
                : known ? composer.Fill(stock, Language.Chinese)
                : composer.Write(new Slot { Language = plan.TextLanguage }, count, count);
            if (line is not null && Lengths.Of(line, LengthUnit.Han) == count && !line.AsSpan().ContainsAny("，：") && !used.Contains(line) && allowed(line))
                return line;
        }

        return null;
    }
}
