using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>How often a letter, and how many words in capitals; English.</summary>
internal sealed class Letters : PatternFamily
{
    private static readonly Regex Times = Pattern(CountPhrase.English("times?"));
    private static readonly Regex OfLetter = Pattern("^(?:please|make sure|making sure|be sure|answer|with|in your (?:entire )?response|include|use|to|[\\s,])*(?:the )?letter\\s*[\"'“]?(?<letter>[a-z])[\"'”]?\\s*(?:should|must|show up|appears?|appearing|occurs?|be used|[\\s])*$");
    private static readonly Regex Tail = Pattern("^(?:\\s|in|your|the|entire|response|reply|answer)*\\.?$");

    private static readonly Regex Capitals = Pattern($"{CountPhrase.English("words")}(?:\\s|in|be|with|written|that|are)*(?:all capital letters|all caps|capital letters|uppercase)(?:\\s|in|your|response)*\\.?$");
    private static readonly Regex CapitalsTimes = Pattern("\\b(?:words (?:with|in) all capital letters|words in all caps|all-caps words)(?:\\s|appear|should|must|only|in your response)*$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (Doubt.IsWish(clause.Text.Replace("some words", "", StringComparison.OrdinalIgnoreCase)))
            return;
        Match capitals = Capitals.Match(clause.Text);
        if (capitals.Success && CountPhrase.Read(capitals) is { } words)
        {
            found.Add(At(clause, capitals, Counts.CapitalWords, words));
            return;
        }

        Match times = Times.Match(clause.Text);
        if (!times.Success || !Tail.IsMatch(clause.Text[(times.Index + times.Length)..]) || CountPhrase.Read(times, "", CountPhrase.Bare.Exact) is not { } range)
            return;
        string before = clause.Text[..times.Index];
        if (OfLetter.Match(before) is { Success: true } letter)
            found.Add(Reading.Of(clause.Whole, () => new LetterFrequency(letter.Groups["letter"].Value, range)));
        else if (CapitalsTimes.Match(before) is { Success: true } all)
            found.Add(Counted(clause.Span(all.Index, times.Index + times.Length - all.Index), Counts.CapitalWords, range));
    }
}
