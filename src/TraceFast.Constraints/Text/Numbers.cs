namespace TraceFast.Constraints.Text;

/// <summary>
/// Numbers in digits. A number is a run of ASCII or full-width digits that no letter stands before (so not the 4 of GPT4), with dots and commas between digits (3.5, 1,000).
/// The number of a list item ("1.") is none.
/// </summary>
internal static class Numbers
{
    public static List<TextSpan> Find(Response response, TextSpan place)
    {
        List<TextSpan> numbers = [];
        ReadOnlySpan<char> text = response.Text;
        int placeEnd = place.Start + place.Length;
        foreach (Line line in response.Structure)
        {
            int i = Math.Max(place.Start, line.Kind is LineKind.Item ? line.Content : line.Start), end = Math.Min(line.End, placeEnd);
            for (; i < end; i++)
            {
                if (!IsDigit(text[i]))
                    continue;
                int start = i;
                i++;
                while (i < end && (IsDigit(text[i]) || IsPoint(text[i]) && i + 1 < end && IsDigit(text[i + 1])))
                    i++;
                if (start == 0 || !char.IsLetter(text[start - 1]) || Script.IsIdeograph(text[start - 1]))
                    numbers.Add(new TextSpan(start, i - start));
            }
        }

        return numbers;
    }

    /// <summary>Digits after the only point; 0: a whole number; null: no plain number (1.2.3).</summary>
    public static int? Decimals(ReadOnlySpan<char> number)
    {
        int points = number.Count('.') + number.Count('．');
        return points > 1 ? null : points == 0 ? 0 : number.Length - 1 - number.IndexOfAny('.', '．');
    }

    public static bool IsDigit(char c) => char.IsAsciiDigit(c) || c is >= '０' and <= '９';

    private static bool IsPoint(char c) => c is '.' or ',' or '．' or '，';
}
