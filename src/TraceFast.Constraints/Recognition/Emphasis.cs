using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Bold and italic: of a word given, or at least once where only a reader can tell of what.</summary>
internal sealed class Emphasis : PatternFamily
{
    private static readonly Regex Bold = Pattern("(?:使用|用|以|采用|进行|需|应|并|字)*(?:\\*\\*)?(?:加粗|粗体)(?:字体?|格式|显示|突出显示|标记|标注)*|\\bin bold\\b|\\bbold(?:ed)?(?: text| font| type)?\\b");
    private static readonly Regex Italic = Pattern("(?:使用|用|以|采用)?斜体(?:字体?|格式|显示|突出显示|标记|标注)*|\\bin italics?\\b|\\bitalici[sz]e(?:d)?\\b");
    private static readonly Regex WordInBold = Pattern($"^(?:请|将|把|其中)*(?:关键词|词语|单词|词)?(?<words>{Quotations.List})(?:这|一|一个|关键|关键词|词|在文章|在文中|文|中|全文|需|应|必须|要|都|均|用|使用|以|进行)*(?:加粗|粗体)(?:字体?|格式|显示|突出显示|标记|突出)*$");
    private static readonly Regex Subject = Pattern("标题|编号和?标题|title|heading");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (line.IsCodeTask)
            return;
        Match words = WordInBold.Match(clause.Text);
        if (words.Success && !Doubt.IsWish(clause.Text) && Quotations.Texts(words.Groups["words"].Value) is var texts && texts.All(Quotations.IsLiteral))
        {
            found.Add(At(clause, words, () => new Highlighted(TextList.Of(texts))));
            return;
        }

        string plain = Example(clause.Text);
        Read(clause, plain, Bold, Counts.Bold, found);
        Read(clause, plain, Italic, Counts.Italics, found);
    }

    private static void Read(Clause clause, string plain, Regex pattern, CountType type, ICollection<Reading> found)
    {
        Match match = pattern.Match(plain);
        if (match.Success && clause.Text.Any(Clause.IsHan) && IsAskedOfText(clause, match) && !Subject.IsMatch(plain[..match.Index]))
            found.Add(At(clause, match, type, CountRange.AtLeast(1)));
    }

    /// <summary>The font's style is asked for, not a font: 加粗字体 is bold.</summary>
    private static bool IsAskedOfText(Clause clause, Match match)
    {
        string outside = clause.Text[..match.Index] + clause.Text[(match.Index + match.Length)..];
        return !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(clause.Text[..match.Index]) && !Doubt.IsNoText(outside) && !clause.Text.Contains('或', StringComparison.Ordinal);
    }

    /// <summary>What stands after "for example" is no demand; blanks stand in its place.</summary>
    private static string Example(string clause)
    {
        int at = clause.IndexOf("例如", StringComparison.Ordinal);
        if (at < 0)
            at = clause.IndexOf("比如", StringComparison.Ordinal);
        return at < 0 ? clause : clause[..at].PadRight(clause.Length);
    }
}
