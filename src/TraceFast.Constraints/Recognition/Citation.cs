using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Lists of references and links. Whether a source exists and fits is for a judge, so that such a line is never decided whole.</summary>
internal sealed class Citation : PatternFamily
{
    private static readonly Regex References = Pattern("(?:文末|结尾|末尾|最后)(?:处)?(?:应|需|需要|必须|须)*(?:列出|附上|提供|包含|给出|列明)(?:所有|引用的|完整的?|详细的?|至少)*参考文献(?:列表)?|(?:引用|参考文献)部分(?:应|需|需要|必须|须)*(?:附上|列出|包含|提供)");
    private static readonly Regex ReferenceCount = Pattern($"(?<bound>至少|最少|不少于|不得少于)(?:包含|引用|附上|列出)?(?<a>{Numerals.Chinese})(?<unit>篇|条|个|份)(?<after>)");
    private static readonly Regex Links = Pattern($"(?<bound>至少|最少|不少于)(?:包含|包括|提供|列出)?(?<a>{Numerals.Chinese})(?<unit>个|条)(?<after>)[^，。；]{{0,20}}(?:链接|网址)|{CountPhrase.English("(?:markdown )?(?:links|hyperlinks|URLs)", "2")}");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = References.Match(clause.Text);
        if (match.Success && IsAsked(clause, match))
        {
            Match count = ReferenceCount.Match(line.Text);
            CountRange range = count.Success && !count.NextMatch().Success && CountPhrase.Read(count) is { } read ? read : CountRange.AtLeast(1);
            found.Add(At(clause, match, Counts.References, range));
            return;
        }

        match = Links.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && CountPhrase.Read(match, match.Groups["a2"].Success ? "2" : "") is { } links)
        {
            System.Text.RegularExpressions.Group end = match.Groups["a2"].Success ? match.Groups["unit2"] : match.Groups["unit"];
            found.Add(Counted(clause.Span(match.Index, end.Index + end.Length - match.Index), Counts.Links, links));
        }
    }
}
