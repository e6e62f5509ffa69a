using System.Globalization;
using System.Text;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Lines in the shape of an example: its separators and brackets stay, its words and numbers become others.</summary>
internal static class ExampleText
{
    public static string Line(string example, Cells cells, Language language, SeededRandom random)
    {
        StringBuilder line = new();
        List<string> used = [];
        int at = 0;
        while (at < example.Length)
        {
            int end = at;
            if (char.IsAsciiDigit(example[at]))
            {
                while (end < example.Length && char.IsAsciiDigit(example[end]))
                    end++;
                line.Append(random.Between(2, 60).ToString(CultureInfo.InvariantCulture));
            }
            else if (char.IsLetter(example[at]))
            {
                while (end < example.Length && (char.IsLetter(example[end]) || example[end] == ' ' && end + 1 < example.Length && char.IsLetter(example[end + 1])))
                    end++;
                line.Append(cells.Left(language, used));
            }
            else
            {
                line.Append(example[end++]);
            }

            at = end;
        }

        return line.ToString();
    }
}
