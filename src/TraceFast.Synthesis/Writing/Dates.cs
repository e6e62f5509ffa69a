using System.Globalization;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Dates of this century in a form that was asked for.</summary>
internal static class Dates
{
    private static readonly string[] Months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static string Draw(string format, SeededRandom random)
    {
        int year = random.Between(2001, 2025), month = random.Between(1, 12), day = random.Between(1, 28);
        return format switch
        {
            "DD/MM/YYYY" => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(day, 13):00}/{month:00}/{year}"),
            "MM/DD/YYYY" => string.Create(CultureInfo.InvariantCulture, $"{month:00}/{Math.Max(day, 13):00}/{year}"),
            "YYYY年M月D日" => string.Create(CultureInfo.InvariantCulture, $"{year}年{month}月{day}日"),
            "Month D, YYYY" => string.Create(CultureInfo.InvariantCulture, $"{Months[month - 1]} {day}, {year}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{year}-{month:00}-{day:00}"),
        };
    }
}
