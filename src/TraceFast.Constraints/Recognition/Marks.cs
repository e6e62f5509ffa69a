using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Marks: forbidden punctuation, quotation marks round the answer, a title in brackets, placeholders, a postscript, emoji.</summary>
internal sealed class Marks : PatternFamily
{
    private static readonly Regex NoComma = Pattern("(?:\\b(?:not|no|without|avoid|refrain from|don't)\\b[a-z\\s]{0,40}\\bcommas?\\b)(?:\\s|in|your|the|entire|response|answer|reply|at all)*\\.?$");
    private static readonly Regex ChineseNoComma = Pattern("^(?:请|回答|回复|全文|文章|中|里)*(?:不要|不得|不能|不可|不|禁止|避免|请勿)(?:使用|出现|包含|用)(?:任何)?逗号$");

    private static readonly Regex Quoted = Pattern("\\b(?:wrap|put|inside|wrapped)\\b[a-z\\s]{0,60}\\bdouble quot(?:es?|ation marks?)|double quotations? marks around your whole response");
    private static readonly Regex ChineseQuoted = Pattern("^(?:请|将|把)*(?:整个|全部|完整的?)(?:回答|回复|答案)(?:都|需|应|必须|要)*(?:用|放在|置于|包裹在|以)双引号(?:括起来|包裹|引起来|中|内)*$");

    private static readonly Regex BracketTitle = Pattern("\\btitle\\b[a-z,\\s]{0,40}double angular brackets(?:[a-z\\s,]{0,30}(?:such as|i\\.e\\.?|like)\\s*<<[^<>]*>>)?");
    private static readonly Regex ChineseBracketTitle = Pattern("标题.{0,12}双尖括号");
    private static readonly Regex EachPoint = Pattern("\\beach\\b|每");

    private static readonly Regex Placeholders = Pattern(CountPhrase.English("placeholders?"));
    private static readonly Regex SquareBrackets = Pattern("square brackets|\\[[a-z0-9 ]+\\]");

    private static readonly Regex Postscript = Pattern("\\b(?:postscript|post script|note)\\s+(?:starting with|indicated by|beginning with)\\s?[\"'“]?(?<marker>P\\.P\\.S\\.?|P\\.S\\.?|PS\\b|PPS\\b)[\"'”]?(?:\\s|at|to|the|end|of|your|response)*");

    private static readonly Regex Emoji = Pattern("(?:使用|包含|加入|添加|插入|用)(?:一些)?\\s*(?:emoji|表情符号)\\s*(?:表情符号|表情|符号)?|\\b(?:use|include|add) (?:at least one )?emojis?\\b");
    private static readonly Regex EmojiCount = Pattern($"{CountPhrase.English("emojis?")}|^(?:请|回答|回复|全文|中|里|必须|需|应|要|包含|使用)*{CountPhrase.Chinese("个?(?:emoji|表情符号)", "2")}$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        ReadPunctuation(clause, found);
        ReadTitle(clause, found);

        Match match = Placeholders.Match(clause.Text);
        if (match.Success && SquareBrackets.IsMatch(line.Text) && CountPhrase.Read(match) is { } placeholders)
            found.Add(At(clause, match, Counts.Placeholders, placeholders));

        match = Postscript.Match(line.Text); // the dots of "P.S." end no clause
        if (match.Success && match.Index >= clause.Start && match.Index < clause.Start + clause.Text.Length && !Doubt.IsWish(clause.Text))
            found.Add(Reading.Of(new TextSpan(match.Index, match.Length), () => new Postscript(match.Groups["marker"].Value)));

        ReadEmoji(clause, found);
    }

    private static void ReadPunctuation(Clause clause, ICollection<Reading> found)
    {
        Match match = NoComma.Match(clause.Text);
        if (match.Success)
            found.Add(At(clause, match, () => new ForbiddenPunctuation([","])));
        match = ChineseNoComma.Match(clause.Text);
        if (match.Success)
            found.Add(At(clause, match, () => new ForbiddenPunctuation(["，"])));
        match = Quoted.Match(clause.Text);
        if (!match.Success)
            match = ChineseQuoted.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text))
            found.Add(At(clause, match, () => new QuotedWhole()));
    }

    private static void ReadTitle(Clause clause, ICollection<Reading> found)
    {
        Match match = BracketTitle.Match(clause.Text);
        if (!match.Success)
            match = ChineseBracketTitle.Match(clause.Text);
        if (match.Success && !EachPoint.IsMatch(clause.Text) && !Doubt.IsWish(clause.Text))
            found.Add(At(clause, match, () => new BracketTitle()));
    }

    private static void ReadEmoji(Clause clause, ICollection<Reading> found)
    {
        Match match = EmojiCount.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text))
        {
            if (CountPhrase.Read(match, match.Groups["a2"].Success ? "2" : "", CountPhrase.Bare.Exact) is { } range)
                found.Add(At(clause, match, Counts.Emojis, range));
            return;
        }

        match = Emoji.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(clause.Text[..match.Index]))
            found.Add(At(clause, match, Counts.Emojis, CountRange.AtLeast(1)));
    }
}
